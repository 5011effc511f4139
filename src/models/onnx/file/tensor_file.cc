// SPDX-License-Identifier: Apache-2.0
#include "models/onnx/file/tensor_file.h"

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "models/onnx/file/wire_reader.h"

namespace millrace {
namespace {

constexpr int kTypeDepthMax = 8;
constexpr size_t kDimensionsMax = 32;
constexpr uint64_t kElementsMax = uint64_t{1} << 31;

struct ElementType {
  std::string_view name;
  uint32_t bits;  // 0: not of a fixed size (strings)
};

constexpr std::array<ElementType, 25> kElementTypes = {{
    {"undefined", 0},      {"float32", 32},     {"uint8", 8},          {"int8", 8},
    {"uint16", 16},        {"int16", 16},       {"int32", 32},         {"int64", 64},
    {"string", 0},         {"bool", 8},         {"float16", 16},       {"float64", 64},
    {"uint32", 32},        {"uint64", 64},      {"complex64", 64},     {"complex128", 128},
    {"bfloat16", 16},      {"float8e4m3fn", 8}, {"float8e4m3fnuz", 8}, {"float8e5m2", 8},
    {"float8e5m2fnuz", 8}, {"uint4", 4},        {"int4", 4},           {"float4e2m1", 4},
    {"float8e8m0", 8},
}};

std::unexpected<Error> Refuse(std::string message, std::string hint = {}) {
  return UserError("MR0605", std::move(message), "", std::move(hint));
}

std::unexpected<Error> Damaged(std::string_view part) {
  return Refuse("the file is damaged or cut off (in its " + std::string(part) + ")",
                "Export or copy the model again.");
}

/// What a TensorProto says about itself and the bytes it brings.
struct TensorHead {
  std::string name;
  std::vector<uint64_t> dims;
  int64_t data_type = 0;
  bool external = false;
  std::string location;
  bool has_raw = false;
  uint64_t raw_bytes = 0;
  uint64_t typed_values = 0;  // in float_data, int32_data, ...
};

/// Adds a repeated number, packed or not. `fixed`: bytes per packed value, 0 = varints.
bool CountValues(const WireReader& reader, size_t fixed, uint64_t* count) {
  if (!reader.is_bytes()) {
    ++*count;
    return true;
  }
  if (fixed > 0) {
    *count += reader.bytes().size() / fixed;
    return reader.bytes().size() % fixed == 0;
  }
  size_t position = 0;
  uint64_t value = 0;
  while (position < reader.bytes().size()) {
    if (!ReadWireVarint(reader.bytes(), &position, &value)) return false;
    ++*count;
  }
  return true;
}

bool AddDims(const WireReader& reader, std::vector<uint64_t>* dims) {
  if (!reader.is_bytes()) {
    dims->push_back(reader.number());
    return dims->size() <= kDimensionsMax;
  }
  size_t position = 0;
  while (position < reader.bytes().size()) {
    uint64_t value = 0;
    if (!ReadWireVarint(reader.bytes(), &position, &value)) return false;
    dims->push_back(value);
    if (dims->size() > kDimensionsMax) return false;
  }
  return true;
}

bool ReadExternal(std::string_view entry, TensorHead* head) {
  std::string_view key;
  std::string_view value;
  WireReader reader(entry);
  while (reader.Next()) {
    if (reader.field() == 1) key = reader.bytes();
    if (reader.field() == 2) value = reader.bytes();
  }
  head->external = true;
  if (key == "location") head->location = value;
  return reader.ok();
}

bool ReadField(const WireReader& reader, TensorHead* head) {
  switch (reader.field()) {
    case 1: return AddDims(reader, &head->dims);
    case 2: head->data_type = reader.signed_number(); return true;
    case 4: return CountValues(reader, 4, &head->typed_values);   // float_data
    case 5:                                                       // int32_data
    case 7:                                                       // int64_data
    case 11: return CountValues(reader, 0, &head->typed_values);  // uint64_data
    case 6: ++head->typed_values; return true;                    // string_data
    case 10: return CountValues(reader, 8, &head->typed_values);  // double_data
    case 8: head->name = reader.bytes(); return true;
    case 9:
      head->has_raw = true;
      head->raw_bytes = reader.bytes().size();
      return reader.is_bytes();
    case 13: return ReadExternal(reader.bytes(), head);
    case 14: head->external |= reader.number() == 1; return true;
    default: return true;
  }
}

std::unexpected<Error> RefuseExternal(const TensorHead& head) {
  const std::string& path = head.location;
  std::string place = "another file";
  if (path.starts_with("/") || path.find(':') != std::string::npos) {
    place = "an absolute path, '" + path + "'";
  } else if (path.find("..") != std::string::npos) {
    place = "a path that leaves its folder, '" + path + "'";
  } else if (!path.empty()) {
    place = "another file, '" + path + "'";
  }
  return Refuse(
      "weights of tensor '" + head.name + "' are said to be in " + place +
          "; no other file is ever opened",
      "Save the model into one file: onnx.save(model, path, save_as_external_data=False).");
}

Status CheckSizes(const TensorHead& head) {
  uint64_t elements = 1;
  for (uint64_t dim : head.dims) {
    if (dim > kElementsMax || (dim > 0 && elements > kElementsMax / dim)) {
      return Refuse("tensor '" + head.name + "' states an absurd size");
    }
    elements *= dim;
  }
  if (head.data_type <= 0 || head.data_type >= static_cast<int64_t>(kElementTypes.size())) {
    return Refuse("tensor '" + head.name + "' has the unknown element type " +
                  std::to_string(head.data_type));
  }
  const ElementType& type = kElementTypes[static_cast<size_t>(head.data_type)];
  if (head.has_raw) {
    if (type.bits == 0) return Refuse("tensor '" + head.name + "' has texts as raw bytes");
    if (head.raw_bytes != (elements * type.bits + 7) / 8) {
      return Refuse("tensor '" + head.name + "' states another size than the bytes it has");
    }
    return OkStatus();
  }
  // Complex numbers take two values each, 4-bit types share one.
  const bool complex = type.name.starts_with("complex");
  const uint64_t expected = complex ? elements * 2 : type.bits == 4 ? (elements + 1) / 2 : elements;
  if (head.typed_values != expected) {
    return Refuse("tensor '" + head.name + "' states another size than the values it has");
  }
  return OkStatus();
}

Result<TensorInfo> ParseType(std::string_view bytes, int depth);

Result<std::vector<int64_t>> ParseShape(std::string_view bytes) {
  std::vector<int64_t> shape;
  WireReader reader(bytes);
  while (reader.Next()) {
    if (reader.field() != 1) continue;
    int64_t dim = -1;
    WireReader dimension(reader.bytes());
    while (dimension.Next()) {
      if (dimension.field() == 1) dim = dimension.signed_number();
    }
    if (!dimension.ok()) return Damaged("shapes");
    if (dim > std::numeric_limits<int32_t>::max()) return Refuse("a shape states an absurd size");
    shape.push_back(dim < 0 ? -1 : dim);
    if (shape.size() > kDimensionsMax) return Refuse("a shape has more than 32 dimensions");
  }
  if (!reader.ok()) return Damaged("shapes");
  return shape;
}

Result<TensorInfo> ParseTensorType(std::string_view bytes) {
  TensorInfo info;
  info.element_type = "undefined";
  WireReader reader(bytes);
  while (reader.Next()) {
    if (reader.field() == 1) info.element_type = OnnxElementType(reader.signed_number());
    if (reader.field() == 2) {
      TRY_ASSIGN(info.shape, ParseShape(reader.bytes()));
    }
  }
  if (!reader.ok()) return Damaged("types");
  return info;
}

/// sequence, optional (one element type) and map (key 1, value 2).
Result<TensorInfo> ParseNestedType(std::string_view kind, std::string_view bytes, int depth) {
  std::string inner;
  WireReader reader(bytes);
  while (reader.Next()) {
    if (reader.is_bytes()) {
      TRY_ASSIGN(const TensorInfo element, ParseType(reader.bytes(), depth + 1));
      inner += (inner.empty() ? "" : ",") + element.element_type;
    } else if (reader.field() == 1) {
      inner += OnnxElementType(reader.signed_number());
    }
  }
  if (!reader.ok()) return Damaged("types");
  return TensorInfo{.name = {}, .element_type = std::string(kind) + "(" + inner + ")", .shape = {}};
}

Result<TensorInfo> ParseType(std::string_view bytes, int depth) {
  if (depth > kTypeDepthMax) return Refuse("a type is nested too deep");
  TensorInfo info;
  info.element_type = "undefined";
  WireReader reader(bytes);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1: {
        TRY_ASSIGN(info, ParseTensorType(reader.bytes()));
        break;
      }
      case 4: {
        TRY_ASSIGN(info, ParseNestedType("sequence", reader.bytes(), depth));
        break;
      }
      case 5: {
        TRY_ASSIGN(info, ParseNestedType("map", reader.bytes(), depth));
        break;
      }
      case 8: info = {.name = {}, .element_type = "sparse", .shape = {}}; break;
      case 9: {
        TRY_ASSIGN(info, ParseNestedType("optional", reader.bytes(), depth));
        break;
      }
      default: break;
    }
  }
  if (!reader.ok()) return Damaged("types");
  return info;
}

}  // namespace

