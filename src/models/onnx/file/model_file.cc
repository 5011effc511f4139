// SPDX-License-Identifier: Apache-2.0
// Field numbers are those of onnx.proto3 (ModelProto, GraphProto, NodeProto, TensorProto, ...).
#include "models/onnx/file/model_file.h"

#include <algorithm>
#include <set>
#include <vector>

#include "models/onnx/file/tensor_file.h"
#include "models/onnx/file/wire_reader.h"

namespace millrace {
namespace {

std::unexpected<Error> Refuse(std::string message, std::string hint = {}) {
  return UserError("MR0605", std::move(message), "", std::move(hint));
}

std::unexpected<Error> Damaged(std::string_view part) {
  return Refuse("the file is damaged or cut off (in its " + std::string(part) + ")",
                "Export or copy the model again.");
}

/// What one pass over the file has found so far.
class ModelParser {
 public:
  Result<OnnxModelFile> Parse(std::string_view bytes);

 private:
  Status ParseGraph(std::string_view bytes, int depth, bool top);
  Status ParseNode(std::string_view bytes, int depth);
  Status ParseAttribute(std::string_view bytes, int depth);
  Status ParseFunction(std::string_view bytes);
  Status ParseOpset(std::string_view bytes);
  Status AddWeights(std::string_view bytes, bool sparse, std::set<std::string>* names);
  Status CheckDomains() const;

