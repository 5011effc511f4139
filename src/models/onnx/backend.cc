// SPDX-License-Identifier: Apache-2.0
#include "models/onnx/backend.h"

#include "models/failure_policy.h"
#include "models/onnx/file/model_source.h"
#include "models/onnx/loaded_model.h"
#include "models/onnx/tensor_binding.h"

namespace millrace {
namespace {

constexpr int64_t kThreadsMax = 256;

Status CheckNumbers(const ModelDefinition& model) {
  const int64_t threads = model.options.GetLong("intra-op-threads");
  if (threads < 1 || threads > kThreadsMax) {
    return UserError("MR0503", "option 'intra-op-threads' of model '" + model.name +
                                   "' must be between 1 and " + std::to_string(kThreadsMax));
  }
  if (model.options.GetLong("max-batch-size") < 1) {
    return UserError("MR0503",
                     "option 'max-batch-size' of model '" + model.name + "' must be positive");
  }
  return OkStatus();
}

class OnnxBackend final : public ModelBackend {
 public:
  std::string_view provider() const override { return "onnx"; }
  std::string_view summary() const override {
    return "Runs an ONNX file in this process, on the batch at hand.";
  }

  std::vector<OptionSpec> options() const override {
    return {
        {.key = "path",
         .required = true,
         .help = "The model file, or a directory of numeric versions (1/model.onnx, 2.onnx); the "
                 "highest counts."},
        {.key = "inputs",
         .type = OptionType::kList,
         .help = "Which column feeds which tensor: 'column:tensor;..'. By default by name, else in "
                 "order; a single tensor takes all columns."},
        {.key = "outputs",
         .type = OptionType::kList,
         .help = "Which tensor a column reads: 'column:tensor;..', or 'column:tensor[1]' for one "
                 "element of a row. By default by name, else the first of a fitting type; a number "
                 "reads the last element."},
        {.key = "max-batch-size",
         .type = OptionType::kInt,
         .default_value = "1024",
         .help = "Rows per call at most; 1 = row by row."},
        {.key = "intra-op-threads",
         .type = OptionType::kInt,
         .default_value = "1",
         .help = "Threads of one call. Small models are fastest with 1, in parallel over shards."},
        {.key = "null-as-nan",
         .type = OptionType::kBoolean,
         .default_value = "false",
         .help = "NULL feeds a float tensor as NaN, instead of failing its row."},
        {.key = "fail-on-non-finite",
         .type = OptionType::kBoolean,
         .default_value = "false",
         .help = "A row fails if the model answers NaN or infinity."},
        ModelFailurePolicyOption(),
    };
  }

  Status Check(const ModelDefinition& model, const Environment& env) override {
    TRY(CheckNumbers(model));
    TRY_ASSIGN(const OnnxModelSource source, ReadOnnxModel(model.options.GetString("path"), env));
    TRY_ASSIGN(const ModelBinding binding, BindTensors(model, source.file.signature));
    return OkStatus();
  }

  Result<std::shared_ptr<LoadedModel>> Load(const ModelDefinition& model,
                                            const Environment& env) override {
    TRY(CheckNumbers(model));
    return LoadOnnxModel(model, env);
  }
};

}  // namespace

std::unique_ptr<ModelBackend> MakeOnnxBackend() { return std::make_unique<OnnxBackend>(); }

}  // namespace millrace