std::string OnnxElementType(int64_t data_type) {
  if (data_type < 0 || data_type >= static_cast<int64_t>(kElementTypes.size())) {
    return "type " + std::to_string(data_type);
  }
  return std::string(kElementTypes[static_cast<size_t>(data_type)].name);
}

Result<std::string> CheckTensor(std::string_view bytes) {
  TensorHead head;
  WireReader reader(bytes);
  while (reader.Next()) {
    if (!ReadField(reader, &head)) return Damaged("weights");
  }
  if (!reader.ok()) return Damaged("weights");
  if (head.external) return RefuseExternal(head);
  TRY(CheckSizes(head));
  return head.name;
}

Result<std::string> CheckSparseTensor(std::string_view bytes) {
  std::string name;
  uint64_t elements = 1;
  WireReader reader(bytes);
  while (reader.Next()) {
    if (reader.field() == 1 || reader.field() == 2) {
      TRY_ASSIGN(std::string part, CheckTensor(reader.bytes()));
      if (reader.field() == 1) name = std::move(part);
    }
    if (reader.field() != 3) continue;
    std::vector<uint64_t> dims;
    if (!AddDims(reader, &dims)) return Damaged("weights");
    for (uint64_t dim : dims) {
      if (dim > kElementsMax || (dim > 0 && elements > kElementsMax / dim)) {
        return Refuse("tensor '" + name + "' states an absurd size");
      }
      elements *= dim;
    }
  }
  if (!reader.ok()) return Damaged("weights");
  return name;
}

Result<TensorInfo> ParseValueInfo(std::string_view bytes) {
  TensorInfo info;
  std::string name;
  WireReader reader(bytes);
  while (reader.Next()) {
    if (reader.field() == 1) name = reader.bytes();
    if (reader.field() == 2) {
      TRY_ASSIGN(info, ParseType(reader.bytes(), 0));
    }
  }
  if (!reader.ok()) return Damaged("inputs and outputs");
  info.name = std::move(name);
  return info;
}

}  // namespace millrace
