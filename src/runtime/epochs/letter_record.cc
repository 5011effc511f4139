// SPDX-License-Identifier: Apache-2.0
#include "runtime/epochs/letter_record.h"

#include <algorithm>

#include "base/json_value.h"
#include "functions/base64.h"

namespace millrace {
namespace {

constexpr std::string_view kConnect = "__connect.errors.";
constexpr std::string_view kOffset = "offset ";

/// `name`, or `name`_base64 decoded.
std::optional<std::string> Bytes(const JsonValue& object, const std::string& name) {
  if (object.object().contains(name)) return object[name].string();
  const auto encoded = object.object().find(name + "_base64");
  if (encoded == object.object().end()) return std::nullopt;
  std::string bytes;
  if (DecodeBase64(encoded->second.string(), &bytes) != nullptr) return std::nullopt;
  return bytes;
}

bool IsNumber(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Stages of Kafka Connect that a reader of such headers knows.
std::string ConnectStage(const std::string& stage) {
  if (stage == "decode") return "VALUE_CONVERTER";
  if (stage == "sink" || stage == "delivery") return "TASK_PUT";
  return "TRANSFORMATION";
}

class Headers {
 public:
  explicit Headers(LetterRecord* record) : record_(record) {}
  void Connect(std::string_view name, std::string value) {
    if (!value.empty()) Add(std::string(kConnect) + std::string(name), std::move(value));
  }
  void Own(std::string_view name, std::string value) {
    if (!value.empty()) Add("millrace." + std::string(name), std::move(value));
  }

 private:
  void Add(std::string name, std::string value) {
    record_->headers.emplace_back(std::move(name), std::move(value));
  }
  LetterRecord* record_;
};

/// "payments-3" and "offset 71" as topic, partition and offset; a file as it stands.
void AddPlace(const std::string& split, const std::string& position, Headers* headers) {
  const size_t dash = split.rfind('-');
  const bool partition = dash != std::string::npos && position.starts_with(kOffset) &&
                         IsNumber(std::string_view(split).substr(dash + 1));
  if (partition) {
    headers->Connect("topic", split.substr(0, dash));
    headers->Connect("partition", split.substr(dash + 1));
    headers->Connect("offset", position.substr(kOffset.size()));
    return;
  }
  headers->Own("split", split);
  headers->Own("position", position);
}

}  // namespace

LetterRecord LetterRecordOf(std::string_view line) {
  LetterRecord record;
  Headers headers(&record);
  const auto letter = JsonValue::Parse(line);
  if (!letter) {
    record.value = std::string(line);
    headers.Own("letter", "json");
    return record;
  }
  const JsonValue& fields = *letter;
  record.key = Bytes(fields, "key");
  record.value = Bytes(fields, "raw");
  if (fields.object().contains("timestamp_ms")) {
    record.timestamp_ms = static_cast<int64_t>(fields["timestamp_ms"].number());
  }
  for (const JsonValue& header : fields["headers"].array()) {
    record.headers.emplace_back(header["name"].string(), Bytes(header, "value"));
  }
  const std::string& stage = fields["stage"].string();
  AddPlace(fields["split"].string(), fields["position"].string(), &headers);
  headers.Connect("connector.name", fields["pipeline"].string());
  headers.Connect("stage", ConnectStage(stage));
  headers.Connect("class.name", fields["operator"].string());
  headers.Connect("exception.class.name", fields["code"].string());
  headers.Connect("exception.message", fields["reason"].string());
  headers.Own("id", fields["id"].string());
  headers.Own("table", fields["table"].string());
  headers.Own("stage", stage);
  headers.Own("attempts", std::to_string(fields["attempts"].number()));
  headers.Own("epoch", std::to_string(fields["epoch"].number()));
  headers.Own("row", fields["row"].string());
  return record;
}

}  // namespace millrace
