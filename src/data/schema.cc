// SPDX-License-Identifier: Apache-2.0
#include "data/schema.h"

#include <arrow/type.h>

namespace millrace {

std::optional<size_t> Schema::Find(std::string_view name) const {
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].name == name) return i;
  }
  return std::nullopt;
}

std::vector<std::string> Schema::names() const {
  std::vector<std::string> names;
  names.reserve(columns_.size());
  for (const Column& column : columns_) names.push_back(column.name);
  return names;
}

std::shared_ptr<arrow::Schema> Schema::ToArrow() const {
  arrow::FieldVector fields;
  fields.reserve(columns_.size());
  for (const Column& column : columns_) {
    fields.push_back(arrow::field(column.name, column.type.ToArrow()));
  }
  return arrow::schema(std::move(fields));
}

std::string Schema::ToString() const {
  std::string text = "(";
  for (const Column& column : columns_) {
    if (text.size() > 1) text += ", ";
    text += column.name + " " + column.type.Nullable().ToString();
    if (column.type.time_attribute() == TimeAttribute::kRowtime) text += " *ROWTIME*";
    if (column.type.time_attribute() == TimeAttribute::kProctime) text += " *PROCTIME*";
    if (!column.type.nullable()) text += " NOT NULL";
  }
  return text + ")";
}

}  // namespace millrace
