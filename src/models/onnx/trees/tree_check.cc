// SPDX-License-Identifier: Apache-2.0
#include "models/onnx/trees/tree_check.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <span>

#include "models/onnx/file/wire_reader.h"
#include "models/onnx/file/wire_writer.h"
#include "models/onnx/session.h"

namespace millrace {
namespace {

constexpr int64_t kRows = 300;
/// As many rows at once: ONNX Runtime has ways of its own for one row, for few and for many.
constexpr int64_t kBatches[] = {1, 7, kRows};

constexpr uint64_t kFloat = 1;  // TensorProto.DataType
constexpr uint64_t kInt64 = 7;

/// A ValueInfoProto: a tensor of `width` columns, or without a shape.
std::string TensorOf(std::string_view name, uint64_t element, int64_t width) {
  std::string tensor;
  PutWireNumber(1, element, &tensor);
  if (width > 0) {
    std::string rows;
    PutWireBytes(2, "rows", &rows);
    std::string columns;
    PutWireNumber(1, static_cast<uint64_t>(width), &columns);
    std::string shape;
    PutWireBytes(1, rows, &shape);
    PutWireBytes(1, columns, &shape);
    PutWireBytes(2, shape, &tensor);
  }
  std::string type;
  PutWireBytes(1, tensor, &type);
  std::string info;
  PutWireBytes(1, name, &info);
  PutWireBytes(2, type, &info);
  return info;
}

struct NodeNames {
  std::string input;
  std::vector<std::string> outputs;
};

NodeNames NamesOf(std::string_view node) {
  NodeNames names;
  WireReader reader(node);
  while (reader.Next()) {
    if (reader.field() == 1 && names.input.empty()) names.input = reader.bytes();
    if (reader.field() == 2) names.outputs.emplace_back(reader.bytes());
  }
  return names;
}

/// A model of the one node.
std::string ModelOf(const ReplacedTrees& replaced, size_t index, const NodeNames& names) {
  const TreeEnsemble& ensemble = replaced.ensembles[index];
  std::string graph;
  PutWireBytes(1, replaced.nodes[index], &graph);
  PutWireBytes(2, "trees", &graph);
  PutWireBytes(11, TensorOf(names.input, kFloat, ensemble.features()), &graph);
  for (size_t i = 0; i < names.outputs.size(); ++i) {
    const bool label = ensemble.classifies() && i == 0;
    PutWireBytes(12, TensorOf(names.outputs[i], label ? kInt64 : kFloat, 0), &graph);
  }
  std::string model;
  PutWireNumber(1, static_cast<uint64_t>(replaced.ir_version), &model);
  for (const std::string_view opset : replaced.opsets) PutWireBytes(8, opset, &model);
  PutWireBytes(7, graph, &model);
  return model;
}

/// The same numbers for the same model.
class Numbers {
 public:
  size_t Below(size_t limit) {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<size_t>(state_ >> 33) % limit;
  }

 private:
  uint64_t state_ = 1;
};

/// A threshold of the feature, a value next to it, or one far from it.
float SampleValue(const std::vector<float>& thresholds, Numbers* numbers) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const float value = thresholds.empty() ? 0 : thresholds[numbers->Below(thresholds.size())];
  switch (numbers->Below(24)) {
    case 0: return std::numeric_limits<float>::quiet_NaN();
    case 1: return numbers->Below(2) == 0 ? kInfinity : -kInfinity;
    case 2:
    case 3:
    case 4: return std::nextafter(value, kInfinity);
    case 5:
    case 6:
    case 7: return std::nextafter(value, -kInfinity);
    case 8:
    case 9:
    case 10: return value * 1.5F + 1;
    case 11:
    case 12:
    case 13: return value * 0.5F - 1;
    default: return value;
  }
}

std::vector<float> SampleRows(const TreeEnsemble& ensemble) {
  const auto width = static_cast<size_t>(ensemble.features());
  Numbers numbers;
  std::vector<float> rows(kRows * width);
  for (size_t feature = 0; feature < width; ++feature) {
    const std::vector<float> thresholds = ensemble.Thresholds(static_cast<int64_t>(feature));
    for (size_t row = 0; row < kRows; ++row) {
      rows[row * width + feature] = SampleValue(thresholds, &numbers);
    }
  }
  return rows;
}

/// Whether ONNX Runtime gives the same bytes for rows [begin, begin + count).
Result<bool> SameAnswers(const TreeEnsemble& ensemble, const NodeNames& names, OnnxSession* session,
                         std::span<float> rows) {
  const int64_t width = ensemble.features();
  const auto count = static_cast<int64_t>(rows.size()) / width;
  OnnxCall call;
  call.input_names.push_back(names.input.c_str());
  TRY_ASSIGN(auto input, WrapTensor(rows.data(), rows.size_bytes(), {count, width},
                                    ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT));
  call.inputs.push_back(std::move(input));
  for (const std::string& output : names.outputs) {
    call.output_names.push_back(output.c_str());
    call.outputs.emplace_back(nullptr);
  }
  TRY(session->Run(&call));
  std::vector<float> scores(static_cast<size_t>(count * ensemble.scores()));
  std::vector<int64_t> labels(static_cast<size_t>(count));
  ensemble.Run(rows.data(), count, width, scores.data(), labels.data());
  TRY_ASSIGN(const OnnxTensorView wanted, ViewTensor(call.outputs.back()));
  if (wanted.element != ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT || wanted.count != scores.size()) {
    return false;
  }
  if (std::memcmp(wanted.data, scores.data(), scores.size() * sizeof(float)) != 0) return false;
  if (!ensemble.classifies()) return true;
  TRY_ASSIGN(const OnnxTensorView wanted_labels, ViewTensor(call.outputs.front()));
  return wanted_labels.element == ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64 &&
         wanted_labels.count == labels.size() &&
         std::memcmp(wanted_labels.data, labels.data(), labels.size() * sizeof(int64_t)) == 0;
}

Result<bool> Agrees(const ReplacedTrees& replaced, size_t index) {
  const TreeEnsemble& ensemble = replaced.ensembles[index];
  if (ensemble.features() == 0) return false;
  const NodeNames names = NamesOf(replaced.nodes[index]);
  TRY_ASSIGN(auto session, OnnxSession::Create(ModelOf(replaced, index, names), 1));
  std::vector<float> rows = SampleRows(ensemble);
  const auto width = static_cast<size_t>(ensemble.features());
  for (const int64_t batch : kBatches) {
    const auto step = static_cast<size_t>(batch);
    for (size_t begin = 0; begin + step <= kRows; begin += step) {
      const auto part = std::span(rows).subspan(begin * width, step * width);
      TRY_ASSIGN(const bool same, SameAnswers(ensemble, names, session.get(), part));
      if (!same) return false;
      if (batch == 1 && begin == 20) break;
    }
  }
  return true;
}

}  // namespace

bool TreesAgree(const ReplacedTrees& replaced) {
  for (size_t i = 0; i < replaced.ensembles.size(); ++i) {
    if (!Agrees(replaced, i).value_or(false)) return false;
  }
  return true;
}

}  // namespace millrace
