// SPDX-License-Identifier: Apache-2.0
#include "cli/secrets.h"

#include <algorithm>
#include <optional>

namespace millrace {
namespace {

constexpr size_t kShortestSecret = 4;
constexpr std::string_view kMask = "***";

std::optional<std::string> ValueOf(const std::string& name, const Environment& env) {
  if (!name.starts_with("file:")) {
    const std::string variable = name.starts_with("env:") ? name.substr(4) : name;
    return env.variables ? env.variables(variable) : std::nullopt;
  }
  auto text = env.disk->ReadAll(name.substr(5));
  if (!text) return std::nullopt;
  while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) text->pop_back();
  return *std::move(text);
}

}  // namespace

void Secrets::AddReferences(std::string_view text, const Environment& env) {
  size_t start = text.find("${");
  while (start != std::string_view::npos) {
    const size_t end = text.find('}', start);
    if (end == std::string_view::npos) break;
    auto value = ValueOf(std::string(text.substr(start + 2, end - start - 2)), env);
    if (value && value->size() >= kShortestSecret) values_.push_back(*std::move(value));
    start = text.find("${", start + 2);
  }
  std::sort(values_.begin(), values_.end(), [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() > b.size() : a < b;
  });
  values_.erase(std::unique(values_.begin(), values_.end()), values_.end());
}

std::string Secrets::Mask(std::string_view text) const {
  std::string masked(text);
  for (const std::string& value : values_) {
    size_t at = masked.find(value);
    while (at != std::string::npos) {
      masked.replace(at, value.size(), kMask);
      at = masked.find(value, at + kMask.size());
    }
  }
  return masked;
}

void Secrets::Mask(Diagnostic* diagnostic) const {
  for (std::string* text :
       {&diagnostic->message, &diagnostic->detail, &diagnostic->try_text, &diagnostic->next_step}) {
    *text = Mask(*text);
  }
  for (Label& label : diagnostic->labels) label.text = Mask(label.text);
  for (std::string& candidate : diagnostic->candidates) candidate = Mask(candidate);
}

}  // namespace millrace
