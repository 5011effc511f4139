// SPDX-License-Identifier: Apache-2.0
// Expand: a row per grouping set. The copies of a row stand side by side, so that running
// watermarks stay in order; rows are gathered by their numbers, and a key that a set is without has
// none.
#include <arrow/api.h>

#include <algorithm>

#include "data/take.h"
#include "operators/builtin.h"
#include "plan/nodes/expand_node.h"

namespace millrace {
namespace {

class Expand final : public Operator {
 public:
  explicit Expand(const PlanNodePtr& node)
      : node_(node), fields_(As<ExpandNode>(node_)->fields()) {}

  Status OnBatch(int, Batch batch, Output* output) override {
    batch_ = std::move(batch);
    row_ = 0;
    return Continue(output);
  }

  bool more() const override { return row_ < batch_.num_rows; }

  Status Continue(Output* output) override {
    const auto sets = static_cast<int64_t>(fields_.sets.size());
    const int64_t rows_max = std::max<int64_t>(kMaxBatchRows / sets, 1);
    while (more() && !output->full()) {
      const int64_t end = std::min(batch_.num_rows, row_ + rows_max);
      TRY_ASSIGN(Batch part, Copies(row_, end));
      row_ = end;
      output->Push(std::move(part));
    }
    if (!more()) batch_ = Batch();
    return OkStatus();
  }

 private:
  Result<Batch> Copies(int64_t begin, int64_t end) const {
    const size_t sets = fields_.sets.size();
    std::vector<int32_t> rows;
    rows.reserve(static_cast<size_t>(end - begin) * sets);
    for (int64_t row = begin; row < end; ++row) rows.insert(rows.end(), sets, int32_t(row));
    Batch out = batch_.Take(rows);
    std::vector<int32_t> present(rows.size());
    for (size_t key = 0; key < fields_.keys.size(); ++key) {
      for (size_t i = 0; i < rows.size(); ++i) {
        present[i] = fields_.sets[i % sets][key] ? rows[i] : -1;
      }
      const auto column = static_cast<size_t>(fields_.keys[key]);
      out.columns.push_back(TakeRows(*batch_.columns[column], present));
    }
    for (const ExpandNode::Label& label : fields_.labels) {
      TRY_ASSIGN(auto column, Repeated(label.values, rows.size()));
      out.columns.push_back(std::move(column));
    }
    return out;
  }

  /// The values one after the other, over and over.
  static Result<std::shared_ptr<arrow::Array>> Repeated(const std::vector<int64_t>& values,
                                                        size_t count) {
    arrow::Int64Builder builder;
    arrow::Status status = builder.Reserve(static_cast<int64_t>(count));
    if (!status.ok()) return InternalError("expand", status.ToString());
    for (size_t i = 0; i < count; ++i) builder.UnsafeAppend(values[i % values.size()]);
    std::shared_ptr<arrow::Array> column;
    status = builder.Finish(&column);
    if (!status.ok()) return InternalError("expand", status.ToString());
    return column;
  }

  PlanNodePtr node_;
  const ExpandNode::Fields& fields_;
  Batch batch_;
  int64_t row_ = 0;
};

}  // namespace

void RegisterExpand(OperatorRegistry* registry) {
  registry->Register(
      ExpandNode::kKind,
      [](const PlanNodePtr& node, const OperatorContext&) -> Result<std::unique_ptr<Operator>> {
        return std::make_unique<Expand>(node);
      });
}

}  // namespace millrace
