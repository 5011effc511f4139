// SPDX-License-Identifier: Apache-2.0
#include "models/echo/loaded_model.h"

#include <arrow/api.h>

namespace millrace {
namespace {

class EchoRunner final : public ModelRunner {
 public:
  explicit EchoRunner(size_t outputs) : outputs_(outputs) {}

  Result<std::vector<std::shared_ptr<arrow::Array>>> Run(
      const std::vector<std::shared_ptr<arrow::Array>>& inputs, int64_t,
      std::vector<RowFailure>*) override {
    return std::vector<std::shared_ptr<arrow::Array>>(
        inputs.begin(), inputs.begin() + static_cast<std::ptrdiff_t>(outputs_));
  }

 private:
  size_t outputs_;
};

std::vector<TensorInfo> Tensors(const Schema& schema) {
  std::vector<TensorInfo> tensors;
  for (const Column& column : schema) {
    tensors.push_back({column.name, column.type.ToArrow()->ToString(), {-1}});
  }
  return tensors;
}

class EchoModel final : public LoadedModel {
 public:
  explicit EchoModel(const ModelDefinition& model)
      : signature_{Tensors(model.input), Tensors(model.output)} {}

  const ModelSignature& signature() const override { return signature_; }
  std::string version() const override { return "1"; }
  Result<std::unique_ptr<ModelRunner>> MakeRunner() override {
    return std::make_unique<EchoRunner>(signature_.outputs.size());
  }

 private:
  ModelSignature signature_;
};

}  // namespace

std::shared_ptr<LoadedModel> MakeEchoModel(const ModelDefinition& model) {
  return std::make_shared<EchoModel>(model);
}

}  // namespace millrace
