// SPDX-License-Identifier: Apache-2.0
#include "models/onnx/tensor_binding.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "models/onnx/signature_table.h"

namespace millrace {
namespace {

std::optional<TensorElement> ElementOf(std::string_view name) {
  if (name == "float32") return TensorElement::kFloat;
  if (name == "float64") return TensorElement::kDouble;
  if (name == "int64") return TensorElement::kInt64;
  if (name == "int32") return TensorElement::kInt32;
  if (name == "bool") return TensorElement::kBool;
  if (name == "string") return TensorElement::kString;
  return std::nullopt;
}

bool IsInteger(TensorElement element) {
  return element == TensorElement::kInt64 || element == TensorElement::kInt32;
}

bool Feeds(const DataType& type, TensorElement element) {
  switch (element) {
    case TensorElement::kFloat:
    case TensorElement::kDouble:
      return type.is_integer() || type.is_approximate() || type.kind() == TypeKind::kBoolean;
    case TensorElement::kInt64:
    case TensorElement::kInt32: return type.is_integer();
    case TensorElement::kBool: return type.kind() == TypeKind::kBoolean;
    case TensorElement::kString: return type.is_character();
  }
  return false;
}

/// `named`: the user said so, by the column's name or the option.
bool Reads(const DataType& type, TensorElement element, bool named) {
  switch (element) {
    case TensorElement::kFloat:
    case TensorElement::kDouble: return type.is_approximate();
    case TensorElement::kInt64:
    case TensorElement::kInt32: return type.is_integer() || (named && type.is_approximate());
    case TensorElement::kBool: return type.kind() == TypeKind::kBoolean;
    case TensorElement::kString: return type.is_string_type();
  }
  return false;
}

const DataType& ItemType(const DataType& type) {
  return type.kind() == TypeKind::kArray ? type.element() : type;
}

/// "column:tensor" or "column:tensor[1]".
struct Mapping {
  std::string column;
  std::string tensor;
  int64_t index = -1;
};

std::optional<Mapping> ParseMapping(const std::string& text) {
  const size_t colon = text.find(':');
  if (colon == 0 || colon == std::string::npos || colon + 1 == text.size()) return std::nullopt;
  Mapping mapping{text.substr(0, colon), text.substr(colon + 1)};
  const size_t bracket = mapping.tensor.rfind('[');
  if (bracket == std::string::npos || !mapping.tensor.ends_with(']')) return mapping;
  const char* begin = mapping.tensor.data() + bracket + 1;
  const char* end = mapping.tensor.data() + mapping.tensor.size() - 1;
  const auto [stop, error] = std::from_chars(begin, end, mapping.index);
  if (error != std::errc() || stop != end || mapping.index < 0) return std::nullopt;
  mapping.tensor.resize(bracket);
  return mapping;
}

std::optional<size_t> FindTensor(const std::vector<TensorInfo>& tensors, std::string_view name) {
  for (size_t i = 0; i < tensors.size(); ++i) {
    if (tensors[i].name == name) return i;
  }
  return std::nullopt;
}

std::string Describe(const Column& column) { return column.name + " " + column.type.ToString(); }
std::string Describe(const TensorInfo& info) { return info.name + " " + info.ToString(); }

class TensorBinder {
 public:
  TensorBinder(const ModelDefinition& model, const ModelSignature& signature)
      : model_(model), signature_(signature) {}

  Result<ModelBinding> Bind() {
    TRY(BindInputs());
    TRY(BindOutputs());
    return std::move(binding_);
  }

 private:
  std::unexpected<Error> Mismatch(const std::string& reason, std::string hint = {}) const {
    return UserError("MR0603", "model '" + model_.name + "' does not fit its file: " + reason,
                     SignatureTable(model_, signature_), std::move(hint));
  }
  Result<std::vector<Mapping>> Mappings(const std::string& option, const Schema& columns,
                                        const std::vector<TensorInfo>& tensors) const;
  Status BindInputs();
  Result<std::vector<std::vector<size_t>>> GroupInputs() const;
  Status AddInput(const TensorInfo& info, const std::vector<size_t>& columns);
  Status SizeInput(const TensorInfo& info, InputBinding* input) const;
  Status BindOutputs();
  Status AddOutput(size_t column, size_t tensor, int64_t index, bool named);
  std::unexpected<Error> NoOutput(const Column& column) const;

