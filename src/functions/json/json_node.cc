// SPDX-License-Identifier: Apache-2.0
#include "functions/json/json_node.h"

#include <algorithm>
#include <charconv>
#include <numeric>

namespace millrace {

bool LessUtf16(std::string_view a, std::string_view b) {
  const size_t common = std::min(a.size(), b.size());
  for (size_t i = 0; i < common; ++i) {
    const auto left = static_cast<uint8_t>(a[i]);
    const auto right = static_cast<uint8_t>(b[i]);
    if (left == right) continue;
    const bool left_surrogate = left >= 0xF0;
    const bool right_surrogate = right >= 0xF0;
    if (left >= 0xEE && right >= 0xEE && left_surrogate != right_surrogate) return left_surrogate;
    return left < right;
  }
  return a.size() < b.size();
}

const JsonNode* JsonNode::Member(std::string_view name) const {
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return &items[i];
  }
  return nullptr;
}

void JsonNode::Put(std::string name, JsonNode value) {
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) {
      items[i] = std::move(value);
      return;
    }
  }
  names.push_back(std::move(name));
  items.push_back(std::move(value));
}

JsonNode JsonNode::Boolean(bool value) {
  JsonNode node;
  node.kind = Kind::kBoolean;
  node.boolean = value;
  return node;
}

JsonNode JsonNode::String(std::string value) {
  JsonNode node;
  node.kind = Kind::kString;
  node.text = std::move(value);
  return node;
}

JsonNode JsonNode::Integer(std::string digits) {
  JsonNode node;
  node.kind = Kind::kInteger;
  node.text = std::move(digits);
  return node;
}

JsonNode JsonNode::Decimal(std::string_view text) {
  JsonNode node;
  node.kind = Kind::kDecimal;
  node.text = BigDecimalText(text).value_or(std::string(text));
  return node;
}

std::optional<std::string> BigDecimalText(std::string_view number) {
  const bool negative = number.starts_with('-');
  if (negative) number.remove_prefix(1);
  int64_t exponent = 0;
  const size_t mark = number.find_first_of("eE");
  if (mark != std::string_view::npos) {
    std::string_view written = number.substr(mark + 1);
    if (written.starts_with('+')) written.remove_prefix(1);
    const auto [end, error] =
        std::from_chars(written.data(), written.data() + written.size(), exponent);
    if (error != std::errc() || exponent > 2147483647 || exponent < -2147483647) {
      return std::nullopt;
    }
    number = number.substr(0, mark);
  }
  const size_t point = number.find('.');
  std::string digits(number.substr(0, point));
  int64_t scale = -exponent;
  if (point != std::string_view::npos) {
    digits.append(number.substr(point + 1));
    scale += static_cast<int64_t>(number.size() - point - 1);
  }
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  std::string text = negative && digits != "0" ? "-" : "";
  const int64_t adjusted = static_cast<int64_t>(digits.size()) - 1 - scale;
  if (scale == 0) return text + digits;
  if (scale > 0 && adjusted >= -6) {
    if (static_cast<int64_t>(digits.size()) <= scale) {
      digits.insert(0, static_cast<size_t>(scale) - digits.size() + 1, '0');
    }
    digits.insert(digits.size() - static_cast<size_t>(scale), ".");
    return text + digits;
  }
  text += digits.substr(0, 1);
  if (digits.size() > 1) text += "." + digits.substr(1);
  if (adjusted != 0) text += (adjusted > 0 ? "E+" : "E") + std::to_string(adjusted);
  return text;
}

void AppendJsonText(std::string_view text, std::string* out) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  out->push_back('"');
  for (const char c : text) {
    switch (c) {
      case '"': out->append("\\\""); break;
      case '\\': out->append("\\\\"); break;
      case '\b': out->append("\\b"); break;
      case '\f': out->append("\\f"); break;
      case '\n': out->append("\\n"); break;
      case '\r': out->append("\\r"); break;
      case '\t': out->append("\\t"); break;
      default:
        if (static_cast<uint8_t>(c) < 0x20) {
          out->append("\\u00");
          out->push_back(kDigits[c >> 4]);
          out->push_back(kDigits[c & 15]);
        } else {
          out->push_back(c);
        }
    }
  }
  out->push_back('"');
}

std::string ScalarText(const JsonNode& node) {
  switch (node.kind) {
    case JsonNode::Kind::kNull: return "null";
    case JsonNode::Kind::kBoolean: return node.boolean ? "true" : "false";
    default: return node.text;
  }
}

void AppendJson(const JsonNode& node, std::string* out) {
  switch (node.kind) {
    case JsonNode::Kind::kString: return AppendJsonText(node.text, out);
    case JsonNode::Kind::kArray:
      out->push_back('[');
      for (size_t i = 0; i < node.items.size(); ++i) {
        if (i > 0) out->push_back(',');
        AppendJson(node.items[i], out);
      }
      out->push_back(']');
      return;
    case JsonNode::Kind::kObject: {
      std::vector<size_t> order(node.items.size());
      std::iota(order.begin(), order.end(), size_t{0});
      std::sort(order.begin(), order.end(),
                [&](size_t a, size_t b) { return LessUtf16(node.names[a], node.names[b]); });
      out->push_back('{');
      for (size_t i = 0; i < order.size(); ++i) {
        if (i > 0) out->push_back(',');
        AppendJsonText(node.names[order[i]], out);
        out->push_back(':');
        AppendJson(node.items[order[i]], out);
      }
      out->push_back('}');
      return;
    }
    default: out->append(ScalarText(node));
  }
}

}  // namespace millrace
