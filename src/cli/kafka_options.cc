// SPDX-License-Identifier: Apache-2.0
#include "cli/kafka_options.h"

#include <charconv>

namespace millrace {

void KafkaOptions::Declare(CLI::App* app) {
  app->add_flag("--local", local, "Carry Kafka tables by the embedded log, without a broker");
  app->add_option("--copy", copy, "Copy I of N, counted from 0: read every Nth Kafka partition")
      ->type_name("I/N");
  app->add_option("--connect-timeout", connect_timeout,
                  "How long to wait for Kafka at the start, such as 30s (default: for ever)")
      ->type_name("DURATION");
}

Result<CopyShare> KafkaOptions::Share() const {
  CopyShare share;
  if (copy.empty()) return share;
  const char* const end = copy.data() + copy.size();
  const auto index = std::from_chars(copy.data(), end, share.index);
  const bool parted = index.ec == std::errc() && index.ptr != end && *index.ptr == '/';
  const auto count = parted ? std::from_chars(index.ptr + 1, end, share.count) : index;
  if (!parted || count.ec != std::errc() || count.ptr != end || share.count < 1 ||
      share.index < 0 || share.index >= share.count) {
    return UserError("MR0902", "bad --copy '" + copy + "'",
                     "expected I/N with I from 0 to N-1, such as 0/3");
  }
  return share;
}

Result<std::chrono::milliseconds> KafkaOptions::ConnectTimeout() const {
  if (connect_timeout.empty()) return std::chrono::milliseconds(0);
  const auto parsed = ParseDuration(connect_timeout);
  if (!parsed || parsed->count() <= 0) {
    return UserError("MR0902", "bad --connect-timeout '" + connect_timeout + "'",
                     "expected a duration, such as 30s");
  }
  return *parsed;
}

}  // namespace millrace
