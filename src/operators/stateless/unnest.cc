// SPDX-License-Identifier: Apache-2.0
// Unnest: a row per element of a collection, at most kMaxBatchRows at a time; the place in the
// collection of a row is remembered. The collection is computed for the batch at once, and rows and
// elements are gathered by their numbers.
#include <arrow/api.h>

#include <algorithm>
#include <optional>

#include "data/take.h"
#include "expr/evaluator.h"
#include "operators/builtin.h"
#include "operators/row_failures.h"
#include "plan/nodes/unnest_node.h"

namespace millrace {
namespace {

class Unnest final : public Operator {
 public:
  Unnest(const PlanNodePtr& node, const OperatorContext& context)
      : node_(node),
        fields_(As<UnnestNode>(node_)->fields()),
        context_(context),
        kept_(As<UnnestNode>(node_)->kept()),
        collection_({fields_.collection}, context.session) {
    if (fields_.condition != nullptr) {
      condition_.emplace(std::vector{fields_.condition}, context.session);
    }
  }

  Status OnBatch(int, Batch batch, Output* output) override {
    RowErrors errors;
    TRY_ASSIGN(auto columns, collection_.Evaluate(batch, &errors));
    failed_.assign(static_cast<size_t>(batch.num_rows), false);
    for (const RowErrors::Entry& entry : errors.entries()) {
      failed_[static_cast<size_t>(entry.row)] = true;
    }
    if (!errors.empty()) {
      TRY(ReportRowErrors(context_, errors, batch, node_->children()[0]->schema()));
    }
    if (is_number()) {
      numbers_ = std::static_pointer_cast<arrow::Int64Array>(columns[0]);
    } else {
      // Maps are lists of entries, too.
      lists_ = std::static_pointer_cast<arrow::ListArray>(columns[0]);
      missing_ = FindMissing();
    }
    Narrow(std::move(batch));
    row_ = 0;
    element_ = 0;
    repetition_ = 0;
    return Continue(output);
  }

  bool more() const override { return row_ < batch_.num_rows; }

  Status Continue(Output* output) override {
    while (more() && !output->full()) {
      rows_.clear();
      elements_.clear();
      places_.clear();
      copied_ = 0;
      while (more() && !full()) AddRow();
      TRY_ASSIGN(Batch part, Compose());
      if (condition_) TRY(KeepElements(&part));
      output->Push(std::move(part));
    }
    if (!more()) batch_ = Batch();
    return OkStatus();
  }

 private:
  /// Elements of collections beside the one at hand, in one batch: about what goes into a cache.
  static constexpr int64_t kMaxCopied = 256 * 1024;

  bool is_number() const { return fields_.collection->type().kind() == TypeKind::kBigInt; }
  bool full() const {
    return static_cast<int64_t>(rows_.size()) >= kMaxBatchRows || copied_ >= kMaxCopied;
  }

  /// Leaves the columns that go out.
  void Narrow(Batch batch) {
    std::vector<std::shared_ptr<arrow::Array>> columns;
    wide_.clear();
    for (const int column : kept_) {
      columns.push_back(batch.columns[static_cast<size_t>(column)]);
      const arrow::Type::type type = columns.back()->type_id();
      if (type != arrow::Type::LIST && type != arrow::Type::MAP) continue;
      wide_.push_back(static_cast<const arrow::ListArray*>(columns.back().get()));
    }
    batch_ = batch.WithColumns(std::move(columns));
  }

  void Add(int32_t element, int32_t place) {
    rows_.push_back(static_cast<int32_t>(row_));
    for (const arrow::ListArray* list : wide_) copied_ += list->value_length(row_);
    elements_.push_back(element);
    places_.push_back(place);
  }

  void AddRow() {
    const bool failed = failed_[static_cast<size_t>(row_)];
    if (is_number()) return AddCopies(failed);
    const int32_t count = failed || lists_->IsNull(row_) ? 0 : lists_->value_length(row_);
    const bool counted = fields_.collection->type().kind() == TypeKind::kMultiset;
    for (; element_ < count && !full(); ++element_, repetition_ = 0) {
      const int32_t element = lists_->value_offset(row_) + element_;
      if (missing_ != nullptr && missing_->IsNull(element)) continue;
      any_ = true;
      if (!counted) {
        Add(element, element_ + 1);
        continue;
      }
      const int32_t times = TimesOf(element);
      for (; repetition_ < times && !full(); ++repetition_) Add(element, ++place_);
      if (repetition_ < times) return;
    }
    if (element_ < count) return;
    if ((!any_ || condition_) && fields_.keeps_empty && !failed) {
      if (full()) return;
      Add(-1, -1);
    }
    ++row_;
    element_ = 0;
    place_ = 0;
    any_ = false;
  }

  void AddCopies(bool failed) {
    const int64_t times = failed || numbers_->IsNull(row_) ? 0 : numbers_->Value(row_);
    for (; copy_ < times && !full(); ++copy_) Add(-1, -1);
    if (copy_ < times) return;
    ++row_;
    copy_ = 0;
  }

