// SPDX-License-Identifier: Apache-2.0
#include "formats/parquet/parquet_format.h"

#include "formats/file_schema.h"
#include "formats/parquet/file_reader.h"
#include "formats/parquet/file_schema.h"
#include "formats/parquet/file_writer.h"

namespace millrace {
namespace {

bool Supported(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kArray:
    case TypeKind::kMultiset: return Supported(type.element());
    case TypeKind::kMap: return Supported(type.key()) && Supported(type.value());
    case TypeKind::kRow:
      for (const DataType::Field& field : type.fields()) {
        if (!Supported(field.type)) return false;
      }
      return !type.fields().empty();
    case TypeKind::kNull:
    case TypeKind::kIntervalYearMonth:
    case TypeKind::kIntervalDayTime:
    case TypeKind::kVariant:
    case TypeKind::kBitmap:
    case TypeKind::kRaw: return false;
    default: return true;
  }
}

class ParquetFormat final : public Format, public FileSchemaReader {
 public:
  std::string_view name() const override { return "parquet"; }
  bool is_file_format() const override { return true; }
  bool decodes_by_name() const override { return true; }

  std::vector<OptionSpec> options() const override {
    return {
        {.key = "compression",
         .type = OptionType::kEnum,
         .default_value = "SNAPPY",
         .choices = {"SNAPPY", "ZSTD", "GZIP", "UNCOMPRESSED"},
         .help = "How pages are compressed when written."},
        {.key = "block.size",
         .type = OptionType::kMemorySize,
         .default_value = "128 mb",
         .help = "Size of a row group, before compression."},
        {.key = "page.size",
         .type = OptionType::kMemorySize,
         .default_value = "1 mb",
         .help = "Size of a page, before compression."},
        {.key = "enable.dictionary",
         .type = OptionType::kBoolean,
         .default_value = "true",
         .help = "Write repeated values as a dictionary."},
        {.key = "utc-timezone",
         .type = OptionType::kBoolean,
         .default_value = "false",
         .help = "Accepted for Flink; timestamps carry their meaning in the file."},
    };
  }

  Status CheckSchema(const Schema& schema, const Options&, bool) const override {
    for (const Column& column : schema) {
      if (!Supported(column.type)) {
        return UserError("MR0505", "format 'parquet' cannot carry column '" + column.name + "'",
                         "Parquet has no form for " + column.type.ToString());
      }
    }
    return OkStatus();
  }

  Result<std::unique_ptr<FileReader>> MakeFileReader(
      std::shared_ptr<arrow::io::RandomAccessFile> file, const Schema& schema,
      const Options&) const override {
    return MakeParquetReader(std::move(file), schema);
  }

  Result<Schema> ReadSchema(std::shared_ptr<arrow::io::RandomAccessFile> file) const override {
    return ReadParquetSchema(std::move(file));
  }

  Result<std::unique_ptr<FileWriter>> MakeFileWriter(std::shared_ptr<arrow::io::OutputStream> file,
                                                     const Schema& schema,
                                                     const Options& options) const override {
    return MakeParquetWriter(std::move(file), schema, options);
  }
};

}  // namespace

std::unique_ptr<Format> MakeParquetFormat() { return std::make_unique<ParquetFormat>(); }

}  // namespace millrace
