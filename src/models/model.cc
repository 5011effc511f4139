// SPDX-License-Identifier: Apache-2.0
#include "models/model.h"

#include <algorithm>

namespace millrace {

std::string TensorInfo::ToString() const {
  if (element_type.ends_with(')')) return element_type;  // a sequence or map has no shape
  std::string text = element_type + "[";
  for (size_t i = 0; i < shape.size(); ++i) {
    if (i > 0) text += ",";
    text += shape[i] >= 0 ? std::to_string(shape[i]) : i == 0 ? "N" : "?";
  }
  return text + "]";
}

void ModelBackendRegistry::Register(std::unique_ptr<ModelBackend> backend) {
  backends_.push_back(std::move(backend));
}

ModelBackend* ModelBackendRegistry::Find(std::string_view provider) const {
  for (const auto& backend : backends_) {
    if (backend->provider() == provider) return backend.get();
  }
  return nullptr;
}

std::vector<std::string> ModelBackendRegistry::Names() const {
  std::vector<std::string> names;
  for (const auto& backend : backends_) names.emplace_back(backend->provider());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace millrace
