// SPDX-License-Identifier: Apache-2.0
// Which records of an append go to which partition.
#pragma once

#include <map>
#include <span>
#include <vector>

#include "log/topic/topic.h"
#include "log/topic_store.h"

namespace millrace {

using RecordGroup = std::vector<const TopicRecordView*>;

/// The records by partition, each group in the order given.
Result<std::map<int32_t, RecordGroup>> GroupByPartition(Topic* topic,
                                                        std::span<const TopicRecordView> records,
                                                        const AppendOptions& options);

/// MR0809: its key is too long.
Status CheckIdentity(const BatchIdentity& identity);

}  // namespace millrace
