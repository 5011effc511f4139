// SPDX-License-Identifier: Apache-2.0
#include "cli/client/relayed_kafka.h"

#include <map>

#include "base/json_writer.h"
#include "functions/base64.h"

namespace millrace {
namespace {

constexpr size_t kBatchRecords = 1000;
constexpr size_t kBatchBytes = 1 << 20;

void WriteBytes(const char* name, std::optional<std::string_view> bytes, JsonWriter* out) {
  if (!bytes) return;
  std::string text;
  AppendBase64(*bytes, &text);
  out->Field(name, text);
}

class RelayedProducer final : public KafkaProducer {
 public:
  explicit RelayedProducer(const DoorClient* client) : client_(client) {}

  Result<bool> Produce(const KafkaOutput& record) override {
    Batch& batch = batches_[{std::string(record.topic), record.partition}];
    JsonWriter out;
    out.BeginObject();
    WriteBytes("key", record.key, &out);
    WriteBytes("value", record.value, &out);
    if (record.timestamp >= 0) out.Field("timestamp", record.timestamp);
    if (!record.headers.empty()) {
      out.Key("headers").BeginArray();
      for (const KafkaOutputHeader& header : record.headers) {
        out.BeginObject();
        WriteBytes("name", header.name, &out);
        WriteBytes("value", header.value, &out);
        out.EndObject();
      }
      out.EndArray();
    }
    out.EndObject();
    batch.lines += std::move(out).Finish() + "\n";
    batch.tags.push_back(record.tag);
    if (batch.tags.size() >= kBatchRecords || batch.lines.size() >= kBatchBytes) {
      TRY(Send({std::string(record.topic), record.partition}, &batch));
    }
    return true;
  }

  Status Poll(KafkaOutcomes* outcomes) override {
    for (auto& [place, batch] : batches_) TRY(Send(place, &batch));
    outcomes->delivered.insert(outcomes->delivered.end(), delivered_.begin(), delivered_.end());
    delivered_.clear();
    return OkStatus();
  }

  size_t in_flight() override {
    size_t records = delivered_.size();
    for (const auto& [place, batch] : batches_) records += batch.tags.size();
    return records;
  }
  std::string Waiting() override { return {}; }

 private:
  struct Batch {
    std::string lines;
    std::vector<uint64_t> tags;
  };
  using Place = std::pair<std::string, int32_t>;

  Status Send(const Place& place, Batch* batch) {
    if (batch->tags.empty()) return OkStatus();
    std::string path = "/append?topic=" + UrlEncode(place.first);
    if (place.second >= 0) path += "&partition=" + std::to_string(place.second);
    TRY_ASSIGN(const JsonDocument answer,
               client_->Post(path, "application/x-ndjson", std::move(batch->lines)));
    delivered_.insert(delivered_.end(), batch->tags.begin(), batch->tags.end());
    *batch = {};
    return OkStatus();
  }

  const DoorClient* client_;
  std::map<Place, Batch> batches_;
  std::vector<uint64_t> delivered_;
};

class RelayedClients final : public KafkaClients {
 public:
  explicit RelayedClients(DoorClient client) : client_(std::move(client)) {}
  Result<std::unique_ptr<KafkaConsumer>> MakeConsumer(const KafkaConfig&) override {
    return InternalError("a running program's topics are not read through its listener");
  }
  Result<std::unique_ptr<KafkaProducer>> MakeProducer(const KafkaConfig&) override {
    return std::make_unique<RelayedProducer>(&client_);
  }
  Result<std::unique_ptr<KafkaAdmin>> MakeAdmin(const KafkaConfig&) override {
    return UserError("MR0506", "this partitioner needs the number of partitions",
                     "'sink.partitioner' of a table that a running program carries",
                     "use the default partitioner, or stop the program first");
  }

 private:
  DoorClient client_;
};

}  // namespace

std::unique_ptr<KafkaClients> MakeRelayedKafkaClients(DoorClient client) {
  return std::make_unique<RelayedClients>(std::move(client));
}

}  // namespace millrace
