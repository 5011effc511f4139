// SPDX-License-Identifier: Apache-2.0
// Texts and bytes as they are, numbers in their fixed-width binary form, as Flink's raw format has
// them.
#include "formats/raw/raw_format.h"

#include <arrow/array/array_binary.h>
#include <arrow/array/array_primitive.h>
#include <arrow/array/util.h>
#include <arrow/util/utf8.h>

#include <bit>
#include <cstring>
#include <type_traits>

#include "data/option_text.h"
#include "formats/columns/column_builder.h"

namespace millrace {
namespace {

/// Bytes of a fixed-width type; 0 for texts and bytes, -1 for types without a raw form.
int RawWidth(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kChar:
    case TypeKind::kVarchar:
    case TypeKind::kBinary:
    case TypeKind::kVarbinary: return 0;
    case TypeKind::kBoolean:
    case TypeKind::kTinyInt: return 1;
    case TypeKind::kSmallInt: return 2;
    case TypeKind::kInt:
    case TypeKind::kFloat: return 4;
    case TypeKind::kBigInt:
    case TypeKind::kDouble: return 8;
    default: return -1;
  }
}

template <typename T>
T SwapBytes(T value) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  for (size_t i = 0; i < sizeof(T) / 2; ++i) std::swap(bytes[i], bytes[sizeof(T) - 1 - i]);
  std::memcpy(&value, bytes, sizeof(T));
  return value;
}

class RawDecoder final : public RecordDecoder {
 public:
  RawDecoder(const DataType& type, bool swap)
      : type_(type), width_(RawWidth(type)), swap_(swap), text_(type.ToArrow()) {}

  size_t Frame(std::string_view bytes, bool at_end, std::vector<RecordSlice>* records) override {
    size_t begin = 0;
    while (begin < bytes.size()) {
      const size_t found = bytes.find('\n', begin);
      if (found == std::string_view::npos && !at_end) break;
      const size_t end = std::min(found, bytes.size());
      const size_t cut = end > begin && bytes[end - 1] == '\r' ? end - 1 : end;
      records->push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(cut - begin)});
      begin = std::min(end + 1, bytes.size());
    }
    return begin;
  }

  Result<Decoded> Decode(std::string_view bytes, std::span<const RecordSlice> records) override {
    switch (type_.kind()) {
      case TypeKind::kBoolean: return DecodeFixed<uint8_t, BooleanBuilder>(bytes, records);
      case TypeKind::kTinyInt: return DecodeFixed<int8_t, FixedBuilder<int8_t>>(bytes, records);
      case TypeKind::kSmallInt: return DecodeFixed<int16_t, FixedBuilder<int16_t>>(bytes, records);
      case TypeKind::kInt: return DecodeFixed<int32_t, FixedBuilder<int32_t>>(bytes, records);
      case TypeKind::kBigInt: return DecodeFixed<int64_t, FixedBuilder<int64_t>>(bytes, records);
      case TypeKind::kFloat: return DecodeFixed<float, FixedBuilder<float>>(bytes, records);
      case TypeKind::kDouble: return DecodeFixed<double, FixedBuilder<double>>(bytes, records);
      default: return DecodeTexts(bytes, records);
    }
  }

 private:
  static Decoded Finish(ColumnBuilder* builder, Decoded decoded) {
    decoded.batch.num_rows = builder->length();
    decoded.batch.columns.push_back(arrow::MakeArray(builder->Finish()));
    return decoded;
  }

  Result<Decoded> DecodeTexts(std::string_view bytes, std::span<const RecordSlice> records) {
    Decoded decoded;
    text_.Reserve(static_cast<int64_t>(records.size()));
    for (size_t i = 0; i < records.size(); ++i) {
      const std::string_view record = bytes.substr(records[i].offset, records[i].length);
      if (type_.is_character() && !arrow::util::ValidateUTF8(record)) {
        decoded.errors.push_back({static_cast<uint32_t>(i), "invalid UTF-8"});
        continue;
      }
      text_.Append(record);
      decoded.record_of_row.push_back(static_cast<uint32_t>(i));
    }
    return Finish(&text_, std::move(decoded));
  }

  template <typename T, typename Builder>
  Result<Decoded> DecodeFixed(std::string_view bytes, std::span<const RecordSlice> records) {
    Decoded decoded;
    Builder builder(type_.ToArrow());
    builder.Reserve(static_cast<int64_t>(records.size()));
    for (size_t i = 0; i < records.size(); ++i) {
      if (records[i].length != sizeof(T)) {
        decoded.errors.push_back(
            {static_cast<uint32_t>(i), "expected " + std::to_string(width_) + " bytes for " +
                                           type_.Nullable().ToString() + ", found " +
                                           std::to_string(records[i].length)});
        continue;
      }
      T value;
      std::memcpy(&value, bytes.data() + records[i].offset, sizeof value);
      builder.Append(swap_ ? SwapBytes(value) : value);
      decoded.record_of_row.push_back(static_cast<uint32_t>(i));
    }
    return Finish(&builder, std::move(decoded));
  }

  DataType type_;
  int width_;
  bool swap_;
  TextBuilder text_;
};

