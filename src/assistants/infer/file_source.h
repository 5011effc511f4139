// SPDX-License-Identifier: Apache-2.0
// Samples from a file or a directory, as an InferSource with the WITH clause of a filesystem table.
#pragma once

#include <string>
#include <string_view>

#include "assistants/infer/infer.h"

namespace millrace {

/// `path` is a file, or a directory whose visible files have one form. MR0904 for what is neither
/// text nor a file format, MR0507 for a path that is not there.
Result<InferSource> OpenFileSource(const std::string& path, const SampleLimits& limits,
                                   const Environment& env, const FormatRegistry& formats);

/// From bytes that came through a pipe; `whole` if nothing follows.
Result<InferSource> OpenPipeSource(std::string_view bytes, bool whole, const SampleLimits& limits);

}  // namespace millrace
