// SPDX-License-Identifier: Apache-2.0
// The format `json` with all of Flink's options, and what other formats of JSON share with it.
#pragma once

#include <memory>

#include "formats/format.h"
#include "formats/json/encoder.h"

namespace millrace {

std::unique_ptr<Format> MakeJsonFormat();

/// How values are read and written, which is the same in every format of JSON.
std::vector<OptionSpec> JsonTextOptions();
JsonEncodeSettings JsonEncodeSettingsOf(const Options& options);
/// MR0505 for a column that JSON cannot carry.
Status CheckJsonSchema(std::string_view format, const Schema& schema);

}  // namespace millrace
