// SPDX-License-Identifier: Apache-2.0
#include "formats/parquet/file_writer.h"

#include <arrow/array/array_base.h>
#include <arrow/io/interfaces.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <parquet/arrow/writer.h>
#include <parquet/exception.h>
#include <parquet/properties.h>

#include "data/option_text.h"

namespace millrace {
namespace {

std::unexpected<Error> FromArrow(const arrow::Status& status) {
  return ExternalError("MR0513", "a parquet file cannot be written", status.ToString());
}

struct Codec {
  const char* name;
  arrow::Compression::type type;
};
constexpr Codec kCodecs[] = {{"SNAPPY", arrow::Compression::SNAPPY},
                             {"ZSTD", arrow::Compression::ZSTD},
                             {"GZIP", arrow::Compression::GZIP},
                             {"UNCOMPRESSED", arrow::Compression::UNCOMPRESSED}};

class ParquetWriter final : public FileWriter {
 public:
  ParquetWriter(std::unique_ptr<parquet::arrow::FileWriter> writer,
                std::shared_ptr<arrow::io::OutputStream> file,
                std::shared_ptr<arrow::Schema> schema, int64_t group_bytes)
      : writer_(std::move(writer)),
        file_(std::move(file)),
        schema_(std::move(schema)),
        group_bytes_(group_bytes) {}

  Status Write(const Batch& batch) override {
    const auto records = arrow::RecordBatch::Make(schema_, batch.num_rows, batch.columns);
    try {
      if (open_group_bytes_ >= group_bytes_) {
        if (auto status = writer_->NewBufferedRowGroup(); !status.ok()) return FromArrow(status);
        open_group_bytes_ = 0;
      }
      const auto status = writer_->WriteRecordBatch(*records);
      if (!status.ok()) return FromArrow(status);
    } catch (const parquet::ParquetException& error) {
      return ExternalError("MR0513", "a parquet file cannot be written", error.what());
    }
    const int64_t bytes = SizeOf(*records);
    open_group_bytes_ += bytes;
    unwritten_ += static_cast<uint64_t>(bytes);
    return OkStatus();
  }

  Status Finish() override {
    const auto status = writer_->Close();
    unwritten_ = 0;
    return status.ok() ? OkStatus() : Status(FromArrow(status));
  }

  uint64_t bytes_written() const override {
    const auto position = file_->Tell();
    return (position.ok() ? static_cast<uint64_t>(*position) : 0) + unwritten_;
  }

 private:
  static int64_t SizeOf(const arrow::RecordBatch& records) {
    int64_t bytes = 0;
    for (const auto& column : records.columns()) {
      for (const auto& buffer : column->data()->buffers) bytes += buffer ? buffer->size() : 0;
    }
    return bytes;
  }

  std::unique_ptr<parquet::arrow::FileWriter> writer_;
  std::shared_ptr<arrow::io::OutputStream> file_;
  std::shared_ptr<arrow::Schema> schema_;
  int64_t group_bytes_;
  int64_t open_group_bytes_ = 0;
  uint64_t unwritten_ = 0;
};

}  // namespace

Result<std::unique_ptr<FileWriter>> MakeParquetWriter(std::shared_ptr<arrow::io::OutputStream> file,
                                                      const Schema& schema,
                                                      const Options& options) {
  parquet::WriterProperties::Builder properties;
  for (const Codec& codec : kCodecs) {
    if (EqualsIgnoringCase(options.GetString("compression"), codec.name)) {
      properties.compression(codec.type);
    }
  }
  if (!options.GetBoolean("enable.dictionary")) properties.disable_dictionary();
  properties.data_pagesize(static_cast<int64_t>(options.GetMemorySize("page.size")));
  properties.created_by("millrace");
  const auto arrow_schema = schema.ToArrow();
  auto writer = parquet::arrow::FileWriter::Open(*arrow_schema, arrow::default_memory_pool(), file,
                                                 properties.build(),
                                                 parquet::ArrowWriterProperties::Builder().build());
  if (!writer.ok()) return FromArrow(writer.status());
  return std::make_unique<ParquetWriter>(std::move(*writer), std::move(file), arrow_schema,
                                         static_cast<int64_t>(options.GetMemorySize("block.size")));
}

}  // namespace millrace
