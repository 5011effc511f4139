// SPDX-License-Identifier: Apache-2.0
#include "operators/match/match_measures.h"

namespace millrace {
namespace {

/// Rows that are added to accumulators at once.
constexpr size_t kRowsAtOnce = 65536;

std::vector<MatchValue> KeysOf(const MatchNode::Fields& fields) {
  std::vector<MatchValue> keys;
  for (const int column : fields.partition_keys) keys.push_back({.first = true, .column = column});
  return keys;
}

}  // namespace

MatchMeasures::MatchMeasures(const MatchNode& node, const OperatorContext& context)
    : fields_(node.fields()),
      values_(fields_.measures.values),
      keys_(KeysOf(fields_)),
      key_values_(keys_),
      evaluator_(fields_.measures.expressions, context.session) {
  for (const MatchAggregate& aggregate : fields_.measures.aggregates) {
    aggregates_.AddCall(aggregate);
  }
  aggregates_.Finish(node.children()[0]->schema().size());
}

Result<Batch> MatchMeasures::Compute(std::span<const FoundMatch> found,
                                     const MatchPartitions& partitions, RowErrors* failed) {
  for (const FoundMatch& match : found) {
    const MatchView view = partitions.ViewOf(match);
    values_.Add(view);
    key_values_.Add(view);
  }
  Batch inputs;
  inputs.num_rows = static_cast<int64_t>(found.size());
  TRY_ASSIGN(inputs.columns, values_.Take(partitions.rows()));
  TRY(AddAggregates(found, partitions, &inputs.columns));
  Batch result;
  result.num_rows = inputs.num_rows;
  TRY_ASSIGN(result.columns, key_values_.Take(partitions.rows()));
  TRY_ASSIGN(const auto measures, evaluator_.Evaluate(inputs, failed));
  result.columns.insert(result.columns.end(), measures.begin(), measures.end());
  return result;
}

/// Appends the results of the aggregates over the rows of the matches.
Status MatchMeasures::AddAggregates(std::span<const FoundMatch> found,
                                    const MatchPartitions& partitions,
                                    MatchValues::Columns* inputs) {
  if (aggregates_.empty()) return OkStatus();
  std::vector<uint32_t> slots;
  std::vector<uint32_t> stored;
  for (const FoundMatch& match : found) {
    TRY_ASSIGN(const uint32_t slot, aggregates_.New());
    slots.push_back(slot);
    const MatchView view = partitions.ViewOf(match);
    for (size_t element = 0; element + 1 < view.begins.size(); ++element) {
      for (uint32_t place = view.begins[element]; place < view.begins[element + 1]; ++place) {
        aggregates_.Add(slot, static_cast<int>(element), static_cast<int32_t>(stored.size()));
        stored.push_back(view.RowAt(place));
      }
    }
    if (stored.size() < kRowsAtOnce && &match != &found.back()) continue;
    TRY(aggregates_.Flush(partitions.rows(), stored));
    stored.clear();
  }
  for (size_t call = 0; call < fields_.measures.aggregates.size(); ++call) {
    TRY_ASSIGN(auto results, aggregates_.Results(call, slots));
    inputs->push_back(std::move(results));
  }
  for (const uint32_t slot : slots) aggregates_.Free(slot);
  aggregates_.Settle();
  return OkStatus();
}

}  // namespace millrace
