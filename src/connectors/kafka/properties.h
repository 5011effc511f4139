// SPDX-License-Identifier: Apache-2.0
// The `properties.*` that a Kafka table may set. They are written as for Java's client, since the
// same file runs on Flink; what librdkafka names or does otherwise is translated here.
//
// The list is closed on purpose: some properties of librdkafka run shell commands, load libraries
// or send secrets to any address. What is not in the list never reaches it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "data/options.h"

namespace millrace {

enum class KafkaRole { kConsumer, kProducer, kAdmin };

/// Specs of all allowed keys, with the prefix `properties.`.
std::vector<OptionSpec> KafkaPropertySpecs();

/// The properties of one client in librdkafka's names. Errors explain what is to be written.
Result<std::vector<std::pair<std::string, std::string>>> TranslateKafkaProperties(
    const Options& options, KafkaRole role);

}  // namespace millrace
