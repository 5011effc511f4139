// SPDX-License-Identifier: Apache-2.0
#include "assistants/infer/sample_decoder.h"

#include <algorithm>
#include <span>

namespace millrace {
namespace {

using TextOptions = std::vector<std::pair<std::string, std::string>>;

/// Names of formats' own options have no prefix.
Options OwnOptions(const Format& format, const TextOptions& options) {
  const std::string prefix = std::string(format.name()) + ".";
  std::map<std::string, OptionValue> values;
  for (const auto& [key, value] : options) {
    if (key.starts_with(prefix)) values[key.substr(prefix.size())] = {value, false};
  }
  return {format.options(), std::move(values)};
}

Schema WithType(const Schema& schema, size_t index, DataType type) {
  std::vector<Column> columns = schema.columns();
  columns[index].type = std::move(type);
  return Schema(std::move(columns));
}

/// Whether this column alone decodes. Formats that go by position need all columns: the others are
/// texts then.
Result<bool> ColumnDecodes(const SampleDecoder& decoder, const TextOptions& options,
                           const Schema& schema, size_t index) {
  std::vector<Column> columns;
  if (decoder.format().decodes_by_name()) {
    columns = {schema[index]};
  } else {
    columns = schema.columns();
    for (size_t i = 0; i < columns.size(); ++i) {
      if (i != index) columns[i].type = DataType::String();
    }
  }
  auto decoded = decoder.Decode(Schema(std::move(columns)), options);
  if (!decoded) return false;
  return decoded->errors == 0;
}

}  // namespace

Result<DecodedSamples> SampleDecoder::Decode(const Schema& schema,
                                             const TextOptions& options) const {
  const Options own = OwnOptions(*format_, options);
  TRY(format_->CheckSchema(schema, own, /*for_write=*/false));
  return file_ != nullptr ? ReadFile(schema, own) : DecodeRecords(schema, own);
}

Result<DecodedSamples> SampleDecoder::DecodeRecords(const Schema& schema,
                                                    const Options& options) const {
  DecodedSamples decoded;
  TRY_ASSIGN(auto decoder, format_->MakeDecoder(schema, options));
  const std::span<const RecordSlice> records(samples_->records);
  const std::vector<uint32_t>& groups = samples_->group_of_record;
  const std::string_view bytes(samples_->bytes.data(), samples_->bytes.size() - kDecodePadding);
  for (size_t first = 0; first < records.size(); first += kMaxBatchRows) {
    const size_t count = std::min<size_t>(kMaxBatchRows, records.size() - first);
    TRY_ASSIGN(Decoded part, decoder->Decode(bytes, records.subspan(first, count)));
    decoded.rows += static_cast<uint64_t>(part.batch.num_rows);
    decoded.errors += part.errors.size() + part.skipped;
    if (decoded.first_error.empty() && !part.errors.empty()) {
      decoded.first_error = "record " + std::to_string(first + part.errors[0].record + 1) + ": " +
                            part.errors[0].reason;
    }
    for (int64_t row = 0; row < part.batch.num_rows && !groups.empty(); ++row) {
      const auto index = static_cast<size_t>(row);
      const size_t record = index < part.record_of_row.size() ? part.record_of_row[index] : index;
      decoded.groups.push_back(groups[first + record]);
    }
    decoded.batches.push_back(std::move(part.batch));
  }
  return decoded;
}

Result<DecodedSamples> SampleDecoder::ReadFile(const Schema& schema, const Options& options) const {
  DecodedSamples decoded;
  TRY_ASSIGN(auto reader, format_->MakeFileReader(file_, schema, options));
  while (decoded.rows < rows_max_) {
    TRY_ASSIGN(Batch batch, reader->Next());
    if (batch.num_rows == 0) break;
    const auto wanted = static_cast<int64_t>(rows_max_ - decoded.rows);
    if (batch.num_rows > wanted) batch = batch.Slice(0, wanted);
    decoded.rows += static_cast<uint64_t>(batch.num_rows);
    decoded.batches.push_back(std::move(batch));
  }
  return decoded;
}

Result<size_t> WidenUntilDecodable(const SampleDecoder& decoder, const TextOptions& options,
                                   Schema* schema) {
  TRY_ASSIGN(const DecodedSamples whole, decoder.Decode(*schema, options));
  if (whole.errors == 0) return 0;
  size_t widened = 0;
  for (size_t i = 0; i < schema->size(); ++i) {
    if ((*schema)[i].type.is_string_type()) continue;
    TRY_ASSIGN(const bool decodes, ColumnDecodes(decoder, options, *schema, i));
    if (decodes) continue;
    *schema = WithType(*schema, i, DataType::String());
    ++widened;
  }
  return widened;
}

}  // namespace millrace
