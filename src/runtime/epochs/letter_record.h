// SPDX-License-Identifier: Apache-2.0
// A line of a dead-letter file as a record for a topic, in the convention of Kafka Connect: key and
// value as they were read, `__connect.errors.*` headers that say where and why, the record's own
// headers, and `millrace.*` for what Connect has no name for.
#pragma once

#include <string_view>

#include "connectors/letter_topic.h"

namespace millrace {

LetterRecord LetterRecordOf(std::string_view line);

}  // namespace millrace
