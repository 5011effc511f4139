// SPDX-License-Identifier: Apache-2.0
#include "cli/output/model_notes.h"

#include <set>

#include "plan/nodes/stateless_nodes.h"

namespace millrace {
namespace {

Status Collect(const PlanNodePtr& node, const Environment& env, std::set<const PlanNode*>* seen,
               std::set<std::string>* models, std::vector<ModelNote>* notes) {
  if (!seen->insert(node.get()).second) return OkStatus();
  for (const PlanNodePtr& child : node->children()) TRY(Collect(child, env, seen, models, notes));
  const auto* predict = As<PredictNode>(node);
  if (predict == nullptr || !models->insert(predict->model()->path).second) return OkStatus();
  const Model& model = *predict->model();
  TRY_ASSIGN(const auto loaded, model.backend->Load(model.definition, env));
  notes->push_back({.name = model.definition.name,
                    .provider = std::string(model.backend->provider()),
                    .version = loaded->version(),
                    .remark = loaded->remark()});
  return OkStatus();
}

}  // namespace

Result<std::vector<ModelNote>> DescribeModels(const Program& program, const Environment& env) {
  std::vector<ModelNote> notes;
  std::set<const PlanNode*> seen;
  std::set<std::string> models;
  for (const Step& step : program.steps) {
    for (const PlanNodePtr& root : step.roots) TRY(Collect(root, env, &seen, &models, &notes));
  }
  return notes;
}

}  // namespace millrace