class RawEncoder final : public RecordEncoder {
 public:
  RawEncoder(const DataType& type, bool swap) : type_(type), width_(RawWidth(type)), swap_(swap) {}

  /// NULL is an empty record.
  Status Encode(const Batch& batch, std::string* out, std::vector<size_t>* ends) override {
    const arrow::Array& column = *batch.columns[0];
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      if (!column.IsNull(row)) AppendValue(column, row, out);
      ends->push_back(out->size());
    }
    return OkStatus();
  }

 private:
  void AppendValue(const arrow::Array& column, int64_t row, std::string* out) const {
    if (width_ == 0) {
      out->append(static_cast<const arrow::BinaryArray&>(column).GetView(row));
      return;
    }
    if (type_.kind() == TypeKind::kBoolean) {
      out->push_back(static_cast<const arrow::BooleanArray&>(column).Value(row) ? 1 : 0);
      return;
    }
    const auto* bytes = reinterpret_cast<const char*>(column.data()->buffers[1]->data()) +
                        (column.offset() + row) * width_;
    if (swap_) {
      for (int i = width_ - 1; i >= 0; --i) out->push_back(bytes[i]);
    } else {
      out->append(bytes, static_cast<size_t>(width_));
    }
  }

  DataType type_;
  int width_;
  bool swap_;
};

class RawFormat final : public Format {
 public:
  std::string_view name() const override { return "raw"; }
  bool null_message_is_row() const override { return true; }

  std::vector<OptionSpec> options() const override {
    return {{.key = "charset",
             .type = OptionType::kEnum,
             .default_value = "UTF-8",
             .choices = {"UTF-8"},
             .help = "Encoding of texts."},
            {.key = "endianness",
             .type = OptionType::kEnum,
             .default_value = "big-endian",
             .choices = {"big-endian", "little-endian"},
             .help = "Byte order of numbers."}};
  }

  Status CheckSchema(const Schema& schema, const Options&, bool) const override {
    if (schema.size() != 1) {
      return UserError("MR0505",
                       "format 'raw' needs a table of one physical column, this one has " +
                           std::to_string(schema.size()));
    }
    if (RawWidth(schema[0].type) < 0) {
      return UserError("MR0505", "format 'raw' cannot carry column '" + schema[0].name + "'",
                       "there is no raw form of " + schema[0].type.ToString());
    }
    return OkStatus();
  }

  Result<std::unique_ptr<RecordDecoder>> MakeDecoder(const Schema& schema,
                                                     const Options& options) const override {
    return std::make_unique<RawDecoder>(schema[0].type, Swaps(options));
  }
  Result<std::unique_ptr<RecordEncoder>> MakeEncoder(const Schema& schema,
                                                     const Options& options) const override {
    return std::make_unique<RawEncoder>(schema[0].type, Swaps(options));
  }

 private:
  static bool Swaps(const Options& options) {
    const bool little = EqualsIgnoringCase(options.GetString("endianness"), "little-endian");
    return little != (std::endian::native == std::endian::little);
  }
};

}  // namespace

std::unique_ptr<Format> MakeRawFormat() { return std::make_unique<RawFormat>(); }

}  // namespace millrace
