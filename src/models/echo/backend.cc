// SPDX-License-Identifier: Apache-2.0
#include "models/echo/backend.h"

#include "models/echo/loaded_model.h"
#include "models/failure_policy.h"

namespace millrace {
namespace {

class EchoBackend final : public ModelBackend {
 public:
  std::string_view provider() const override { return "echo"; }
  std::string_view summary() const override {
    return "Answers with its input columns; for tests without a model file.";
  }
  std::vector<OptionSpec> options() const override { return {ModelFailurePolicyOption()}; }

  Status Check(const ModelDefinition& model, const Environment&) override {
    std::string detail;
    for (size_t i = 0; i < model.output.size(); ++i) {
      const Column& output = model.output[i];
      const bool fits =
          i < model.input.size() && output.type.EqualIgnoringNull(model.input[i].type);
      if (fits) continue;
      detail += (detail.empty() ? "" : "\n") + ("output " + output.name) + " " +
                output.type.ToString() + " <- " +
                (i < model.input.size()
                     ? "input " + model.input[i].name + " " + model.input[i].type.ToString()
                     : "no input");
    }
    if (detail.empty()) return OkStatus();
    return UserError("MR0603",
                     "model '" + model.name + "': an output column is not its input column", detail,
                     "Declare OUTPUT with the types of INPUT, in the same order.");
  }

  Result<std::shared_ptr<LoadedModel>> Load(const ModelDefinition& model,
                                            const Environment& env) override {
    TRY(Check(model, env));
    return MakeEchoModel(model);
  }
};

}  // namespace

std::unique_ptr<ModelBackend> MakeEchoBackend() { return std::make_unique<EchoBackend>(); }

}  // namespace millrace
