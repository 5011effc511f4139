// SPDX-License-Identifier: Apache-2.0
// Field numbers are those of onnx.proto3 (ModelProto, GraphProto, NodeProto).
#include "models/onnx/trees/tree_operators.h"

#include <exception>

#include "models/onnx/file/wire_reader.h"
#include "models/onnx/file/wire_writer.h"

namespace millrace {
namespace {

class Kernel {
 public:
  explicit Kernel(const TreeEnsemble* ensemble) : ensemble_(ensemble) {}

  /// No exception may pass through ONNX Runtime.
  OrtStatusPtr ComputeV2(OrtKernelContext* context) {
    try {
      return Compute(Ort::KernelContext(context));
    } catch (const std::exception& error) {
      return Ort::Status(error.what(), ORT_FAIL).release();
    }
  }

 private:
  OrtStatusPtr Compute(Ort::KernelContext context) {
    const auto input = context.GetInput(0);
    const std::vector<int64_t> shape = input.GetTensorTypeAndShapeInfo().GetShape();
    if (shape.empty() || shape.size() > 2 || shape.back() < ensemble_->features()) {
      return Ort::Status("the input of a tree ensemble has too few features", ORT_INVALID_ARGUMENT)
          .release();
    }
    const int64_t rows = shape.size() == 1 ? 1 : shape[0];
    int64_t* labels = nullptr;
    size_t output = 0;
    if (ensemble_->classifies()) {
      labels = context.GetOutput(output++, {rows}).GetTensorMutableData<int64_t>();
    }
    auto* scores =
        context.GetOutput(output, {rows, ensemble_->scores()}).GetTensorMutableData<float>();
    ensemble_->Run(input.GetTensorData<float>(), rows, shape.back(), scores, labels);
    return nullptr;
  }

  const TreeEnsemble* ensemble_;
};

}  // namespace

struct TreeOperators::Operator : Ort::CustomOpBase<Operator, Kernel, true> {
  Operator(size_t index, TreeEnsemble made) : name(NameOf(index)), ensemble(std::move(made)) {}

  OrtStatusPtr CreateKernelV2(const OrtApi&, const OrtKernelInfo*, void** kernel) const {
    *kernel = new Kernel(&ensemble);
    return nullptr;
  }
  const char* GetName() const { return name.c_str(); }
  size_t GetInputTypeCount() const { return 1; }
  ONNXTensorElementDataType GetInputType(size_t) const {
    return ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
  }
  size_t GetOutputTypeCount() const { return ensemble.classifies() ? 2 : 1; }
  ONNXTensorElementDataType GetOutputType(size_t index) const {
    return ensemble.classifies() && index == 0 ? ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64
                                               : ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
  }

  std::string name;
  TreeEnsemble ensemble;
};

TreeOperators::TreeOperators(std::vector<TreeEnsemble> ensembles) : domain_(kDomain) {
  for (size_t i = 0; i < ensembles.size(); ++i) {
    operators_.push_back(std::make_unique<Operator>(i, std::move(ensembles[i])));
    domain_.Add(operators_.back().get());
  }
}
TreeOperators::~TreeOperators() = default;

void TreeOperators::AddTo(Ort::SessionOptions* options) const { options->Add(domain_); }

namespace {

/// A NodeProto that calls an operator of ours with the inputs and outputs of `node`.
std::string CallOf(std::string_view node, size_t index) {
  std::string call;
  WireReader reader(node);
  while (reader.Next()) {
    if (reader.field() <= 3) PutWireBytes(reader.field(), reader.bytes(), &call);
  }
  PutWireBytes(4, TreeOperators::NameOf(index), &call);
  PutWireBytes(7, TreeOperators::kDomain, &call);
  return call;
}

/// The field that `reader` stands on, as it was.
void CopyField(const WireReader& reader, std::string* out) {
  if (reader.is_bytes()) return PutWireBytes(reader.field(), reader.bytes(), out);
  const bool varint = reader.type() == WireReader::Type::kVarint;
  if (varint) return PutWireNumber(reader.field(), reader.number(), out);
  const size_t size = reader.type() == WireReader::Type::kFixed64 ? 8 : 4;
  PutWireVarint(uint64_t{reader.field()} << 3 | static_cast<uint64_t>(reader.type()), out);
  for (size_t i = 0; i < size; ++i) {
    out->push_back(static_cast<char>(reader.number() >> (8 * i)));
  }
}

std::string ReplaceInGraph(std::string_view graph, ReplacedTrees* replaced) {
  std::string out;
  WireReader reader(graph);
  while (reader.Next()) {
    auto ensemble =
        reader.field() == 1 ? TreeEnsemble::Parse(reader.bytes()) : std::optional<TreeEnsemble>();
    if (!ensemble.has_value()) {
      CopyField(reader, &out);
      continue;
    }
    PutWireBytes(1, CallOf(reader.bytes(), replaced->ensembles.size()), &out);
    replaced->ensembles.push_back(*std::move(ensemble));
    replaced->nodes.push_back(reader.bytes());
  }
  return out;
}

}  // namespace

std::optional<ReplacedTrees> ReplaceTrees(std::string_view model) {
  ReplacedTrees replaced;
  WireReader reader(model);
  while (reader.Next()) {
    if (reader.field() == 7) {
      PutWireBytes(7, ReplaceInGraph(reader.bytes(), &replaced), &replaced.model);
      continue;
    }
    if (reader.field() == 1) replaced.ir_version = reader.signed_number();
    if (reader.field() == 8) replaced.opsets.push_back(reader.bytes());
    CopyField(reader, &replaced.model);
  }
  if (replaced.ensembles.empty()) return std::nullopt;
  std::string opset;
  PutWireBytes(1, TreeOperators::kDomain, &opset);
  PutWireNumber(2, 1, &opset);
  PutWireBytes(8, opset, &replaced.model);
  return replaced;
}

}  // namespace millrace
