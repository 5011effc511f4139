// SPDX-License-Identifier: Apache-2.0
// Predict: ML_PREDICT on the batch at hand. The model's output columns go behind the input columns.
// A row that the model cannot answer follows the model's 'error-handling': the pipeline fails, the
// row goes on with NULL outputs, or it leaves for the dead letters. The time in the model is added
// to the batch.
#include <arrow/api.h>

#include <map>
#include <mutex>

#include "models/failure_policy.h"
#include "operators/builtin.h"
#include "operators/row_failures.h"
#include "plan/nodes/stateless_nodes.h"

namespace millrace {
namespace {

class Predict final : public Operator {
 public:
  Predict(PlanNodePtr node, const OperatorContext& context, std::shared_ptr<LoadedModel> model,
          std::unique_ptr<ModelRunner> runner)
      : node_(std::move(node)),
        predict_(*As<PredictNode>(node_)),
        context_(context),
        policy_(GetModelFailurePolicy(predict_.model()->definition.options)),
        model_(std::move(model)),
        runner_(std::move(runner)) {}

  Status OnBatch(int, Batch batch, Output* output) override {
    if (batch.num_rows == 0) return OkStatus();
    std::vector<std::shared_ptr<arrow::Array>> inputs;
    for (int arg : predict_.args()) inputs.push_back(batch.columns[static_cast<size_t>(arg)]);
    failures_.clear();
    const int64_t begin = context_.now_nanos ? context_.now_nanos() : 0;
    auto outputs = runner_->Run(inputs, batch.num_rows, &failures_);
    if (context_.now_nanos) batch.timing.inference += context_.now_nanos() - begin;
    ++context_.metrics->model_calls;
    context_.metrics->model_failures +=
        outputs ? failures_.size() : static_cast<uint64_t>(batch.num_rows);
    if (!outputs) {
      return std::unexpected(
          std::move(outputs).error().With("model '" + predict_.model()->definition.name + "'"));
    }
    if (batch.columns.size() + outputs->size() != node_->schema().size()) {
      return InternalError("the model gave " + std::to_string(outputs->size()) + " columns");
    }
    Batch result = batch;
    result.columns.insert(result.columns.end(), outputs->begin(), outputs->end());
    if (!failures_.empty() && policy_ != ModelFailurePolicy::kNull) {
      TRY(RouteFailures(batch));
      RowErrors failed;
      for (const auto& failure : failures_) failed.Add(failure.row, "", "");
      result = result.Take(RowsWithoutError(failed, result.num_rows));
    }
    output->Push(std::move(result));
    return OkStatus();
  }

 private:
  Status RouteFailures(const Batch& batch) {
    for (const ModelRunner::RowFailure& failure : failures_) {
      const RowFailure row{.stage = "inference",
                           .reason = failure.message,
                           .batch = &batch,
                           .schema = &node_->children()[0]->schema(),
                           .row = failure.row};
      if (policy_ == ModelFailurePolicy::kFail) {
        return UserError("MR0707", "inference failed for a row", failure.message,
                         "set the model's 'error-handling' to 'null' or 'dead-letter' to go on");
      }
      TRY(ReportFailedRow(context_, row));
    }
    return OkStatus();
  }

  PlanNodePtr node_;
  const PredictNode& predict_;
  OperatorContext context_;
  ModelFailurePolicy policy_;
  std::shared_ptr<LoadedModel> model_;  // shared by the runners of all shards
  std::unique_ptr<ModelRunner> runner_;
  std::vector<ModelRunner::RowFailure> failures_;
};

/// The model as loaded for another shard of this process, or loaded now. Operators are made one at
/// a time by the runtime; the lock is for several pipelines starting at once.
Result<std::shared_ptr<LoadedModel>> LoadShared(const ModelPtr& model, const Environment& env) {
  static std::mutex mutex;
  static std::map<std::weak_ptr<const Model>, std::weak_ptr<LoadedModel>, std::owner_less<>> loaded;
  const std::scoped_lock lock(mutex);
  std::erase_if(loaded, [](const auto& entry) { return entry.second.expired(); });
  if (const auto place = loaded.find(model); place != loaded.end()) {
    if (auto shared = place->second.lock()) return shared;
  }
  TRY_ASSIGN(auto fresh, model->backend->Load(model->definition, env));
  loaded[model] = fresh;
  return fresh;
}

}  // namespace

void RegisterPredict(OperatorRegistry* registry) {
  registry->Register(PredictNode::kKind,
                     [](const PlanNodePtr& node,
                        const OperatorContext& context) -> Result<std::unique_ptr<Operator>> {
                       const ModelPtr& model = As<PredictNode>(node)->model();
                       TRY_ASSIGN(auto loaded, LoadShared(model, context.env));
                       TRY_ASSIGN(auto runner, loaded->MakeRunner());
                       return std::make_unique<Predict>(node, context, std::move(loaded),
                                                        std::move(runner));
                     });
}

}  // namespace millrace
