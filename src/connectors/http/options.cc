// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/options.h"

#include <algorithm>

#include "diagnostics/nearest.h"

namespace millrace {
namespace {

constexpr int64_t kPartitionsMax = 1024;
constexpr size_t kApiKeyBytesMin = 16;
constexpr uint64_t kBodyBytesMax = 1ull << 30;

Status CheckKeyColumns(const TableContext& table) {
  for (const std::string& name : table.options.GetList("key")) {
    if (table.schema.Find(name)) continue;
    const auto near = NearestNames(name, table.schema.names(), 1);
    return UserError("MR0503", "option 'key': the table has no column '" + name + "'", {},
                     near.empty() ? "" : "did you mean '" + near[0] + "'?");
  }
  return OkStatus();
}

Status CheckOrigin(const std::string& origin) {
  const size_t host = origin.starts_with("https://") ? 8 : origin.starts_with("http://") ? 7 : 0;
  const bool plain = host > 0 && host < origin.size() &&
                     origin.find_first_of("/ \t*?#@", host) == std::string::npos;
  if (plain) return OkStatus();
  return UserError("MR0503", "'cors.origins': '" + origin + "' is no origin", {},
                   "write scheme, host and port as a browser sends them: https://shop.example.com");
}

}  // namespace

std::vector<OptionSpec> HttpOptions() {
  return {
      {.key = "partitions",
       .type = OptionType::kInt,
       .default_value = "1",
       .help = "Partitions of the table's log; as many shards can read it. Fixed with the first "
               "row."},
      {.key = "key",
       .type = OptionType::kList,
       .help = "Columns; rows of one key go to one partition, in order."},
  };
}

std::vector<OptionSpec> HttpExtraOptions() {
  return {
      {.key = "api-keys",
       .type = OptionType::kList,
       .secret = true,
       .help = "Who may post rows: any of these keys, separated by ';'. Anybody, if not set and "
               "the listener has no token."},
      {.key = "cors.origins",
       .type = OptionType::kList,
       .help = "Pages of these origins may post rows, separated by ';'. By default none."},
      {.key = "decide.deadline",
       .type = OptionType::kDuration,
       .default_value = "1 s",
       .help = "How long /decide waits for the pipeline's answer."},
      {.key = "decide.fallback",
       .help = "The answer (JSON) of /decide when there is none from the pipeline."},
      {.key = "decide.durable",
       .type = OptionType::kBoolean,
       .default_value = "false",
       .help = "'true': /decide answers only when the row is on the disk as well."},
      {.key = "ingest.backlog.max",
       .type = OptionType::kLong,
       .default_value = "1000000",
       .help = "Rows that the pipeline has not read yet, beyond which new ones are answered with "
               "429."},
      {.key = "ingest.body.max",
       .type = OptionType::kMemorySize,
       .default_value = "8 mb",
       .help = "A longer request is answered with 413."},
      {.key = "log.retention",
       .type = OptionType::kDuration,
       .default_value = "7 d",
       .help = "Rows stay in the table's log at least this long, read or not; '0 s': for ever. Of "
               "this run: it may be changed."},
      {.key = "log.retention.size",
       .type = OptionType::kMemorySize,
       .default_value = "0 b",
       .help =
           "Bytes per partition beyond which the oldest rows go, read or not; '0 b': no limit."},
      {.key = "dead-letter.path", .help = "File for rows that cannot be decoded or processed."},
  };
}

Status CheckHttpOptions(const TableContext& table) {
  const int64_t partitions = table.options.GetLong("partitions");
  if (partitions < 1 || partitions > kPartitionsMax) {
    return UserError("MR0503", "option 'partitions' must be 1 to 1024");
  }
  TRY(CheckKeyColumns(table));
  const Options extras(HttpExtraOptions(), table.extras);
  for (const std::string& origin : extras.GetList("cors.origins")) TRY(CheckOrigin(origin));
  if (extras.Has("api-keys")) {
    const auto keys = extras.GetList("api-keys");
    const bool weak = std::ranges::any_of(
        keys, [](const std::string& key) { return key.size() < kApiKeyBytesMin; });
    if (keys.empty() || weak) {
      return UserError("MR0503", "'api-keys': a key has at least 16 characters", {},
                       "make one with: openssl rand -hex 16");
    }
  }
  if (extras.GetDuration("decide.deadline").count() < 1 ||
      extras.GetLong("ingest.backlog.max") < 1 || extras.GetMemorySize("ingest.body.max") < 1 ||
      extras.GetMemorySize("ingest.body.max") > kBodyBytesMax) {
    return UserError("MR0503",
                     "'decide.deadline', 'ingest.backlog.max' and 'ingest.body.max' must be "
                     "positive, the latter at most 1 gb");
  }
  return OkStatus();
}

}  // namespace millrace
