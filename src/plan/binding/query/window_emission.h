// SPDX-License-Identifier: Apache-2.0
// Settings table.exec.emit.*: group windows that send results before they close, or again.
#pragma once

#include <optional>

#include "plan/binding/bind_context.h"
#include "plan/nodes/aggregate_nodes.h"

namespace millrace {

/// What the settings ask of a group window. `out` stays empty where they ask for nothing; its
/// places are not set. False after a diagnostic.
bool BindEmission(BindContext* context, const WindowSpec& window, bool proctime, Span span,
                  std::optional<WindowEmission>* out);
/// Windows of window table functions send their results once; false after a diagnostic if settings
/// ask for more.
bool CheckNoEmission(BindContext* context, Span span);

}  // namespace millrace
