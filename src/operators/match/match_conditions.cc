// SPDX-License-Identifier: Apache-2.0
#include "operators/match/match_conditions.h"

#include <arrow/api.h>

#include <algorithm>

namespace millrace {

MatchConditions::MatchConditions(const MatchNode::Fields& fields, size_t columns,
                                 const SessionContext* session, MatchAggregates* aggregates)
    : aggregates_(aggregates) {
  for (size_t i = 0; i < fields.pattern.size(); ++i) {
    const MatchExpressions& condition = fields.pattern[i].condition;
    Element& element = elements_.emplace_back();
    pure_.push_back(ReadsRowOnly(condition, static_cast<int>(i)));
    all_pure_ &= pure_.back();
    if (condition.expressions.empty()) continue;
    element.condition = &condition;
    ExpressionPtr expression = condition.expressions[0];
    if (pure_.back()) {
      std::vector<int> places;
      for (const MatchValue& value : condition.values) places.push_back(value.column);
      expression = expression->Remap(places);
    }
    element.evaluator =
        std::make_unique<Evaluator>(std::vector<ExpressionPtr>{std::move(expression)}, session);
    element.values = std::make_unique<MatchValues>(condition.values);
    for (const MatchAggregate& aggregate : condition.aggregates) {
      element.calls.push_back(aggregates->AddCall(aggregate));
    }
  }
  aggregates->Finish(columns);
}

bool MatchConditions::ReadsRowOnly(const MatchExpressions& condition, int element) {
  return condition.aggregates.empty() &&
         std::ranges::all_of(condition.values, [&](const MatchValue& value) {
           const bool of_row = value.element == element || value.element == kAllElements;
           return of_row && !value.first && value.offset == 0;
         });
}

/// Appends a verdict for each row.
Status MatchConditions::Judge(const Batch& batch, Element* element) {
  element->errors.Clear();
  TRY_ASSIGN(const auto columns, element->evaluator->Evaluate(batch, &element->errors));
  const auto& values = static_cast<const arrow::BooleanArray&>(*columns[0]);
  element->verdicts.resize(static_cast<size_t>(batch.num_rows));
  for (size_t i = 0; i < element->verdicts.size(); ++i) {
    const auto row = static_cast<int64_t>(i);
    const bool is_true = !values.IsNull(row) && values.Value(row);
    element->verdicts[i] = is_true ? Verdict::kTrue : Verdict::kFalse;
  }
  for (const RowErrors::Entry& error : element->errors.entries()) {
    element->verdicts[static_cast<size_t>(error.row)] = Verdict::kFailed;
  }
  return OkStatus();
}

Status MatchConditions::Begin(const Batch& batch) {
  for (size_t i = 0; i < elements_.size(); ++i) {
    if (pure_[i] && elements_[i].condition != nullptr) TRY(Judge(batch, &elements_[i]));
  }
  return OkStatus();
}

size_t MatchConditions::Ask(int element, const MatchView& view, size_t row, uint32_t sums) {
  Element& asked = elements_[static_cast<size_t>(element)];
  asked.values->Add(view);
  asked.rows.push_back(row);
  asked.slots.push_back(sums);
  return asked.rows.size() - 1;
}

Status MatchConditions::Answer(const RowStore& rows) {
  for (Element& element : elements_) {
    if (element.rows.empty()) continue;
    Batch batch;
    batch.num_rows = static_cast<int64_t>(element.rows.size());
    TRY_ASSIGN(batch.columns, element.values->Take(rows));
    for (const size_t call : element.calls) {
      TRY_ASSIGN(auto results, aggregates_->Results(call, element.slots));
      batch.columns.push_back(std::move(results));
    }
    TRY(Judge(batch, &element));
  }
  return OkStatus();
}

bool MatchConditions::Answered(int element, size_t question) {
  const Verdict verdict = elements_[static_cast<size_t>(element)].verdicts[question];
  if (verdict == Verdict::kFailed) Note(element, question);
  return verdict == Verdict::kTrue;
}

void MatchConditions::Clear() {
  for (Element& element : elements_) {
    element.rows.clear();
    element.slots.clear();
  }
}

/// Once: afterwards the row is just none of the element.
void MatchConditions::Note(int element, size_t place) {
  Element& failed = elements_[static_cast<size_t>(element)];
  failed.verdicts[place] = Verdict::kFalse;
  for (const RowErrors::Entry& error : failed.errors.entries()) {
    if (error.row != static_cast<int64_t>(place)) continue;
    const size_t row = pure_[static_cast<size_t>(element)] ? place : failed.rows[place];
    failures_.push_back({row, error.code + ": " + error.message});
    return;
  }
}

}  // namespace millrace