  /// Elements that are rows; those that are NULL give none, as in Flink.
  std::shared_ptr<arrow::Array> FindMissing() const {
    const DataType& type = fields_.collection->type();
    if (type.kind() == TypeKind::kMap || type.element().kind() != TypeKind::kRow) return nullptr;
    if (type.kind() == TypeKind::kArray) return lists_->values();
    return static_cast<const arrow::MapArray&>(*lists_).keys();
  }

  int32_t TimesOf(int32_t entry) const {
    const auto& map = static_cast<const arrow::MapArray&>(*lists_);
    return static_cast<const arrow::Int32Array&>(*map.items()).Value(entry);
  }

  Result<Batch> Compose() {
    Batch out = batch_.Take(rows_);
    if (is_number()) return out;
    if (fields_.collection->type().kind() == TypeKind::kMap) {
      const auto& map = static_cast<const arrow::MapArray&>(*lists_);
      out.columns.push_back(TakeRows(*map.keys(), elements_));
      out.columns.push_back(TakeRows(*map.items(), elements_));
    } else {
      AppendElements(&out);
    }
    if (!fields_.with_ordinality) return out;
    arrow::Int32Builder places;
    arrow::Status status = places.Reserve(static_cast<int64_t>(places_.size()));
    for (const int32_t place : places_) {
      if (status.ok()) status = place < 0 ? places.AppendNull() : places.Append(place);
    }
    std::shared_ptr<arrow::Array> column;
    if (status.ok()) status = places.Finish(&column);
    if (!status.ok()) return InternalError("unnest", status.ToString());
    out.columns.push_back(std::move(column));
    return out;
  }

  /// Of a part, the elements for which the condition holds. Behind those of a row comes the row
  /// without one, which stays if none of them did, in this part or those before it.
  Status KeepElements(Batch* part) {
    std::vector<int32_t> places;
    for (size_t i = 0; i < elements_.size(); ++i) {
      if (elements_[i] >= 0) places.push_back(static_cast<int32_t>(i));
    }
    const Batch elements = part->Take(places);
    RowErrors errors;
    std::vector<int32_t> held;
    TRY(condition_->Select(elements, &errors, &held));
    if (!errors.empty()) TRY(ReportRowErrors(context_, errors, elements, node_->schema()));
    enum class Fate : uint8_t { kDropped, kKept, kFailed };
    std::vector<Fate> fates(elements_.size(), Fate::kDropped);
    const auto decide = [&](int64_t element, Fate fate) {
      fates[static_cast<size_t>(places[static_cast<size_t>(element)])] = fate;
    };
    for (const int32_t element : held) decide(element, Fate::kKept);
    for (const RowErrors::Entry& entry : errors.entries()) decide(entry.row, Fate::kFailed);
    std::vector<int32_t> kept;
    for (size_t i = 0; i < elements_.size(); ++i) {
      const bool row = elements_[i] < 0;
      if (row ? !matched_ : fates[i] == Fate::kKept) kept.push_back(static_cast<int32_t>(i));
      matched_ = !row && (matched_ || fates[i] != Fate::kDropped);
    }
    *part = part->Take(kept);
    return OkStatus();
  }

  void AppendElements(Batch* out) const {
    const bool counted = fields_.collection->type().kind() == TypeKind::kMultiset;
    const std::shared_ptr<arrow::Array> values =
        counted ? static_cast<const arrow::MapArray&>(*lists_).keys() : lists_->values();
    if (fields_.collection->type().element().kind() != TypeKind::kRow) {
      out->columns.push_back(TakeRows(*values, elements_));
      return;
    }
    const auto& rows = static_cast<const arrow::StructArray&>(*values);
    for (int field = 0; field < rows.num_fields(); ++field) {
      out->columns.push_back(TakeRows(*rows.field(field), elements_));
    }
  }

  PlanNodePtr node_;
  const UnnestNode::Fields& fields_;
  OperatorContext context_;
  std::vector<int> kept_;  // input columns
  Evaluator collection_;
  std::optional<Evaluator> condition_;

  // The batch at hand.
  Batch batch_;
  std::vector<const arrow::ListArray*> wide_;  // its columns that are collections
  std::shared_ptr<arrow::Int64Array> numbers_;
  std::shared_ptr<arrow::ListArray> lists_;
  std::shared_ptr<arrow::Array> missing_;  // null: none can be missing
  std::vector<bool> failed_;
  int64_t row_ = 0;
  int32_t element_ = 0;     // of the row: the next one
  int32_t repetition_ = 0;  // of an element of a multiset
  int32_t place_ = 0;
  int64_t copy_ = 0;
  bool any_ = false;      // the row has given one
  bool matched_ = false;  // with a condition: one that stays, or that could not be judged

  // Of one part.
  std::vector<int32_t> rows_;
  std::vector<int32_t> elements_;  // -1: none
  std::vector<int32_t> places_;
  int64_t copied_ = 0;  // elements
};

}  // namespace

void RegisterUnnest(OperatorRegistry* registry) {
  registry->Register(UnnestNode::kKind,
                     [](const PlanNodePtr& node,
                        const OperatorContext& context) -> Result<std::unique_ptr<Operator>> {
                       return std::make_unique<Unnest>(node, context);
                     });
}

}  // namespace millrace
