// SPDX-License-Identifier: Apache-2.0
#include "operators/io/message_encoder.h"

#include <arrow/api.h>

#include <algorithm>

#include "plan/record_schema.h"

namespace millrace {
namespace {

std::vector<std::string> NamesOf(const Table& table, const std::vector<size_t>& columns) {
  const Schema physical = table.physical_schema();
  std::vector<std::string> names;
  for (const size_t column : columns) names.push_back(physical[column].name);
  return names;
}

/// What a file of the table holds: partition columns are in its path only.
Schema UnpartitionedSchema(const Table& table) {
  Schema schema;
  for (const Column& column : table.physical_schema()) {
    if (std::ranges::find(table.partition_keys, column.name) == table.partition_keys.end()) {
      schema.Append(column);
    }
  }
  return schema;
}

}  // namespace

Result<std::unique_ptr<MessageEncoder>> MessageEncoder::Make(const Table& table,
                                                             const SessionContext* session) {
  auto made = std::make_unique<MessageEncoder>();
  const Schema written = table.write_schema();
  made->upserts_ = table.connector->sink_traits().upserts;
  if (table.connector->record_keys() == Connector::RecordKeys::kNone) {
    const Schema schema = UnpartitionedSchema(table);
    TRY(MakePart(*table.format, table.format_options, schema, written, schema.names(),
                 &made->value_));
    TRY(made->AddMetadata(table, written, session));
    return made;
  }
  const Schema value = ValueSchema(table);
  TRY(MakePart(*table.format, table.format_options, value, written, value.names(), &made->value_));
  if (table.key_format != nullptr) {
    TRY(MakePart(*table.key_format, table.key_format_options, KeySchema(table), written,
                 NamesOf(table, table.key_columns), &made->key_));
  }
  if (made->upserts_) {
    std::vector<int> columns;
    std::vector<DataType> types;
    for (const size_t column : made->key_.columns) {
      columns.push_back(static_cast<int>(column));
      types.push_back(written[column].type);
    }
    made->upsert_keys_.emplace(std::move(columns), std::move(types));
  }
  TRY(made->AddMetadata(table, written, session));
  return made;
}

Status MessageEncoder::MakePart(const Format& format, const Options& options, const Schema& schema,
                                const Schema& written, const std::vector<std::string>& names,
                                Part* part) {
  TRY_ASSIGN(part->encoder, format.MakeEncoder(schema, options));
  part->null_is_null = format.null_message_is_row() && schema.size() == 1;
  for (const std::string& name : names) part->columns.push_back(*written.Find(name));
  part->all = part->columns.size() == written.size();
  for (size_t i = 0; i < part->columns.size(); ++i) part->all &= part->columns[i] == i;
  return OkStatus();
}

Status MessageEncoder::AddMetadata(const Table& table, const Schema& written,
                                   const SessionContext* session) {
  for (const TableColumn& column : table.columns) {
    if (column.kind != TableColumn::Kind::kMetadata || column.is_virtual) continue;
    Metadata& metadata = metadata_.emplace_back();
    metadata.column = *written.Find(column.name);
    for (const MetadataColumn& taken : table.connector->metadata()) {
      if (taken.key != column.metadata_key) continue;
      const DataType wanted = taken.type.Nullable();
      if (wanted.ToArrow()->Equals(*column.type.ToArrow())) continue;
      TRY_ASSIGN(auto cast,
                 Expression::Cast(Expression::InputRef(0, column.type, column.name), wanted));
      metadata.cast.emplace(std::vector<ExpressionPtr>{std::move(cast)}, session);
    }
  }
  return OkStatus();
}

Batch MessageEncoder::DropOldVersions(Batch batch) {
  if (!upsert_keys_ || batch.kinds == nullptr) return batch;
  upsert_keys_->Encode(batch, &encoded_keys_);
  std::vector<int32_t> kept;
  std::vector<ChangeKind> kinds;
  for (int64_t row = 0; row < batch.num_rows; ++row) {
    const auto i = static_cast<size_t>(row);
    ChangeKind kind = batch.kind(row);
    if (kind == ChangeKind::kUpdateBefore) {
      const bool replaced = row + 1 < batch.num_rows &&
                            batch.kind(row + 1) == ChangeKind::kUpdateAfter &&
                            encoded_keys_.key(i) == encoded_keys_.key(i + 1);
      if (replaced) continue;
      kind = ChangeKind::kDelete;
    }
    kept.push_back(static_cast<int32_t>(row));
    kinds.push_back(kind);
  }
  if (static_cast<int64_t>(kept.size()) != batch.num_rows) batch = batch.Take(kept);
  batch.kinds = std::make_shared<const std::vector<ChangeKind>>(std::move(kinds));
  return batch;
}

Status MessageEncoder::EncodePart(const Batch& batch, Part* part) {
  part->bytes.clear();
  part->ends.clear();
  if (part->all) return part->encoder->Encode(batch, &part->bytes, &part->ends);
  std::vector<std::shared_ptr<arrow::Array>> columns;
  columns.reserve(part->columns.size());
  for (const size_t column : part->columns) columns.push_back(batch.columns[column]);
  return part->encoder->Encode(batch.WithColumns(std::move(columns)), &part->bytes, &part->ends);
}

/// Deletes of upserts, and NULLs of a format that has them, are records without a value.
void MessageEncoder::MarkNulls(const Batch& batch) {
  null_values_.clear();
  const arrow::Array* raw = value_.null_is_null ? batch.columns[value_.columns[0]].get() : nullptr;
  const bool deletes = upserts_ && batch.kinds != nullptr;
  if (!deletes && (raw == nullptr || raw->null_count() == 0)) return;
  null_values_.resize(static_cast<size_t>(batch.num_rows));
  for (int64_t row = 0; row < batch.num_rows; ++row) {
    null_values_[static_cast<size_t>(row)] =
        (deletes && batch.kind(row) == ChangeKind::kDelete) || (raw != nullptr && raw->IsNull(row))
            ? 1
            : 0;
  }
}

/// As in Flink: with a format that has nulls of its own (raw), a NULL is a record without a key.
void MessageEncoder::MarkNullKeys(const Batch& batch) {
  null_keys_.clear();
  if (!key_.null_is_null) return;
  const arrow::Array& raw = *batch.columns[key_.columns[0]];
  if (raw.null_count() == 0) return;
  null_keys_.resize(static_cast<size_t>(batch.num_rows));
  for (int64_t row = 0; row < batch.num_rows; ++row) {
    null_keys_[static_cast<size_t>(row)] = raw.IsNull(row) ? 1 : 0;
  }
}

Status MessageEncoder::Encode(const Batch& batch, SinkInput* input) {
  TRY(EncodePart(batch, &value_));
  input->bytes = value_.bytes;
  input->ends = value_.ends;
  input->delimiter = value_.encoder->delimiter();
  if (key_.encoder != nullptr) {
    TRY(EncodePart(batch, &key_));
    input->keys = key_.bytes;
    input->key_ends = key_.ends;
    MarkNullKeys(batch);
    input->null_keys = null_keys_;
  }
  MarkNulls(batch);
  input->null_values = null_values_;
  metadata_values_.clear();
  for (Metadata& metadata : metadata_) {
    std::shared_ptr<arrow::Array> value = batch.columns[metadata.column];
    if (metadata.cast) {
      RowErrors errors;
      TRY_ASSIGN(auto cast, metadata.cast->Evaluate(
                                {.num_rows = batch.num_rows, .columns = {value}}, &errors));
      value = std::move(cast[0]);
    }
    metadata_values_.push_back(std::move(value));
  }
  input->metadata = metadata_values_;
  return OkStatus();
}

}  // namespace millrace