  OnnxModelFile file_;
  std::set<std::string> node_domains_;
  std::set<std::string> domains_in_functions_;
  bool in_function_ = false;
  std::set<std::string> function_domains_;
};

Status ModelParser::ParseOpset(std::string_view bytes) {
  std::string domain;
  int64_t version = 0;
  WireReader reader(bytes);
  while (reader.Next()) {
    if (reader.field() == 1) domain = reader.bytes();
    if (reader.field() == 2) version = reader.signed_number();
  }
  if (!reader.ok()) return Damaged("operator set list");
  file_.opsets[domain == "ai.onnx" ? "" : domain] = version;
  return OkStatus();
}

Status ModelParser::AddWeights(std::string_view bytes, bool sparse, std::set<std::string>* names) {
  TRY_ASSIGN(const std::string name, sparse ? CheckSparseTensor(bytes) : CheckTensor(bytes));
  if (names != nullptr) names->insert(name);
  return OkStatus();
}

Status ModelParser::ParseAttribute(std::string_view bytes, int depth) {
  WireReader reader(bytes);
  while (reader.Next()) {
    if (!reader.is_bytes()) continue;
    switch (reader.field()) {
      case 5:   // t
      case 10:  // tensors
        TRY(AddWeights(reader.bytes(), false, nullptr));
        break;
      case 22:  // sparse_tensor
      case 23:  // sparse_tensors
        TRY(AddWeights(reader.bytes(), true, nullptr));
        break;
      case 6:   // g
      case 11:  // graphs
        TRY(ParseGraph(reader.bytes(), depth + 1, false));
        break;
      default: break;
    }
  }
  if (!reader.ok()) return Damaged("node attributes");
  return OkStatus();
}

Status ModelParser::ParseNode(std::string_view bytes, int depth) {
  if (++file_.node_count > kOnnxNodesMax) {
    return Refuse("the graph has more than " + std::to_string(kOnnxNodesMax) + " nodes");
  }
  std::string domain;
  WireReader reader(bytes);
  while (reader.Next()) {
    if (!reader.is_bytes()) continue;
    if (reader.field() == 5) TRY(ParseAttribute(reader.bytes(), depth));
    if (reader.field() == 7) domain = reader.bytes();
  }
  if (!reader.ok()) return Damaged("nodes");
  (in_function_ ? domains_in_functions_ : node_domains_).insert(domain);
  return OkStatus();
}

Status ModelParser::ParseGraph(std::string_view bytes, int depth, bool top) {
  if (depth > kOnnxGraphDepthMax) {
    return Refuse("graphs are nested more than " + std::to_string(kOnnxGraphDepthMax) + " deep");
  }
  std::set<std::string> weights;
  std::vector<TensorInfo> inputs;
  std::vector<TensorInfo> outputs;
  WireReader reader(bytes);
  while (reader.Next()) {
    if (!reader.is_bytes()) continue;
    const std::string_view value = reader.bytes();
    switch (reader.field()) {
      case 1: TRY(ParseNode(value, depth)); break;
      case 5: TRY(AddWeights(value, false, &weights)); break;
      case 15: TRY(AddWeights(value, true, &weights)); break;
      case 11:
      case 12: {
        if (!top) break;
        TRY_ASSIGN(TensorInfo info, ParseValueInfo(value));
        (reader.field() == 11 ? inputs : outputs).push_back(std::move(info));
        break;
      }
      default: break;
    }
  }
  if (!reader.ok()) return Damaged("graph");
  if (!top) return OkStatus();
  std::erase_if(inputs, [&](const TensorInfo& info) { return weights.contains(info.name); });
  file_.signature = {std::move(inputs), std::move(outputs)};
  return OkStatus();
}

Status ModelParser::ParseFunction(std::string_view bytes) {
  in_function_ = true;
  WireReader reader(bytes);
  while (reader.Next()) {
    if (!reader.is_bytes()) continue;
    if (reader.field() == 7) TRY(ParseNode(reader.bytes(), 1));
    if (reader.field() == 10) function_domains_.emplace(reader.bytes());
    if (reader.field() == 11) TRY(ParseAttribute(reader.bytes(), 1));
  }
  in_function_ = false;
  if (!reader.ok()) return Damaged("functions");
  return OkStatus();
}

Status ModelParser::CheckDomains() const {
  static const std::set<std::string> kKnown = {"", "ai.onnx", "ai.onnx.ml", "com.microsoft"};
  // Functions that call functions can unfold without bound, so within them their domains count as
  // custom.
  std::set<std::string> used = domains_in_functions_;
  for (const std::string& domain : node_domains_) {
    if (!function_domains_.contains(domain)) used.insert(domain);
  }
  for (const std::string& domain : used) {
    if (kKnown.contains(domain)) continue;
    return Refuse("the model uses operators of the custom domain '" + domain + "'",
                  "Only the operators of ONNX and ONNX-ML run in process; export without custom "
                  "operators, or serve the model by a model server.");
  }
  return OkStatus();
}

Result<OnnxModelFile> ModelParser::Parse(std::string_view bytes) {
  bool has_graph = false;
  WireReader reader(bytes);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1: file_.ir_version = reader.signed_number(); break;
      case 2: file_.producer = reader.bytes(); break;
      case 7:
        if (has_graph) return Refuse("the file holds two graphs");
        has_graph = true;
        TRY(ParseGraph(reader.bytes(), 0, true));
        break;
      case 8: TRY(ParseOpset(reader.bytes())); break;
      case 20: return Refuse("the file holds training information", "Export it for inference.");
      case 25: TRY(ParseFunction(reader.bytes())); break;
      default: break;
    }
  }
  if (!reader.ok()) {
    return has_graph || file_.ir_version != 0
               ? Result<OnnxModelFile>(Damaged("top level"))
               : Result<OnnxModelFile>(Refuse("this is no ONNX file"));
  }
  if (!has_graph || file_.ir_version <= 0 || file_.opsets.empty()) {
    return Refuse("this is no ONNX file");
  }
  TRY(CheckDomains());
  if (file_.signature.outputs.empty()) return Refuse("the model has no outputs");
  return std::move(file_);
}

}  // namespace

Result<OnnxModelFile> ParseOnnxModel(std::string_view bytes) {
  if (bytes.empty()) return Refuse("the file is empty");
  if (bytes.size() > kOnnxFileBytesMax) return Refuse("the file is larger than 2 GiB");
  return ModelParser().Parse(bytes);
}

}  // namespace millrace