  const ModelDefinition& model_;
  const ModelSignature& signature_;
  ModelBinding binding_;
};

Result<std::vector<Mapping>> TensorBinder::Mappings(const std::string& option,
                                                    const Schema& columns,
                                                    const std::vector<TensorInfo>& tensors) const {
  std::vector<Mapping> mappings;
  for (const std::string& text : model_.options.GetList(option)) {
    const auto mapping = ParseMapping(text);
    if (!mapping) {
      return UserError("MR0503",
                       "option '" + option + "' of model '" + model_.name +
                           "' must be 'column:tensor;..', not '" + text + "'",
                       "", "An element of a row is chosen as 'score:probabilities[1]'.");
    }
    if (!columns.Find(mapping->column)) {
      return Mismatch("option '" + option + "' names the column '" + mapping->column +
                      "', which is not declared");
    }
    if (!FindTensor(tensors, mapping->tensor)) {
      return Mismatch("option '" + option + "' names the tensor '" + mapping->tensor +
                      "', which is not in the file");
    }
    mappings.push_back(*mapping);
  }
  return mappings;
}

Result<std::vector<std::vector<size_t>>> TensorBinder::GroupInputs() const {
  const std::vector<TensorInfo>& tensors = signature_.inputs;
  std::vector<std::vector<size_t>> groups(tensors.size());
  TRY_ASSIGN(const std::vector<Mapping> mappings, Mappings("inputs", model_.input, tensors));
  size_t by_name = 0;
  for (const Column& column : model_.input) by_name += FindTensor(tensors, column.name) ? 1 : 0;
  const bool named = !mappings.empty() || (tensors.size() > 1 && by_name == model_.input.size());
  if (!named && tensors.size() > 1 && tensors.size() != model_.input.size()) {
    return Mismatch("it has " + std::to_string(tensors.size()) + " input tensors, INPUT declares " +
                        std::to_string(model_.input.size()) + " column(s)",
                    "Say which column feeds which tensor: 'inputs' = 'column:tensor;..'.");
  }
  for (size_t i = 0; i < model_.input.size(); ++i) {
    std::optional<size_t> tensor = tensors.size() == 1 ? 0 : i;
    if (named) {
      const auto found = std::find_if(
          mappings.begin(), mappings.end(),
          [&](const Mapping& mapping) { return mapping.column == model_.input[i].name; });
      tensor = FindTensor(tensors, found == mappings.end() ? model_.input[i].name : found->tensor);
    }
    if (!tensor) return Mismatch("input column '" + model_.input[i].name + "' feeds no tensor");
    groups[*tensor].push_back(i);
  }
  return groups;
}

Status TensorBinder::BindInputs() {
  if (signature_.inputs.empty()) return Mismatch("it takes no inputs");
  TRY_ASSIGN(const auto groups, GroupInputs());
  binding_.symbolic_batch = true;
  for (size_t i = 0; i < groups.size(); ++i) {
    const TensorInfo& info = signature_.inputs[i];
    if (groups[i].empty()) return Mismatch("no column feeds the tensor " + Describe(info));
    TRY(AddInput(info, groups[i]));
  }
  return OkStatus();
}

Status TensorBinder::AddInput(const TensorInfo& info, const std::vector<size_t>& columns) {
  InputBinding input{.tensor = info.name, .shape = info.shape, .columns = columns};
  const auto element = ElementOf(info.element_type);
  if (!element) {
    return Mismatch("the element type of " + Describe(info) + " is not supported",
                    "float32, float64, int64, int32, bool and string tensors are.");
  }
  input.element = *element;
  for (size_t column : columns) {
    const DataType& type = model_.input[column].type;
    input.array |= type.kind() == TypeKind::kArray;
    if (!Feeds(ItemType(type), *element)) {
      return Mismatch("column " + Describe(model_.input[column]) + " cannot feed " +
                      Describe(info));
    }
  }
  if (input.array && columns.size() > 1) {
    return Mismatch("an ARRAY column and other columns feed the same tensor " + Describe(info));
  }
  if (!info.shape.empty() && info.shape[0] > 1) {
    return Mismatch("tensor " + Describe(info) + " has a fixed batch size",
                    "Export the model with a symbolic first dimension.");
  }
  binding_.symbolic_batch &= !info.shape.empty() && info.shape[0] == -1;
  TRY(SizeInput(info, &input));
  binding_.inputs.push_back(std::move(input));
  return OkStatus();
}

/// Finds how many values a row has, and that the columns give as many.
Status TensorBinder::SizeInput(const TensorInfo& info, InputBinding* input) const {
  const auto given = static_cast<int64_t>(input->columns.size());
  int64_t fixed = 1;
  int symbolic = 0;
  for (size_t i = 1; i < info.shape.size(); ++i) {
    if (info.shape[i] < 0) ++symbolic;
    if (info.shape[i] >= 0) fixed *= info.shape[i];
    if (fixed > (int64_t{1} << 24)) return Mismatch("a row of " + Describe(info) + " is too large");
  }
  if (symbolic > 1 || (symbolic == 1 && info.shape.size() > 2)) {
    return Mismatch("tensor " + Describe(info) + " has symbolic dimensions besides the batch",
                    "Export the model with fixed inner dimensions.");
  }
  if (input->array) {
    input->row_size = symbolic == 1 ? -1 : fixed;
    return OkStatus();
  }
  input->row_size = symbolic == 1 ? given : fixed;
  if (input->row_size != given) {
    return Mismatch("tensor " + Describe(info) + " takes " + std::to_string(fixed) +
                    " value(s) per row, " + std::to_string(given) + " column(s) feed it");
  }
  if (symbolic == 1) input->shape[1] = given;
  return OkStatus();
}

std::unexpected<Error> TensorBinder::NoOutput(const Column& column) const {
  for (const TensorInfo& info : signature_.outputs) {
    if (!info.element_type.starts_with("sequence(map")) continue;
    return Mismatch("output " + Describe(info) + " is a list of maps, not a tensor",
                    "Export with options={id(model): {'zipmap': False}} (LightGBM: zipmap=False).");
  }
  return Mismatch("no tensor of the file fits the output column " + Describe(column),
                  "Say which one it reads: 'outputs' = 'column:tensor;..', or "
                  "'column:tensor[i]' for one element of a row.");
}

Status TensorBinder::AddOutput(size_t column, size_t tensor, int64_t index, bool named) {
  const Column& declared = model_.output[column];
  const TensorInfo& info = signature_.outputs[tensor];
  const auto element = ElementOf(info.element_type);
  if (!element) return NoOutput(declared);
  const bool array = declared.type.kind() == TypeKind::kArray;
  if (!Reads(ItemType(declared.type), *element, named)) {
    return Mismatch("column " + Describe(declared) + " cannot read " + Describe(info));
  }
  if (array && index >= 0) return Mismatch("an ARRAY column reads a whole row, without [i]");
  const int64_t row = info.shape.size() == 2 ? info.shape[1] : info.shape.size() < 2 ? 1 : -1;
  if (index >= 0 && row >= 0 && index >= row) {
    return Mismatch("a row of " + Describe(info) + " has no element " + std::to_string(index));
  }
  if (!array && index < 0 && row > 1 && !declared.type.is_approximate()) {
    return Mismatch("column " + Describe(declared) + " reads one of " + std::to_string(row) +
                        " values of " + info.name,
                    "Choose one: 'outputs' = '" + declared.name + ":" + info.name + "[0]'.");
  }
  size_t slot = 0;
  while (slot < binding_.output_tensors.size() && binding_.output_tensors[slot].name != info.name) {
    ++slot;
  }
  if (slot == binding_.output_tensors.size()) {
    binding_.output_tensors.push_back({info.name, *element, info.shape});
  }
  binding_.outputs[column] = {.column = column, .tensor = slot, .array = array, .index = index};
  return OkStatus();
}

Status TensorBinder::BindOutputs() {
  const std::vector<TensorInfo>& tensors = signature_.outputs;
  TRY_ASSIGN(const std::vector<Mapping> mappings, Mappings("outputs", model_.output, tensors));
  binding_.outputs.resize(model_.output.size());
  std::vector<bool> done(model_.output.size(), false);
  std::vector<bool> used(tensors.size(), false);
  for (size_t i = 0; i < model_.output.size(); ++i) {
    const std::string& name = model_.output[i].name;
    const auto mapping = std::find_if(mappings.begin(), mappings.end(),
                                      [&](const Mapping& entry) { return entry.column == name; });
    const auto tensor = FindTensor(tensors, mapping == mappings.end() ? name : mapping->tensor);
    if (!tensor) continue;
    TRY(AddOutput(i, *tensor, mapping == mappings.end() ? -1 : mapping->index, true));
    done[i] = used[*tensor] = true;
  }
  // The others, in their order: the first free tensor of a type that fits.
  for (size_t i = 0; i < model_.output.size(); ++i) {
    if (done[i]) continue;
    for (size_t tensor = 0; tensor < tensors.size() && !done[i]; ++tensor) {
      const auto element = ElementOf(tensors[tensor].element_type);
      const DataType& type = ItemType(model_.output[i].type);
      if (used[tensor] || !element || !Reads(type, *element, false)) continue;
      TRY(AddOutput(i, tensor, -1, IsInteger(*element)));
      done[i] = used[tensor] = true;
    }
    if (!done[i]) return NoOutput(model_.output[i]);
  }
  return OkStatus();
}

}  // namespace

Result<ModelBinding> BindTensors(const ModelDefinition& model, const ModelSignature& signature) {
  return TensorBinder(model, signature).Bind();
}

}  // namespace millrace
