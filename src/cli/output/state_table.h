// SPDX-License-Identifier: Apache-2.0
// What `millrace state` prints.
#pragma once

#include <string>

#include "runtime/inspection/entry_decoder.h"
#include "runtime/inspection/state_survey.h"

namespace millrace {

/// Of one data directory: where the run is, its sources, and its operators in a table.
std::string StateListText(const std::string& data_dir, const StateReader& reader,
                          const StateSurvey& survey);
std::string StateListJson(const std::string& data_dir, const StateReader& reader,
                          const StateSurvey& survey);
/// `groups: card=c1 -> rows=2 COUNT(*)=2`.
std::string EntryText(const StateEntry& entry, const DecodedEntry& decoded);
/// One line: `{"operator": .., "table": "groups", "key": {"card": "c1"}, "value": {..}}`.
std::string EntryJson(const StateEntry& entry, const DecodedEntry& decoded);
/// A line of key and value columns; the head is their names.
std::string EntryCsv(const DecodedEntry& decoded);
std::string CsvHead(const DecodedEntry& decoded);

}  // namespace millrace
