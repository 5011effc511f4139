// SPDX-License-Identifier: Apache-2.0
#include "formats/parquet/file_schema.h"

#include <arrow/io/interfaces.h>
#include <arrow/type.h>
#include <parquet/arrow/reader.h>
#include <parquet/exception.h>

#include <optional>

namespace millrace {
namespace {

constexpr int kSecondDigits = 0;

int Precision(arrow::TimeUnit::type unit) {
  switch (unit) {
    case arrow::TimeUnit::SECOND: return kSecondDigits;
    case arrow::TimeUnit::MILLI: return 3;
    case arrow::TimeUnit::MICRO: return 6;
    case arrow::TimeUnit::NANO: return 9;
  }
  return 3;
}

std::optional<DataType> TypeOf(const arrow::DataType& type);

std::optional<DataType> RowOf(const arrow::DataType& type) {
  std::vector<DataType::Field> fields;
  for (const auto& field : type.fields()) {
    auto child = TypeOf(*field->type());
    if (!child) return std::nullopt;
    fields.push_back({field->name(), child->Nullable(field->nullable())});
  }
  if (fields.empty()) return std::nullopt;
  return DataType::Row(std::move(fields));
}

std::optional<DataType> NestedOf(const arrow::DataType& type) {
  if (type.id() == arrow::Type::STRUCT) return RowOf(type);
  if (type.id() == arrow::Type::MAP) {
    const auto& map = static_cast<const arrow::MapType&>(type);
    auto key = TypeOf(*map.key_type());
    auto value = TypeOf(*map.item_type());
    if (!key || !value) return std::nullopt;
    return DataType::Map(key->NotNull(), *value);
  }
  if (type.id() != arrow::Type::LIST && type.id() != arrow::Type::LARGE_LIST) return std::nullopt;
  auto element = TypeOf(*type.field(0)->type());
  if (!element) return std::nullopt;
  return DataType::Array(*element);
}

std::optional<DataType> TypeOf(const arrow::DataType& type) {
  switch (type.id()) {
    case arrow::Type::BOOL: return DataType::Boolean();
    case arrow::Type::INT8: return DataType::TinyInt();
    case arrow::Type::INT16: return DataType::SmallInt();
    case arrow::Type::UINT8: return DataType::SmallInt();
    case arrow::Type::INT32: return DataType::Int();
    case arrow::Type::UINT16: return DataType::Int();
    case arrow::Type::INT64:
    case arrow::Type::UINT32: return DataType::BigInt();
    case arrow::Type::UINT64: return DataType::Decimal(20, 0);
    case arrow::Type::HALF_FLOAT:
    case arrow::Type::FLOAT: return DataType::Float();
    case arrow::Type::DOUBLE: return DataType::Double();
    case arrow::Type::STRING:
    case arrow::Type::LARGE_STRING: return DataType::String();
    case arrow::Type::BINARY:
    case arrow::Type::LARGE_BINARY:
    case arrow::Type::FIXED_SIZE_BINARY: return DataType::Bytes();
    case arrow::Type::DATE32:
    case arrow::Type::DATE64: return DataType::Date();
    case arrow::Type::TIME32:
    case arrow::Type::TIME64: return DataType::Time(0);
    case arrow::Type::DECIMAL128: {
      const auto& decimal = static_cast<const arrow::Decimal128Type&>(type);
      return DataType::Decimal(decimal.precision(), decimal.scale());
    }
    case arrow::Type::TIMESTAMP: {
      const auto& time = static_cast<const arrow::TimestampType&>(type);
      const int precision = Precision(time.unit());
      return time.timezone().empty() ? DataType::Timestamp(precision)
                                     : DataType::TimestampLtz(precision);
    }
    case arrow::Type::DICTIONARY:
      return TypeOf(*static_cast<const arrow::DictionaryType&>(type).value_type());
    default: return NestedOf(type);
  }
}

}  // namespace

Result<Schema> ReadParquetSchema(std::shared_ptr<arrow::io::RandomAccessFile> file) {
  const auto failed = [](const std::string& reason) {
    return ExternalError("MR0513", "a parquet file cannot be read", reason);
  };
  parquet::arrow::FileReaderBuilder builder;
  try {
    if (const auto status = builder.Open(std::move(file)); !status.ok()) {
      return failed(status.ToString());
    }
    std::unique_ptr<parquet::arrow::FileReader> reader;
    if (const auto status = builder.Build(&reader); !status.ok()) {
      return failed(status.ToString());
    }
    std::shared_ptr<arrow::Schema> found;
    if (const auto status = reader->GetSchema(&found); !status.ok()) {
      return failed(status.ToString());
    }
    Schema schema;
    for (const auto& field : found->fields()) {
      auto type = TypeOf(*field->type());
      if (type) schema.Append({field->name(), type->Nullable(field->nullable())});
    }
    return schema;
  } catch (const parquet::ParquetException& error) {
    return failed(error.what());
  }
}

}  // namespace millrace
