// SPDX-License-Identifier: Apache-2.0
#include "formats/json/change_records.h"

#include <arrow/api.h>

#include <algorithm>

#include "data/take.h"

namespace millrace {
namespace {

constexpr std::string_view kPayload = "payload";

Schema EnvelopeSchema(const Schema& schema, const ChangeDecodeSettings& settings) {
  std::vector<DataType::Field> fields;
  for (const Column& column : schema) fields.push_back({column.name, column.type});
  const DataType row = DataType::Row(std::move(fields));
  const std::string code(settings.envelope.code_field);
  if (!settings.in_payload) {
    return Schema({{"before", row}, {"after", row}, {code, DataType::String()}});
  }
  return Schema({{std::string(kPayload),
                  DataType::Row({{"before", row}, {"after", row}, {code, DataType::String()}})}});
}

/// The records of one call, taken apart: each adds rows, or a reason why it cannot.
class Changes {
 public:
  Changes(const ChangeDecodeSettings& settings, const Batch& envelopes)
      : settings_(settings), records_(envelopes.num_rows) {
    const arrow::ArrayVector* parts = &envelopes.columns;
    arrow::ArrayVector inside;
    if (settings.in_payload) {
      payload_ = std::static_pointer_cast<arrow::StructArray>(envelopes.columns[0]);
      inside = payload_->fields();
      parts = &inside;
    }
    before_ = std::static_pointer_cast<arrow::StructArray>((*parts)[0]);
    after_ = std::static_pointer_cast<arrow::StructArray>((*parts)[1]);
    codes_ = std::static_pointer_cast<arrow::StringArray>((*parts)[2]);
  }

  /// What is wrong with a record, or empty. One without rows adds none and is no error.
  std::string Add(int64_t record) {
    if (payload_ != nullptr && payload_->IsNull(record)) return "no field 'payload'";
    const std::string field(settings_.envelope.code_field);
    if (codes_->IsNull(record)) return "no field '" + field + "'";
    const ChangeEnvelope& codes = settings_.envelope;
    const std::string_view code = codes_->GetView(record);
    if (!codes.passed.empty() && code == codes.passed) return "";
    const bool appears =
        code == codes.insert || (!codes.snapshot.empty() && code == codes.snapshot);
    const bool changes = code == codes.update;
    if (!appears && !changes && code != codes.remove) {
      return "field '" + field + "': unknown code '" + std::string(code) + "'";
    }
    if (!appears && before_->IsNull(record)) {
      return std::string(changes ? "an update" : "a delete") +
             " without 'before' (PostgreSQL writes it with REPLICA IDENTITY FULL)";
    }
    if ((appears || changes) && after_->IsNull(record)) {
      return std::string(changes ? "an update" : "an insert") + " without 'after'";
    }
    if (!appears)
      Append(before_row(record), changes ? ChangeKind::kUpdateBefore : ChangeKind::kDelete);
    if (appears || changes) {
      Append(static_cast<int32_t>(record),
             changes ? ChangeKind::kUpdateAfter : ChangeKind::kInsert);
    }
    return "";
  }

  size_t rows() const { return rows_.size(); }

  Result<Batch> ToBatch(size_t columns) const {
    Batch batch;
    batch.num_rows = static_cast<int64_t>(rows_.size());
    if (!only_inserts_) batch.kinds = std::make_shared<const std::vector<ChangeKind>>(kinds_);
    for (size_t i = 0; i < columns; ++i) {
      std::shared_ptr<arrow::Array> values = after_->field(static_cast<int>(i));
      if (!only_inserts_) {
        auto both = arrow::Concatenate({values, before_->field(static_cast<int>(i))});
        if (!both.ok()) return InternalError("rows before and after: " + both.status().ToString());
        values = *std::move(both);
      }
      batch.columns.push_back(TakeRows(*values, rows_));
    }
    return batch;
  }

 private:
  /// Rows before changes stand behind all rows after them.
  int32_t before_row(int64_t record) const { return static_cast<int32_t>(records_ + record); }

  void Append(int32_t row, ChangeKind kind) {
    rows_.push_back(row);
    kinds_.push_back(kind);
    only_inserts_ = only_inserts_ && kind == ChangeKind::kInsert;
  }

  const ChangeDecodeSettings& settings_;
  int64_t records_;
  std::shared_ptr<arrow::StructArray> payload_;  // null: the record is the envelope
  std::shared_ptr<arrow::StructArray> before_;
  std::shared_ptr<arrow::StructArray> after_;
  std::shared_ptr<arrow::StringArray> codes_;
  std::vector<int32_t> rows_;
  std::vector<ChangeKind> kinds_;
  bool only_inserts_ = true;
};

}  // namespace

ChangeDecoder::ChangeDecoder(const Schema& schema, const ChangeDecodeSettings& settings)
    : columns_(schema.size()),
      settings_(settings),
      envelopes_(EnvelopeSchema(schema, settings),
                 {.ignore_parse_errors = settings.ignore_parse_errors}) {}

size_t ChangeDecoder::Frame(std::string_view bytes, bool at_end,
                            std::vector<RecordSlice>* records) {
  return envelopes_.Frame(bytes, at_end, records);
}

Result<Decoded> ChangeDecoder::Decode(std::string_view bytes,
                                      std::span<const RecordSlice> records) {
  TRY_ASSIGN(Decoded decoded, envelopes_.Decode(bytes, records));
  Changes changes(settings_, decoded.batch);
  std::vector<uint32_t> record_of_row;
  for (size_t i = 0; i < decoded.record_of_row.size(); ++i) {
    const uint32_t record = decoded.record_of_row[i];
    std::string reason = changes.Add(static_cast<int64_t>(i));
    record_of_row.resize(changes.rows(), record);
    if (reason.empty()) continue;
    if (settings_.ignore_parse_errors) {
      ++decoded.skipped;
    } else {
      decoded.errors.push_back({.record = record, .reason = std::move(reason)});
    }
  }
  std::ranges::sort(decoded.errors, {}, &DecodeError::record);
  decoded.record_of_row = std::move(record_of_row);
  TRY_ASSIGN(decoded.batch, changes.ToBatch(columns_));
  return decoded;
}

ChangeEncoder::ChangeEncoder(const Schema& schema, const ChangeEnvelope& envelope,
                             const JsonEncodeSettings& settings)
    : rows_(schema, settings) {
  const std::string code = ",\"" + std::string(envelope.code_field) + "\":\"";
  const bool nulls = !settings.ignore_null_fields;
  before_insert_ = nulls ? "{\"before\":null,\"after\":" : "{\"after\":";
  behind_insert_ = code + std::string(envelope.insert) + "\"}";
  before_delete_ = "{\"before\":";
  behind_delete_ = (nulls ? ",\"after\":null" : "") + code + std::string(envelope.remove) + "\"}";
}

Status ChangeEncoder::Encode(const Batch& batch, std::string* out, std::vector<size_t>* ends) {
  text_.clear();
  text_ends_.clear();
  TRY(rows_.Encode(batch, &text_, &text_ends_));
  size_t begin = 0;
  for (int64_t row = 0; row < batch.num_rows; ++row) {
    const ChangeKind kind = batch.kind(row);
    const bool removed = kind == ChangeKind::kDelete || kind == ChangeKind::kUpdateBefore;
    const size_t end = text_ends_[static_cast<size_t>(row)];
    out->append(removed ? before_delete_ : before_insert_);
    out->append(text_, begin, end - begin);
    out->append(removed ? behind_delete_ : behind_insert_);
    ends->push_back(out->size());
    begin = end;
  }
  return OkStatus();
}

}  // namespace millrace
