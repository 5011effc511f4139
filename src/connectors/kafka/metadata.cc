// SPDX-License-Identifier: Apache-2.0
#include "connectors/kafka/metadata.h"

#include <arrow/api.h>

namespace millrace {
namespace {

Status FromArrow(const arrow::Status& status) {
  return status.ok() ? OkStatus()
                     : Status(InternalError("a metadata column of Kafka cannot be made",
                                            status.ToString()));
}

const DataType& TypeOf(const std::string& key) {
  static const std::vector<MetadataColumn> kColumns = KafkaMetadata();
  for (const MetadataColumn& column : kColumns) {
    if (column.key == key) return column.type;
  }
  static const DataType kNone = DataType::Null();
  return kNone;
}

template <typename T>
std::shared_ptr<arrow::Array> Numbers(const std::string& key, std::vector<T> values) {
  const auto length = static_cast<int64_t>(values.size());
  return arrow::MakeArray(arrow::ArrayData::Make(
      TypeOf(key).ToArrow(), length, {nullptr, arrow::Buffer::FromVector(std::move(values))}, 0));
}

Result<std::shared_ptr<arrow::Array>> Texts(const std::vector<std::string_view>& values) {
  arrow::StringBuilder builder;
  for (const std::string_view value : values) TRY(FromArrow(builder.Append(value)));
  std::shared_ptr<arrow::Array> array;
  TRY(FromArrow(builder.Finish(&array)));
  return array;
}

Result<std::shared_ptr<arrow::Array>> LeaderEpochs(const std::vector<int32_t>& epochs) {
  arrow::Int32Builder builder;
  for (const int32_t epoch : epochs) {
    TRY(FromArrow(epoch < 0 ? builder.AppendNull() : builder.Append(epoch)));
  }
  std::shared_ptr<arrow::Array> array;
  TRY(FromArrow(builder.Finish(&array)));
  return array;
}

Result<std::shared_ptr<arrow::Array>> TimestampTypes(const std::vector<KafkaTimestampType>& types) {
  std::vector<std::string_view> texts;
  for (const KafkaTimestampType type : types) {
    texts.push_back(type == KafkaTimestampType::kCreateTime      ? "CreateTime"
                    : type == KafkaTimestampType::kLogAppendTime ? "LogAppendTime"
                                                                 : "NoTimestampType");
  }
  return Texts(texts);
}

/// A name that comes twice keeps its last value, as in Flink's map.
Result<std::shared_ptr<arrow::Array>> Headers(const KafkaRecords& records) {
  std::unique_ptr<arrow::ArrayBuilder> made;
  TRY(FromArrow(
      arrow::MakeBuilder(arrow::default_memory_pool(), TypeOf("headers").ToArrow(), &made)));
  auto* map = static_cast<arrow::MapBuilder*>(made.get());
  auto* names = static_cast<arrow::StringBuilder*>(map->key_builder());
  auto* values = static_cast<arrow::BinaryBuilder*>(map->item_builder());
  uint32_t at = 0;
  for (const uint32_t end : records.header_ends) {
    TRY(FromArrow(map->Append()));
    for (uint32_t header = at; header < end; ++header) {
      const std::string_view name = records.View(records.headers[header].name);
      bool again = false;
      for (uint32_t later = header + 1; later < end; ++later) {
        again = again || records.View(records.headers[later].name) == name;
      }
      if (again) continue;
      TRY(FromArrow(names->Append(name)));
      const KafkaSlice& value = records.headers[header].value;
      TRY(FromArrow(value.is_null() ? values->AppendNull() : values->Append(records.View(value))));
    }
    at = end;
  }
  std::shared_ptr<arrow::Array> array;
  TRY(FromArrow(map->Finish(&array)));
  return array;
}

}  // namespace

std::vector<MetadataColumn> KafkaMetadata() {
  const DataType headers = DataType::Map(DataType::String().NotNull(), DataType::Bytes()).NotNull();
  return {
      {.key = "topic", .type = DataType::String().NotNull(), .writable = true},
      {.key = "partition", .type = DataType::Int().NotNull()},
      {.key = "headers", .type = headers, .writable = true},
      {.key = "leader-epoch", .type = DataType::Int()},
      {.key = "offset", .type = DataType::BigInt().NotNull()},
      {.key = "timestamp", .type = DataType::TimestampLtz(3).NotNull(), .writable = true},
      {.key = "timestamp-type", .type = DataType::String().NotNull()},
  };
}

Result<std::vector<std::shared_ptr<arrow::Array>>> ReadKafkaMetadata(
    const std::vector<std::string>& keys, const KafkaPartition& partition,
    const KafkaRecords& records) {
  std::vector<std::shared_ptr<arrow::Array>> arrays;
  for (const std::string& key : keys) {
    std::shared_ptr<arrow::Array> array;
    if (key == "topic") {
      TRY_ASSIGN(array, Texts({partition.topic}));
    } else if (key == "partition") {
      array = Numbers<int32_t>(key, {partition.partition});
    } else if (key == "offset") {
      array = Numbers(key, records.offsets);
    } else if (key == "timestamp") {
      array = Numbers(key, records.timestamps);
    } else if (key == "leader-epoch") {
      TRY_ASSIGN(array, LeaderEpochs(records.leader_epochs));
    } else if (key == "timestamp-type") {
      TRY_ASSIGN(array, TimestampTypes(records.timestamp_types));
    } else if (key == "headers") {
      TRY_ASSIGN(array, Headers(records));
    } else {
      return InternalError("Kafka has no metadata '" + key + "'");
    }
    arrays.push_back(std::move(array));
  }
  return arrays;
}

void AppendKafkaHeaders(const arrow::Array& column, int64_t row,
                        std::vector<KafkaOutputHeader>* headers) {
  const auto& map = static_cast<const arrow::MapArray&>(column);
  if (map.IsNull(row)) return;
  const auto& names = static_cast<const arrow::StringArray&>(*map.keys());
  const auto& values = static_cast<const arrow::BinaryArray&>(*map.items());
  for (int64_t i = map.value_offset(row); i < map.value_offset(row + 1); ++i) {
    KafkaOutputHeader header{.name = names.GetView(i), .value = {}};
    if (!values.IsNull(i)) header.value = values.GetView(i);
    headers->push_back(header);
  }
}

}  // namespace millrace
