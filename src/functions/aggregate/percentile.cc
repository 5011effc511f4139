// SPDX-License-Identifier: Apache-2.0
// PERCENTILE: exact, with linear interpolation between the two values around the place, rounded as
// Flink rounds. The state is the multiset of the values, as DOUBLE. A percentage that is no literal
// counts as the first row has it, as in Flink.
#include <arrow/array/builder_nested.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/scalar.h>

#include <cmath>

#include "functions/aggregate/resolve.h"
#include "functions/aggregate/stored_value.h"
#include "functions/aggregate/value_counts.h"

namespace millrace {
namespace {

constexpr std::string_view kPercentileForms =
    "PERCENTILE(number, percentage [, frequency]), the percentage from 0 to 1 or an ARRAY of such";

class PercentileAccumulators final : public Accumulators {
 public:
  using Values = ValueCounts<double>;

  /// `fixed`: the percentages if they are literals.
  PercentileAccumulators(std::vector<double> fixed, bool list)
      : fixed_(std::move(fixed)), list_(list) {}

  void Reserve(uint32_t count) override {
    if (count > values_.size()) values_.resize(count);
    if (fixed_.empty() && count > percentages_.size()) percentages_.resize(count);
  }
  void Reset(uint32_t slot) override {
    values_[slot].Clear(&pool_);
    if (fixed_.empty()) percentages_[slot].clear();
  }

  Status Update(const AggregateInput& input) override {
    if (fixed_.empty()) TRY(NotePercentages(input));
    const ArgumentColumn<double> column(input.args[0], DataType::Double());
    std::optional<ArgumentColumn<int64_t>> frequencies;
    if (input.args.size() > 2) frequencies.emplace(input.args[2], DataType::BigInt());
    ForEachValue(column, input, AllOf(input), [&](uint32_t slot, double value, int sign, size_t i) {
      const int32_t row = input.rows[i];
      int64_t frequency = 1;
      if (frequencies) frequency = frequencies->IsNull(row) ? 0 : (*frequencies)[row];
      if (frequency > 0) values_[slot].Add(&pool_, value, sign * frequency);
    });
    return OkStatus();
  }

  Status Merge(uint32_t into, const Accumulators& other, uint32_t from) override {
    const auto& source = static_cast<const PercentileAccumulators&>(other);
    values_[into].Merge(&pool_, source.values_[from]);
    if (fixed_.empty() && percentages_[into].empty()) {
      percentages_[into] = source.percentages_[from];
    }
    return OkStatus();
  }

  Result<std::shared_ptr<arrow::Array>> Finish(std::span<const uint32_t> slots) const override {
    const auto numbers = std::make_shared<arrow::DoubleBuilder>();
    arrow::ListBuilder lists(arrow::default_memory_pool(), numbers,
                             DataType::Array(DataType::Double()).ToArrow());
    arrow::Status status;
    for (const uint32_t slot : slots) {
      const int64_t count = CountOf(values_[slot]);
      if (list_ && status.ok()) status = count > 0 ? lists.Append() : lists.AppendNull();
      if (count <= 0) {
        if (!list_ && status.ok()) status = numbers->AppendNull();
        continue;
      }
      for (const double percentage : PercentagesOf(slot)) {
        if (status.ok()) status = numbers->Append(Compute(values_[slot], count, percentage));
      }
    }
    std::shared_ptr<arrow::Array> result;
    if (status.ok()) status = list_ ? lists.Finish(&result) : numbers->Finish(&result);
    if (!status.ok()) return InternalError("percentiles", status.ToString());
    return result;
  }

  void Serialize(uint32_t slot, std::string* out) const override {
    const std::vector<double>& percentages = PercentagesOf(slot);
    PutValue(static_cast<uint64_t>(percentages.size()), out);
    for (const double percentage : percentages) PutValue(percentage, out);
    values_[slot].Put(out);
  }
  Status Deserialize(uint32_t slot, std::string_view* bytes) override {
    uint64_t size = 0;
    bool good = GetValue(bytes, &size);
    std::vector<double> percentages;
    for (uint64_t i = 0; good && i < size; ++i) {
      good = GetValue(bytes, &percentages.emplace_back());
    }
    if (!good || !values_[slot].Get(&pool_, bytes)) return CorruptState("PERCENTILE");
    if (fixed_.empty()) percentages_[slot] = std::move(percentages);
    return OkStatus();
  }

 private:
  const std::vector<double>& PercentagesOf(uint32_t slot) const {
    return fixed_.empty() ? percentages_[slot] : fixed_;
  }

  static int64_t CountOf(const Values& values) {
    int64_t total = 0;
    values.ForEach([&](double, int64_t count) { total += count; });
    return total;
  }

