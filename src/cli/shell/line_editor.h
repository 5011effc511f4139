// SPDX-License-Identifier: Apache-2.0
// LineEditor: lines from a terminal, with editing, history and completion by libedit. One at a
// time, as it handles SIGINT while it reads. `~/.editrc` is honoured.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "cli/shell/completer.h"
#include "cli/shell/line_source.h"

namespace millrace {

struct LineEditorOptions {
  std::string history_path;  // empty: the history ends with the session
  std::function<Completion(std::string_view before, std::string_view after)> complete;
};

/// Null if the terminal cannot be used.
std::unique_ptr<LineSource> MakeLineEditor(LineEditorOptions options);

}  // namespace millrace
