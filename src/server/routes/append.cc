// SPDX-License-Identifier: Apache-2.0
// POST /append?topic=T[&partition=N]: records for a topic of the embedded log, for `millrace
// produce` beside a running `run --local`. A JSON object per line with `key`, `value` (base64, null
// if absent), `timestamp` (milliseconds) and `headers`. Answered when all are on the disk.
#include "base/json_value.h"
#include "base/json_writer.h"
#include "functions/base64.h"
#include "log/topic_store.h"
#include "server/answers.h"
#include "server/query_parameters.h"
#include "server/routes/builtin.h"

namespace millrace {
namespace {

constexpr size_t kBodyBytesMax = 16 << 20;
constexpr uint64_t kPartitionsMax = 1 << 20;

/// Owns what views point at.
struct Record {
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::optional<int64_t> timestamp;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
};

Result<std::optional<std::string>> Bytes(const JsonValue& object, std::string_view name) {
  if (!object.object().contains(name)) return std::optional<std::string>();
  std::string bytes;
  if (const char* fault = DecodeBase64(object[name].string(), &bytes)) {
    return UserError("MR0764", std::string(name) + " is not base64: " + fault);
  }
  return bytes;
}

Result<Record> ReadRecord(std::string_view line) {
  TRY_ASSIGN(const JsonValue object, JsonValue::Parse(line));
  Record record;
  TRY_ASSIGN(record.key, Bytes(object, "key"));
  TRY_ASSIGN(record.value, Bytes(object, "value"));
  if (object.object().contains("timestamp")) {
    record.timestamp = static_cast<int64_t>(object["timestamp"].number());
  }
  for (const JsonValue& header : object["headers"].array()) {
    TRY_ASSIGN(const auto name, Bytes(header, "name"));
    TRY_ASSIGN(auto value, Bytes(header, "value"));
    record.headers.emplace_back(name.value_or(""), std::move(value));
  }
  return record;
}

Result<std::vector<Record>> ReadRecords(std::string_view body) {
  std::vector<Record> records;
  while (!body.empty()) {
    const size_t end = std::min(body.find('\n'), body.size());
    if (end > 0) {
      TRY_ASSIGN(Record record, ReadRecord(body.substr(0, end)));
      records.push_back(std::move(record));
    }
    body.remove_prefix(std::min(end + 1, body.size()));
  }
  return records;
}

Status Append(const RouteContext& context, const ServerRequest& request,
              const HttpResponder& responder) {
  TopicStore* topics = context.pipelines->services().topics;
  if (topics == nullptr) return UserError("MR0764", "this program has no embedded log");
  const size_t question = std::min(request.target.find('?'), request.target.size() - 1);
  TRY_ASSIGN(const QueryParameters query,
             QueryParameters::Parse(std::string_view(request.target).substr(question + 1)));
  const std::string topic = query.Text("topic");
  if (topic.empty()) return UserError("MR0764", "parameter 'topic' is missing");
  AppendOptions options;
  if (!query.Text("partition").empty()) {
    TRY_ASSIGN(const uint64_t partition, query.Number("partition", 0, 0, kPartitionsMax));
    options.partition = static_cast<int32_t>(partition);
  }
  TRY_ASSIGN(const std::vector<Record> records, ReadRecords(request.body));
  if (records.empty()) return UserError("MR0764", "the body holds no record");
  TRY(topics->EnsureTopic(topic));
  std::vector<TopicRecordView> views;
  for (const Record& record : records) {
    TopicRecordView view{
        .timestamp_ms = record.timestamp, .key = record.key, .value = record.value};
    for (const auto& [name, value] : record.headers) view.headers.push_back({name, value});
    views.push_back(std::move(view));
  }
  auto appended = topics->Append(topic, views, options,
                                 [responder, count = records.size()](const Status& durable) {
                                   if (!durable)
                                     return responder.Send(ErrorAnswer(durable.error()));
                                   JsonWriter json;
                                   json.BeginObject().Field("records", count).EndObject();
                                   responder.Send(JsonAnswer(200, std::move(json).Finish() + "\n"));
                                 });
  if (!appended) return std::unexpected(std::move(appended).error());
  return OkStatus();
}

void HandleAppend(const RouteContext& context, RoutedRequest routed, HttpResponder responder) {
  const Status status = Append(context, routed.request, responder);
  if (!status) responder.Send(ErrorAnswer(status.error()));
}

}  // namespace

Route AppendRoute() {
  return {.name = "append",
          .method = "POST",
          .access = Access::kControl,
          .body_bytes_max = kBodyBytesMax,
          .handle = HandleAppend};
}

}  // namespace millrace