  /// Places count from 1 on; the rounding is Flink's.
  static double Compute(const Values& values, int64_t count, double percentage) {
    const double place = static_cast<double>(count - 1) * percentage + 1;
    const double low = std::floor(place);
    const double high = std::ceil(place);
    double at_low = 0;
    double at_high = 0;
    int64_t before = 0;
    values.ForEach([&](double value, int64_t times) {
      if (times <= 0) return;
      if (static_cast<double>(before) < low) at_low = value;
      if (static_cast<double>(before) < high) at_high = value;
      before += times;
    });
    if (at_low == at_high || low == high) return at_low;
    return (high - place) * at_low + (place - low) * at_high;
  }

  Status NotePercentages(const AggregateInput& input) {
    const arrow::Array& column = *input.args[1];
    for (size_t i = 0; i < input.rows.size(); ++i) {
      std::vector<double>& percentages = percentages_[input.slots[i]];
      if (!percentages.empty()) continue;
      if (list_) {
        const auto& list = static_cast<const arrow::ListArray&>(column);
        const auto& items = static_cast<const arrow::DoubleArray&>(*list.values());
        const int64_t begin = list.value_offset(input.rows[i]);
        for (int64_t j = 0; j < list.value_length(input.rows[i]); ++j) {
          percentages.push_back(items.Value(begin + j));
        }
      } else {
        percentages.push_back(static_cast<const arrow::DoubleArray&>(column).Value(input.rows[i]));
      }
      for (const double percentage : percentages) {
        if (percentage >= 0 && percentage <= 1) continue;
        return UserError("MR0714", "a percentage of PERCENTILE is not from 0 to 1");
      }
    }
    return OkStatus();
  }

  std::vector<double> fixed_;
  bool list_;
  std::vector<Values> values_;
  std::vector<std::vector<double>> percentages_;  // by slot, if they are not fixed
  Values::Pool pool_;
};

/// Of a literal; nullopt if it does not lie between 0 and 1.
std::optional<double> PercentageOf(const arrow::Scalar& scalar) {
  if (!scalar.is_valid) return std::nullopt;
  double percentage = -1;
  if (scalar.type->id() == arrow::Type::DECIMAL128) {
    const auto& decimal = static_cast<const arrow::Decimal128Scalar&>(scalar);
    const auto& type = static_cast<const arrow::DecimalType&>(*scalar.type);
    percentage = decimal.value.ToDouble(type.scale());
  } else if (const auto number = scalar.CastTo(arrow::float64()); number.ok()) {
    percentage = static_cast<const arrow::DoubleScalar&>(**number).value;
  }
  if (!(percentage >= 0 && percentage <= 1)) return std::nullopt;
  return percentage;
}

Result<ResolvedAggregate> ResolvePercentile(const AggregateCallSite& site) {
  TRY(CheckArgumentCount("PERCENTILE", site, 2, 3, kPercentileForms));
  const Argument& percentage = site.args[1];
  const bool list = percentage.type.kind() == TypeKind::kArray;
  const bool weighted = site.args.size() > 2;
  const bool typed =
      list ? percentage.type.element().is_numeric() && !percentage.type.element().nullable()
           : percentage.type.is_numeric();
  std::vector<double> fixed;
  bool in_range = true;
  if (typed && !list && percentage.literal != nullptr) {
    const auto literal = PercentageOf(*percentage.literal);
    in_range = literal.has_value();
    if (literal) fixed.push_back(*literal);
  }
  if (!site.args[0].type.is_numeric() || !typed || percentage.type.nullable() || !in_range ||
      (weighted && !site.args[2].type.is_integer())) {
    return WrongAggregateArguments("PERCENTILE", site, kPercentileForms);
  }
  const DataType number = DataType::Double();
  ResolvedAggregate resolved;
  resolved.result = list ? DataType::Array(number) : number;
  resolved.arg_types = {number,
                        list ? DataType::Array(number.NotNull()).NotNull() : number.NotNull()};
  if (weighted) resolved.arg_types.push_back(DataType::BigInt());
  resolved.make = [fixed, list] { return std::make_unique<PercentileAccumulators>(fixed, list); };
  return resolved;
}

}  // namespace

void RegisterPercentile(AggregateRegistry* registry) {
  registry->Register(
      {.name = "PERCENTILE",
       .aliases = {},
       .doc = {.group = "aggregate",
               .signature = "PERCENTILE([DISTINCT] number, percentage [, frequency])",
               .summary = "The value below which that part of the values lies, between two values "
                          "in proportion. The percentage is from 0 to 1, or an ARRAY of such, for "
                          "an ARRAY of results. A row counts `frequency` times.",
               .example = "SELECT PERCENTILE(x, 0.5) FROM (VALUES (1), (2), (10)) AS t(x)",
               .result = "2.0"},
       .distinct_is_by_row = true,
       .resolve = ResolvePercentile});
}

}  // namespace millrace
