// SPDX-License-Identifier: Apache-2.0
// Samples from a Kafka topic, as an InferSource with the WITH clause of a kafka table. The topic is
// read as a table of raw messages, so connection options mean the same as in a file.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "assistants/infer/infer.h"

namespace millrace {

struct TopicChoice {
  std::string topic;
  /// 'properties.bootstrap.servers' and others, as in a WITH clause.
  std::vector<std::pair<std::string, std::string>> properties;
};

/// Reads from the earliest record up to what is there now, at most limits.records_max records.
Result<InferSource> OpenTopicSource(const TopicChoice& choice, const SampleLimits& limits,
                                    const CompilerOptions& options);

}  // namespace millrace
