// SPDX-License-Identifier: Apache-2.0
#include "formats/json/tokenizer.h"

#include <simdjson.h>

#include <algorithm>

#include "base/utf8.h"

namespace millrace {
namespace {

/// Length of the valid UTF-8 in front.
size_t ValidPrefix(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    const CodePoint point = DecodeCodePoint(text.substr(at));
    if (!point.valid) break;
    at += point.bytes;
  }
  return at;
}

bool IsOperator(char c) {
  return c == '{' || c == '}' || c == '[' || c == ']' || c == ':' || c == ',';
}

bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

}  // namespace

struct Tokenizer::Simd {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> parser;

  bool Reserve(size_t size) {
    const size_t capacity = std::max<size_t>(size, 64);
    if (parser == nullptr) {
      return simdjson::get_active_implementation()->create_dom_parser_implementation(
                 capacity, 1, parser) == simdjson::SUCCESS;
    }
    return parser->capacity() >= capacity || parser->set_capacity(capacity) == simdjson::SUCCESS;
  }
};

Tokenizer::Tokenizer() : simd_(std::make_unique<Simd>()) {}
Tokenizer::~Tokenizer() = default;

bool Tokenizer::IndexGroup(std::string_view bytes) {
  if (bytes.empty() || !simd_->Reserve(bytes.size())) return false;
  const auto error = simd_->parser->stage1(reinterpret_cast<const uint8_t*>(bytes.data()),
                                           bytes.size(), simdjson::stage1_mode::regular);
  if (error != simdjson::SUCCESS) return false;
  begin_ = simd_->parser->structural_indexes.get();
  end_ = begin_ + simd_->parser->n_structural_indexes;
  return true;
}

std::optional<std::string> Tokenizer::IndexRecord(std::string_view record) {
  tokens_.clear();
  size_t i = 0;
  bool in_scalar = false;
  while (i < record.size()) {
    const char c = record[i];
    if (c == '"') {
      tokens_.push_back(static_cast<uint32_t>(i++));
      while (i < record.size() && record[i] != '"') i += record[i] == '\\' ? 2 : 1;
      in_scalar = false;
    } else if (IsOperator(c)) {
      tokens_.push_back(static_cast<uint32_t>(i));
      in_scalar = false;
    } else if (IsSpace(c)) {
      in_scalar = false;
    } else {
      if (!in_scalar) tokens_.push_back(static_cast<uint32_t>(i));
      in_scalar = true;
    }
    ++i;
  }
  if (!simdjson::validate_utf8(record.data(), record.size())) {
    return "invalid UTF-8 at byte " + std::to_string(ValidPrefix(record));
  }
  const size_t count = tokens_.size();
  tokens_.resize(count + 2, static_cast<uint32_t>(record.size()));
  begin_ = tokens_.data();
  end_ = begin_ + count;
  return std::nullopt;
}

}  // namespace millrace
