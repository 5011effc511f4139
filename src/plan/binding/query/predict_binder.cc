// SPDX-License-Identifier: Apache-2.0
// ML_PREDICT(TABLE t, MODEL m, DESCRIPTOR(a, b) [, MAP[..]]).
#include <algorithm>

#include "functions/coercion.h"
#include "plan/binding/expression_binder.h"
#include "plan/binding/query/function_arguments.h"
#include "plan/binding/query/query_binder.h"
#include "plan/calc_builder.h"
#include "plan/nodes/stateless_nodes.h"

namespace millrace {
namespace {

/// CONFIG keys are accepted for Flink; in-process inference needs none of them.
bool CheckConfig(BindContext* context, const sql::Expr& expr) {
  const auto* map = sql::As<sql::Map>(expr);
  if (map == nullptr) {
    context->Error("MR0317", "expected MAP['key', 'value', ..] here", expr.span);
    return false;
  }
  static const std::vector<std::string> kKeys = {"async", "max-concurrent-operations", "capacity",
                                                 "timeout", "output-mode"};
  for (size_t i = 0; i < map->values.size(); i += 2) {
    const auto* key = sql::As<sql::Literal>(map->values[i]);
    if (key == nullptr || key->literal != sql::LiteralKind::kString) {
      context->Error("MR0317", "a key of CONFIG is a text", map->values[i]->span);
      return false;
    }
    if (std::find(kKeys.begin(), kKeys.end(), key->text) != kKeys.end()) continue;
    Diagnostic& diagnostic =
        context->Error("MR0501", "ML_PREDICT has no option '" + key->text + "'", key->span);
    context->Suggest(&diagnostic, key->text, kKeys, false);
    if (!diagnostic.try_text.empty()) diagnostic.try_text = "'" + diagnostic.try_text + "'";
    return false;
  }
  return true;
}

/// The input with helper columns behind its own for arguments that need an implicit cast.
struct PredictInput {
  PlanNodePtr plan;
  size_t own = 0;              // columns of the input itself
  std::vector<int> positions;  // of the model's input columns
};

std::optional<PredictInput> PlaceArguments(BindContext* context, const PlanNodePtr& input,
                                           const Model& model, const sql::Descriptor& descriptor) {
  const Schema& wanted = model.definition.input;
  if (descriptor.columns.size() != wanted.size()) {
    context->Error("MR0602",
                   "model '" + model.definition.name + "' takes " + std::to_string(wanted.size()) +
                       " column(s) " + wanted.ToString() + ", DESCRIPTOR names " +
                       std::to_string(descriptor.columns.size()),
                   descriptor.span);
    return std::nullopt;
  }
  std::vector<ExpressionPtr> columns = InputRefs(input->schema());
  std::vector<std::string> names = input->schema().names();
  PredictInput placed;
  placed.own = columns.size();
  for (size_t i = 0; i < wanted.size(); ++i) {
    const sql::QualifiedName& name = descriptor.columns[i];
    const auto found = input->schema().Find(name.ToString());
    if (!found) {
      Diagnostic& diagnostic =
          context->Error("MR0201", "unknown column '" + name.ToString() + "'", name.span);
      context->Suggest(&diagnostic, name.ToString(), input->schema().names());
      return std::nullopt;
    }
    const ExpressionPtr& column = columns[*found];
    auto cast = Expression::Cast(column, wanted[i].type, false, true);
    if (!CanImplicitlyCast(column->type(), wanted[i].type) || !cast) {
      context
          ->Error("MR0602",
                  "model '" + model.definition.name + "' takes " + wanted[i].name + " " +
                      wanted[i].type.Nullable().ToString() + ", column '" + name.ToString() +
                      "' is " + column->type().Nullable().ToString(),
                  name.span)
          .next_step = "Cast the column in a subquery before ML_PREDICT.";
      return std::nullopt;
    }
    if (*cast == column) {
      placed.positions.push_back(static_cast<int>(*found));
      continue;
    }
    placed.positions.push_back(static_cast<int>(columns.size()));
    columns.push_back(*cast);
    names.push_back("$" + wanted[i].name);
  }
  placed.plan = MakeCalc(input, nullptr, std::move(columns), UniqueNames(names));
  return placed;
}

/// The prediction without the helper columns.
PlanNodePtr DropHelpers(PlanNodePtr plan, size_t own, size_t helpers_end) {
  std::vector<ExpressionPtr> kept;
  std::vector<std::string> names;
  for (size_t i = 0; i < plan->schema().size(); ++i) {
    if (i >= own && i < helpers_end) continue;
    const Column& column = plan->schema()[i];
    kept.push_back(Expression::InputRef(static_cast<int>(i), column.type, column.name));
    names.push_back(column.name);
  }
  return MakeCalc(std::move(plan), nullptr, std::move(kept), std::move(names));
}

}  // namespace

PlanNodePtr QueryBinder::BindPredict(const sql::FunctionCall& call) {
  const auto args = MatchArguments(context_, call, {"INPUT", "MODEL", "ARGS", "CONFIG"}, 1);
  if (args.empty()) return nullptr;
  const PlanNodePtr input = BindTableArgument(*args[0]);
  const auto* model_name = sql::As<sql::ModelArgument>(*args[1]);
  if (model_name == nullptr) {
    context_->Error("MR0317", "expected MODEL m here", args[1]->span);
    return nullptr;
  }
  const std::string path = context_->catalog->Resolve(model_name->model);
  const ModelPtr model = context_->catalog->FindModel(path);
  if (model == nullptr && !context_->catalog->Failed(path)) {
    const std::string name = model_name->model.ToString();
    Diagnostic& diagnostic =
        context_->Error("MR0601", "unknown model '" + name + "'", model_name->model.span);
    context_->Suggest(&diagnostic, name, context_->catalog->ModelNames());
    if (context_->catalog->ModelNames().empty()) {
      diagnostic.next_step = "Declare it first: CREATE MODEL " + name +
                             " INPUT (..) OUTPUT (..) WITH ('provider' = 'onnx', 'path' = '..').";
    }
  }
  const auto* descriptor = sql::As<sql::Descriptor>(*args[2]);
  if (descriptor == nullptr) {
    context_->Error("MR0317", "expected DESCRIPTOR(a, b, ..) here", args[2]->span);
    return nullptr;
  }
  if (args[3] != nullptr && !CheckConfig(context_, *args[3])) return nullptr;
  if (input == nullptr || model == nullptr) return nullptr;
  if (!input->changelog_mode().insert_only()) {
    context_->Error("MR0408",
                    "ML_PREDICT needs rows that are never updated; its input updates them",
                    args[0]->span);
    return nullptr;
  }
  auto placed = PlaceArguments(context_, input, *model, *descriptor);
  if (!placed) return nullptr;
  Schema schema = placed->plan->schema();
  const size_t helpers_end = schema.size();
  for (const Column& output : model->definition.output) schema.Append(output);
  const auto unique = UniqueNames(schema.names());
  std::vector<Column> renamed;
  for (size_t i = 0; i < schema.size(); ++i) renamed.push_back({unique[i], schema[i].type});
  PlanNodePtr plan = std::make_shared<PredictNode>(
      placed->plan, model, std::move(placed->positions), Schema(std::move(renamed)));
  return helpers_end > placed->own ? DropHelpers(std::move(plan), placed->own, helpers_end) : plan;
}

}  // namespace millrace
