// SPDX-License-Identifier: Apache-2.0
// TO_CHANGELOG and FROM_CHANGELOG, row by row and without state. A row with an unknown code is
// reported and dropped.
#include <arrow/array/array_binary.h>
#include <arrow/array/builder_binary.h>

#include "operators/builtin.h"
#include "operators/row_failures.h"
#include "plan/nodes/changelog_nodes.h"

namespace millrace {
namespace {

class ToChangelog final : public Operator {
 public:
  explicit ToChangelog(const PlanNodePtr& node) : codes_(As<ToChangelogNode>(node)->codes()) {}

  Status OnBatch(int, Batch batch, Output* output) override {
    std::vector<int32_t> rows;
    arrow::StringBuilder builder;
    arrow::Status status;
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      const std::optional<std::string>& code = codes_[static_cast<size_t>(batch.kind(row))];
      if (!code) continue;
      rows.push_back(static_cast<int32_t>(row));
      if (status.ok()) status = builder.Append(*code);
    }
    std::shared_ptr<arrow::Array> operations;
    if (status.ok()) status = builder.Finish(&operations);
    if (!status.ok()) return InternalError("TO_CHANGELOG", status.ToString());
    if (rows.empty()) return OkStatus();
    if (static_cast<int64_t>(rows.size()) < batch.num_rows) batch = batch.Take(rows);
    batch.columns.insert(batch.columns.begin(), std::move(operations));
    batch.kinds = nullptr;
    output->Push(std::move(batch));
    return OkStatus();
  }

 private:
  ToChangelogNode::Codes codes_;
};

class FromChangelog final : public Operator {
 public:
  FromChangelog(const PlanNodePtr& node, const OperatorContext& context)
      : context_(context),
        input_schema_(node->children()[0]->schema()),
        operation_(static_cast<size_t>(As<FromChangelogNode>(node)->operation())),
        kinds_(As<FromChangelogNode>(node)->kinds()) {}

  Status OnBatch(int, Batch batch, Output* output) override {
    const auto& operations = static_cast<const arrow::StringArray&>(*batch.columns[operation_]);
    std::vector<ChangeKind> kinds;
    errors_.Clear();
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      if (operations.IsNull(row)) {
        errors_.Add(row, "MR0715", "the code of a change is NULL");
        continue;
      }
      const auto found = kinds_.find(operations.GetView(row));
      if (found == kinds_.end()) {
        errors_.Add(row, "MR0715",
                    "'" + operations.GetString(row) + "' is no code of a change here");
        continue;
      }
      kinds.push_back(found->second);
    }
    if (!errors_.empty()) {
      TRY(ReportRowErrors(context_, errors_, batch, input_schema_));
      batch = batch.Take(RowsWithoutError(errors_, batch.num_rows));
    }
    if (batch.num_rows == 0) return OkStatus();
    batch.columns.erase(batch.columns.begin() + static_cast<int64_t>(operation_));
    batch.kinds = std::make_shared<const std::vector<ChangeKind>>(std::move(kinds));
    output->Push(std::move(batch));
    return OkStatus();
  }

 private:
  OperatorContext context_;
  Schema input_schema_;
  size_t operation_;
  FromChangelogNode::Kinds kinds_;
  RowErrors errors_;
};

}  // namespace

void RegisterChangelogFunctions(OperatorRegistry* registry) {
  registry->Register(
      ToChangelogNode::kKind,
      [](const PlanNodePtr& node, const OperatorContext&) -> Result<std::unique_ptr<Operator>> {
        return std::make_unique<ToChangelog>(node);
      });
  registry->Register(FromChangelogNode::kKind,
                     [](const PlanNodePtr& node,
                        const OperatorContext& context) -> Result<std::unique_ptr<Operator>> {
                       return std::make_unique<FromChangelog>(node, context);
                     });
}

}  // namespace millrace
