// SPDX-License-Identifier: Apache-2.0
#include "formats/parquet/file_reader.h"

#include <arrow/array/util.h>
#include <arrow/compute/cast.h>
#include <arrow/datum.h>
#include <arrow/io/interfaces.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/schema.h>
#include <parquet/exception.h>
#include <parquet/file_reader.h>

#include <optional>

namespace millrace {
namespace {

std::unexpected<Error> FromArrow(const arrow::Status& status) {
  return ExternalError("MR0513", "a parquet file cannot be read", status.ToString());
}

class ParquetReader final : public FileReader {
 public:
  ParquetReader(std::unique_ptr<parquet::arrow::FileReader> reader, const Schema& schema)
      : reader_(std::move(reader)), schema_(schema), target_(schema.ToArrow()) {}

  /// Finds the columns by name and checks that their types can be read as the table's.
  Status Plan() {
    std::shared_ptr<arrow::Schema> file_schema;
    if (const auto status = reader_->GetSchema(&file_schema); !status.ok()) {
      return FromArrow(status);
    }
    for (size_t i = 0; i < schema_.size(); ++i) {
      const int field = file_schema->GetFieldIndex(schema_[i].name);
      if (field < 0) {
        places_.push_back(std::nullopt);
        continue;
      }
      const auto& found = file_schema->field(field)->type();
      const auto& wanted = target_->field(static_cast<int>(i))->type();
      if (!found->Equals(*wanted) && !arrow::compute::CanCast(*found, *wanted)) {
        return UserError(
            "MR0513",
            "column '" + schema_[i].name + "' of the parquet file is " + found->ToString(),
            "the table declares " + schema_[i].type.ToString());
      }
      // The reader gives the chosen columns in the file's order; they are found again by name.
      const auto& manifest = reader_->manifest().schema_fields[static_cast<size_t>(field)];
      AddLeaves(manifest);
      places_.push_back(schema_[i].name);
    }
    return OpenFrom(0);
  }

  Result<Batch> Next() override {
    while (true) {
      std::shared_ptr<arrow::RecordBatch> records;
      if (batches_ == nullptr) return Batch{};
      if (const auto status = batches_->ReadNext(&records); !status.ok()) return FromArrow(status);
      if (records == nullptr) {
        batches_.reset();
        return Batch{};
      }
      const auto rows = static_cast<uint64_t>(records->num_rows());
      if (skip_ >= rows) {
        skip_ -= rows;
        continue;
      }
      if (skip_ > 0) records = records->Slice(static_cast<int64_t>(skip_));
      skip_ = 0;
      return Convert(*records);
    }
  }

  Status SeekToRow(uint64_t row) override {
    const auto metadata = reader_->parquet_reader()->metadata();
    int group = 0;
    while (group < metadata->num_row_groups() &&
           row >= static_cast<uint64_t>(metadata->RowGroup(group)->num_rows())) {
      row -= static_cast<uint64_t>(metadata->RowGroup(group)->num_rows());
      ++group;
    }
    skip_ = row;
    return OpenFrom(group);
  }

 private:
  void AddLeaves(const parquet::arrow::SchemaField& field) {
    if (field.column_index >= 0) leaves_.push_back(field.column_index);
    for (const auto& child : field.children) AddLeaves(child);
  }

  Status OpenFrom(int first_group) {
    std::vector<int> groups;
    for (int i = first_group; i < reader_->num_row_groups(); ++i) groups.push_back(i);
    if (leaves_.empty()) {
      return UserError("MR0513", "the parquet file has none of the table's columns", {},
                       "columns are found by name; upper and lower case count");
    }
    auto batches = reader_->GetRecordBatchReader(groups, leaves_);
    if (!batches.ok()) return FromArrow(batches.status());
    batches_ = std::move(*batches);
    return OkStatus();
  }

  Result<Batch> Convert(const arrow::RecordBatch& records) {
    Batch batch;
    batch.num_rows = records.num_rows();
    for (size_t i = 0; i < places_.size(); ++i) {
      const auto& wanted = target_->field(static_cast<int>(i))->type();
      if (!places_[i]) {
        auto nulls = arrow::MakeArrayOfNull(wanted, batch.num_rows);
        if (!nulls.ok()) return FromArrow(nulls.status());
        batch.columns.push_back(std::move(*nulls));
        continue;
      }
      auto column = records.GetColumnByName(*places_[i]);
      if (!column->type()->Equals(*wanted)) {
        arrow::compute::CastOptions options = arrow::compute::CastOptions::Safe(wanted);
        options.allow_time_truncate = true;
        auto cast = arrow::compute::Cast(arrow::Datum(column), options);
        if (!cast.ok()) return FromArrow(cast.status());
        column = cast->make_array();
      }
      batch.columns.push_back(std::move(column));
    }
    return batch;
  }

  std::unique_ptr<parquet::arrow::FileReader> reader_;
  Schema schema_;
  std::shared_ptr<arrow::Schema> target_;
  std::vector<std::optional<std::string>> places_;  // by table column; nullopt: not in the file
  std::vector<int> leaves_;
  std::unique_ptr<arrow::RecordBatchReader> batches_;
  uint64_t skip_ = 0;
};

}  // namespace

Result<std::unique_ptr<FileReader>> MakeParquetReader(
    std::shared_ptr<arrow::io::RandomAccessFile> file, const Schema& schema) {
  parquet::arrow::FileReaderBuilder builder;
  parquet::ReaderProperties properties = parquet::default_reader_properties();
  properties.enable_buffered_stream();
  try {
    if (const auto status = builder.Open(std::move(file), properties); !status.ok()) {
      return FromArrow(status);
    }
    parquet::ArrowReaderProperties arrow_properties;
    arrow_properties.set_batch_size(kMaxBatchRows);
    arrow_properties.set_pre_buffer(false);
    arrow_properties.set_use_threads(false);
    builder.properties(arrow_properties);
    std::unique_ptr<parquet::arrow::FileReader> reader;
    if (const auto status = builder.Build(&reader); !status.ok()) return FromArrow(status);
    auto made = std::make_unique<ParquetReader>(std::move(reader), schema);
    TRY(made->Plan());
    return made;
  } catch (const parquet::ParquetException& error) {
    return ExternalError("MR0513", "a parquet file cannot be read", error.what());
  }
}

}  // namespace millrace
