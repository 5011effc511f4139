// SPDX-License-Identifier: Apache-2.0
#include "models/onnx/loaded_model.h"

#include <arrow/api.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "models/onnx/file/model_source.h"
#include "models/onnx/runner.h"
#include "models/onnx/sample_rows.h"
#include "models/onnx/trees/tree_check.h"

namespace millrace {
namespace {

constexpr int64_t kSampleRows = 3;
constexpr double kTolerance = 1e-4;  // of float32 sums in another order

using Arrays = std::vector<std::shared_ptr<arrow::Array>>;
using Shapes = std::vector<std::vector<int64_t>>;

struct SampleAnswer {
  Arrays columns;
  Shapes shapes;
};

/// The answers to sample rows, or nothing if the model refuses one of them.
Result<std::optional<SampleAnswer>> Ask(const std::shared_ptr<OnnxModelParts>& parts,
                                        const Arrays& samples, bool batched) {
  parts->batched = batched;
  OnnxRunner runner(parts);
  std::vector<ModelRunner::RowFailure> failures;
  auto answer = runner.Run(samples, kSampleRows, &failures);
  parts->batched = false;
  if (!answer) return std::unexpected(std::move(answer).error());
  if (!failures.empty()) return std::optional<SampleAnswer>();
  return std::optional<SampleAnswer>({*std::move(answer), runner.LastShapes()});
}

template <typename ArrayType>
bool Near(const arrow::Array& left, const arrow::Array& right) {
  const auto& a = static_cast<const ArrayType&>(left);
  const auto& b = static_cast<const ArrayType&>(right);
  for (int64_t i = 0; i < a.length(); ++i) {
    const double x = a.Value(i);
    const double y = b.Value(i);
    if (x == y || (std::isnan(x) && std::isnan(y))) continue;
    if (!(std::fabs(x - y) <= kTolerance * (1 + std::fabs(x)))) return false;
  }
  return true;
}

bool SameColumn(const arrow::Array& left, const arrow::Array& right) {
  if (left.length() != right.length()) return false;
  switch (left.type_id()) {
    case arrow::Type::FLOAT: return Near<arrow::FloatArray>(left, right);
    case arrow::Type::DOUBLE: return Near<arrow::DoubleArray>(left, right);
    case arrow::Type::LIST: {
      const auto& a = static_cast<const arrow::ListArray&>(left);
      const auto& b = static_cast<const arrow::ListArray&>(right);
      for (int64_t i = 0; i < a.length(); ++i) {
        if (a.value_length(i) != b.value_length(i)) return false;
      }
      return SameColumn(*a.values(), *b.values());
    }
    default: return left.Equals(right);
  }
}

bool SameAnswers(const Arrays& left, const Arrays& right) {
  for (size_t i = 0; i < left.size(); ++i) {
    if (!SameColumn(*left[i], *right[i])) return false;
  }
  return true;
}

/// Rows of a fixed size are those that are declared so and were seen so.
OutputRowShape RowShape(const OutputTensorInfo& declared, const std::vector<int64_t>& seen) {
  if (seen.empty() || seen[0] != kSampleRows) return {};
  OutputRowShape shape{.known = true, .inner = {seen.begin() + 1, seen.end()}};
  const bool single =
      std::all_of(shape.inner.begin(), shape.inner.end(), [](int64_t dim) { return dim == 1; });
  std::vector<int64_t> inner;
  if (!declared.shape.empty()) inner.assign(declared.shape.begin() + 1, declared.shape.end());
  const bool declared_single =
      std::all_of(inner.begin(), inner.end(), [](int64_t dim) { return dim == 1; });
  if (inner == shape.inner || (single && declared_single)) return shape;
  return {};
}

/// Decides `batched` and `row_shapes`.
Status LearnBatching(const Schema& input, const std::shared_ptr<OnnxModelParts>& parts) {
  const auto& tensors = parts->binding.output_tensors;
  parts->row_shapes.assign(tensors.size(), {});
  if (!parts->binding.symbolic_batch) return OkStatus();
  for (const bool zeros : {false, true}) {
    TRY_ASSIGN(const Arrays samples, MakeSampleRows(input, parts->binding, kSampleRows, zeros));
    TRY_ASSIGN(const auto alone, Ask(parts, samples, false));
    if (!alone) continue;  // it may refuse made-up values; zeros are the last try
    TRY_ASSIGN(const auto together, Ask(parts, samples, true));
    if (!together || !SameAnswers(alone->columns, together->columns)) return OkStatus();
    for (size_t i = 0; i < tensors.size(); ++i) {
      parts->row_shapes[i] = RowShape(tensors[i], together->shapes[i]);
    }
    parts->batched = true;
    return OkStatus();
  }
  return OkStatus();
}

/// The session of a model whose trees are ours where they answer as ONNX Runtime's do; nothing if
/// there are none, or the model wants threads, which they do not use.
std::unique_ptr<OnnxSession> CreateWithTrees(std::string_view bytes, int threads) {
  if (threads > 1) return nullptr;
  auto replaced = ReplaceTrees(bytes);
  if (!replaced.has_value() || !TreesAgree(*replaced)) return nullptr;
  auto operators = std::make_shared<const TreeOperators>(std::move(replaced->ensembles));
  return OnnxSession::Create(replaced->model, threads, std::move(operators)).value_or(nullptr);
}

Result<std::unique_ptr<OnnxSession>> CreateSession(const OnnxModelSource& source, int threads) {
  if (auto session = CreateWithTrees(source.bytes, threads)) return session;
  auto session = OnnxSession::Create(source.bytes, threads);
  if (session) return session;
  Error error = std::move(session).error();
  error.message = "model file '" + source.path + "': " + error.message;
  return std::unexpected(std::move(error));
}

class OnnxModel final : public LoadedModel {
 public:
  OnnxModel(std::shared_ptr<const OnnxModelParts> parts, ModelSignature signature,
            std::string version)
      : parts_(std::move(parts)), signature_(std::move(signature)), version_(std::move(version)) {}

  const ModelSignature& signature() const override { return signature_; }
  std::string version() const override { return version_; }
  std::string remark() const override {
    return parts_->batched ? ""
                           : "runs row by row: its batch dimension is fixed, or its answers "
                             "depend on the other rows of a batch";
  }
  Result<std::unique_ptr<ModelRunner>> MakeRunner() override {
    return std::make_unique<OnnxRunner>(parts_);
  }

 private:
  std::shared_ptr<const OnnxModelParts> parts_;
  ModelSignature signature_;
  std::string version_;
};

}  // namespace

Result<std::shared_ptr<LoadedModel>> LoadOnnxModel(const ModelDefinition& model,
                                                   const Environment& env) {
  const Options& options = model.options;
  TRY_ASSIGN(OnnxModelSource source, ReadOnnxModel(options.GetString("path"), env));
  auto parts = std::make_shared<OnnxModelParts>();
  parts->output = model.output;
  TRY_ASSIGN(parts->binding, BindTensors(model, source.file.signature));
  parts->batch_rows_max = std::max<int64_t>(options.GetLong("max-batch-size"), 1);
  parts->null_as_nan = options.GetBoolean("null-as-nan");
  parts->finite_only = options.GetBoolean("fail-on-non-finite");
  TRY_ASSIGN(parts->session,
             CreateSession(source, static_cast<int>(options.GetLong("intra-op-threads"))));
  TRY(LearnBatching(model.input, parts));
  return std::make_shared<OnnxModel>(std::move(parts), std::move(source.file.signature),
                                     std::move(source.version));
}

}  // namespace millrace
