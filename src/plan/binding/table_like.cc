// SPDX-License-Identifier: Apache-2.0
#include "plan/binding/table_like.h"

#include <array>

namespace millrace {
namespace {

using Feature = sql::LikeOption::Feature;
using Strategy = sql::LikeOption::Strategy;

/// The strategy per feature after INCLUDING ALL / EXCLUDING ALL and the single ones.
class Strategies {
 public:
  explicit Strategies(const sql::LikeClause& like) {
    by_feature_.fill(Strategy::kIncluding);
    At(Feature::kOptions) = Strategy::kOverwriting;
    for (const sql::LikeOption& option : like.options) {
      if (option.feature != Feature::kAll) continue;
      by_feature_.fill(option.strategy);
      if (option.strategy == Strategy::kIncluding) At(Feature::kOptions) = Strategy::kOverwriting;
    }
    for (const sql::LikeOption& option : like.options) {
      if (option.feature != Feature::kAll) At(option.feature) = option.strategy;
    }
  }
  Strategy& At(Feature feature) { return by_feature_[static_cast<size_t>(feature)]; }
  bool Takes(Feature feature) { return At(feature) != Strategy::kExcluding; }

 private:
  std::array<Strategy, 8> by_feature_;
};

}  // namespace

bool ApplyLike(BindContext* context, const sql::LikeClause& like, Table* table) {
  const TablePtr source = context->catalog->FindTable(context->catalog->Resolve(like.source));
  if (source == nullptr && context->catalog->Failed(context->catalog->Resolve(like.source))) {
    return false;
  }
  if (source == nullptr) {
    Diagnostic& diagnostic = context->Error(
        "MR0207", "unknown table '" + like.source.ToString() + "' in LIKE", like.source.span);
    context->Suggest(&diagnostic, like.source.ToString(), context->catalog->TableNames());
    return false;
  }
  Strategies strategies(like);
  std::vector<int> mapping(source->columns.size(), -1);
  for (size_t i = 0; i < source->columns.size(); ++i) {
    const TableColumn& column = source->columns[i];
    if (column.kind == TableColumn::Kind::kComputed && !strategies.Takes(Feature::kGenerated)) {
      continue;
    }
    if (column.kind == TableColumn::Kind::kMetadata && !strategies.Takes(Feature::kMetadata)) {
      continue;
    }
    mapping[i] = static_cast<int>(table->columns.size());
    table->columns.push_back(column);
  }
  for (TableColumn& column : table->columns) {
    if (column.expression) column.expression = column.expression->Remap(mapping);
    if (!strategies.Takes(Feature::kWatermarks) &&
        column.type.time_attribute() == TimeAttribute::kRowtime) {
      column.type = column.type.WithTimeAttribute(TimeAttribute::kNone);
    }
  }
  if (source->watermark && strategies.Takes(Feature::kWatermarks)) {
    table->watermark = source->watermark;
    table->watermark->column = static_cast<size_t>(mapping[source->watermark->column]);
    table->watermark->expression = source->watermark->expression->Remap(mapping);
  }
  if (strategies.Takes(Feature::kConstraints)) {
    for (size_t key : source->primary_key) {
      table->primary_key.push_back(static_cast<size_t>(mapping[key]));
    }
  }
  if (strategies.Takes(Feature::kPartitions)) table->partition_keys = source->partition_keys;
  if (!strategies.Takes(Feature::kOptions)) return true;
  for (const auto& [key, value] : source->raw_options) {
    const bool repeated = !table->raw_options.emplace(key, value).second;
    if (repeated && strategies.At(Feature::kOptions) == Strategy::kIncluding) {
      context->Error("MR0511",
                     "option '" + key + "' is also set by table '" + source->name +
                         "'; OVERWRITING OPTIONS lets the new value win",
                     like.span);
      return false;
    }
  }
  return true;
}

}  // namespace millrace
