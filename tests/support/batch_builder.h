// SPDX-License-Identifier: Apache-2.0
// BatchBuilder: batches from rows written in a test.
//
//   Batch batch = BatchBuilder(schema).Row({"a", 1, 1000}).Row({"b", kNullCell, 2000}).Build();
//
// Timestamps are milliseconds, decimals unscaled integers. Header only: unit tests of any component
// use it.
#pragma once

#include <arrow/api.h>

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/check.h"
#include "data/batch.h"
#include "data/schema.h"

namespace millrace {

struct Cell : std::variant<std::monostate, bool, int64_t, double, std::string> {
  using variant::variant;
  Cell() = default;
  Cell(bool value) : variant(std::in_place_type<bool>, value) {}
  Cell(int value) : variant(std::in_place_type<int64_t>, value) {}
  Cell(int64_t value) : variant(std::in_place_type<int64_t>, value) {}
  Cell(uint64_t value) : variant(std::in_place_type<int64_t>, static_cast<int64_t>(value)) {}
  Cell(double value) : variant(std::in_place_type<double>, value) {}
  Cell(const char* value) : variant(std::in_place_type<std::string>, value) {}
  Cell(std::string value) : variant(std::in_place_type<std::string>, std::move(value)) {}
  bool is_null() const { return std::holds_alternative<std::monostate>(*this); }
  int64_t integer() const { return std::get<int64_t>(*this); }
  const std::string& text() const { return std::get<std::string>(*this); }
};

inline const Cell kNullCell;
using CellRow = std::vector<Cell>;

class BatchBuilder {
 public:
  explicit BatchBuilder(Schema schema) : schema_(std::move(schema)) {
    for (const Column& column : schema_) {
      auto builder = arrow::MakeBuilder(column.type.ToArrow());
      CHECK(builder.ok());
      builders_.push_back(std::move(*builder));
    }
  }

  BatchBuilder& Row(const CellRow& cells, ChangeKind kind = ChangeKind::kInsert) {
    CHECK_EQ(cells.size(), builders_.size());
    for (size_t i = 0; i < cells.size(); ++i) CHECK(Append(cells[i], builders_[i].get()).ok());
    kinds_.push_back(kind);
    any_change_ |= kind != ChangeKind::kInsert;
    return *this;
  }
  /// The watermark before the row added last.
  BatchBuilder& Watermark(EventTime time) {
    watermarks_.resize(kinds_.size(), watermarks_.empty() ? kMinWatermark : watermarks_.back());
    watermarks_.back() = time;
    return *this;
  }

  Batch Build() {
    Batch batch;
    batch.num_rows = static_cast<int64_t>(kinds_.size());
    for (auto& builder : builders_) {
      auto array = builder->Finish();
      CHECK(array.ok());
      batch.columns.push_back(*array);
    }
    if (!watermarks_.empty()) {
      watermarks_.resize(kinds_.size(), watermarks_.back());
      batch.watermark = watermarks_.front();
      batch.watermarks = std::make_shared<std::vector<EventTime>>(std::move(watermarks_));
    }
    if (any_change_) batch.kinds = std::make_shared<std::vector<ChangeKind>>(std::move(kinds_));
    kinds_.clear();
    watermarks_.clear();
    any_change_ = false;
    return batch;
  }

 private:
  template <typename Builder>
  static arrow::Status AppendInteger(const Cell& cell, arrow::ArrayBuilder* builder) {
    using Value = typename Builder::value_type;
    return static_cast<Builder*>(builder)->Append(static_cast<Value>(cell.integer()));
  }

  static arrow::Status Append(const Cell& cell, arrow::ArrayBuilder* builder) {
    if (cell.is_null()) return builder->AppendNull();
    switch (builder->type()->id()) {
      case arrow::Type::BOOL:
        return static_cast<arrow::BooleanBuilder*>(builder)->Append(std::get<bool>(cell));
      case arrow::Type::INT8: return AppendInteger<arrow::Int8Builder>(cell, builder);
      case arrow::Type::INT16: return AppendInteger<arrow::Int16Builder>(cell, builder);
      case arrow::Type::INT32: return AppendInteger<arrow::Int32Builder>(cell, builder);
      case arrow::Type::INT64: return AppendInteger<arrow::Int64Builder>(cell, builder);
      case arrow::Type::DATE32: return AppendInteger<arrow::Date32Builder>(cell, builder);
      case arrow::Type::TIMESTAMP: return AppendInteger<arrow::TimestampBuilder>(cell, builder);
      case arrow::Type::FLOAT:
        return static_cast<arrow::FloatBuilder*>(builder)->Append(
            static_cast<float>(std::get<double>(cell)));
      case arrow::Type::DOUBLE:
        return static_cast<arrow::DoubleBuilder*>(builder)->Append(std::get<double>(cell));
      case arrow::Type::STRING:
      case arrow::Type::BINARY:
        return static_cast<arrow::BinaryBuilder*>(builder)->Append(cell.text());
      case arrow::Type::DECIMAL128:
        return static_cast<arrow::Decimal128Builder*>(builder)->Append(
            arrow::Decimal128(cell.integer()));
      default: return arrow::Status::NotImplemented(builder->type()->ToString());
    }
  }

  Schema schema_;
  std::vector<std::unique_ptr<arrow::ArrayBuilder>> builders_;
  std::vector<ChangeKind> kinds_;
  std::vector<EventTime> watermarks_;
  bool any_change_ = false;
};

}  // namespace millrace
