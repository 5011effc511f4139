// SPDX-License-Identifier: Apache-2.0
#include "functions/json/json_filter.h"

#include <cstdlib>
#include <optional>
#include <vector>

#include "functions/json/json_path.h"

namespace millrace {
namespace {

constexpr int kMaxDepth = 50;

/// One side of a comparison.
class Operand {
 public:
  static Operand Constant(JsonNode value) {
    Operand operand;
    operand.constant_ = std::move(value);
    return operand;
  }
  static Operand Path(std::string_view path) {
    Operand operand;
    operand.from_root_ = path.starts_with('$');
    operand.path_ = JsonPath::Compile(path);
    return operand;
  }
  bool valid() const { return !path_.has_value() || path_->error().empty(); }
  bool is_path() const { return path_.has_value(); }

  std::optional<JsonNode> Value(const JsonNode& element, const JsonNode& root) const {
    if (!path_.has_value()) return constant_;
    return path_->Find(from_root_ ? root : element).value;
  }

 private:
  JsonNode constant_;
  std::optional<JsonPath> path_;
  bool from_root_ = false;
};

bool IsNumber(const JsonNode& node) {
  return node.kind == JsonNode::Kind::kInteger || node.kind == JsonNode::Kind::kDecimal;
}

/// -1, 0 or 1; disengaged if the two do not compare.
std::optional<int> Compare(const JsonNode& a, const JsonNode& b) {
  const auto sign = [](auto x, auto y) { return x < y ? -1 : x > y ? 1 : 0; };
  if (IsNumber(a) && IsNumber(b)) {
    return sign(std::strtod(a.text.c_str(), nullptr), std::strtod(b.text.c_str(), nullptr));
  }
  if (a.kind != b.kind) return std::nullopt;
  switch (a.kind) {
    case JsonNode::Kind::kString: return sign(a.text, b.text);
    case JsonNode::Kind::kBoolean: return sign(a.boolean, b.boolean);
    case JsonNode::Kind::kNull: return 0;
    default: {
      std::string left;
      std::string right;
      AppendJson(a, &left);
      AppendJson(b, &right);
      if (left != right) return std::nullopt;
      return 0;
    }
  }
}

class Comparison : public JsonFilter {
 public:
  Comparison(Operand left, std::string op, Operand right)
      : left_(std::move(left)), op_(std::move(op)), right_(std::move(right)) {}
  bool Accepts(const JsonNode& element, const JsonNode& root) const override {
    const auto left = left_.Value(element, root);
    const auto right = right_.Value(element, root);
    if (!left.has_value() || !right.has_value()) return op_ == "!=";
    const std::optional<int> order = Compare(*left, *right);
    if (op_ == "!=") return order != 0;
    if (!order.has_value()) return false;
    if (op_ == "==") return *order == 0;
    const bool ordered = left->kind != JsonNode::Kind::kBoolean && !left->is_container() &&
                         left->kind != JsonNode::Kind::kNull;
    if (!ordered) return false;
    if (op_ == "<") return *order < 0;
    if (op_ == "<=") return *order <= 0;
    return op_ == ">" ? *order > 0 : *order >= 0;
  }

 private:
  Operand left_;
  std::string op_;
  Operand right_;
};

class Existence : public JsonFilter {
 public:
  explicit Existence(Operand path) : path_(std::move(path)) {}
  bool Accepts(const JsonNode& element, const JsonNode& root) const override {
    return path_.Value(element, root).has_value();
  }

 private:
  Operand path_;
};

class Logical : public JsonFilter {
 public:
  enum class Kind { kAnd, kOr, kNot };
  Logical(Kind kind, std::vector<std::unique_ptr<JsonFilter>> parts)
      : kind_(kind), parts_(std::move(parts)) {}
  bool Accepts(const JsonNode& element, const JsonNode& root) const override {
    for (const auto& part : parts_) {
      const bool accepts = part->Accepts(element, root);
      if (kind_ == Kind::kNot) return !accepts;
      if (accepts == (kind_ == Kind::kOr)) return accepts;
    }
    return kind_ == Kind::kAnd;
  }

 private:
  Kind kind_;
  std::vector<std::unique_ptr<JsonFilter>> parts_;
};

class FilterParser {
 public:
  explicit FilterParser(std::string_view* text) : rest_(*text), text_(text) {}

  std::unique_ptr<JsonFilter> Run() {
    if (!Take("(")) return nullptr;
    auto filter = Any(0);
    if (filter == nullptr || !Take(")")) return nullptr;
    *text_ = rest_;
    return filter;
  }

 private:
  using Part = std::unique_ptr<JsonFilter>;

  void SkipBlanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size())); }
  bool Take(std::string_view word) {
    SkipBlanks();
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  Part Chain(int depth, std::string_view op, Logical::Kind kind, Part (FilterParser::*next)(int)) {
    std::vector<Part> parts;
    do {
      parts.push_back((this->*next)(depth));
      if (parts.back() == nullptr) return nullptr;
    } while (Take(op));
    if (parts.size() == 1) return std::move(parts[0]);
    return std::make_unique<Logical>(kind, std::move(parts));
  }
  Part Any(int depth) { return Chain(depth, "||", Logical::Kind::kOr, &FilterParser::All); }
  Part All(int depth) { return Chain(depth, "&&", Logical::Kind::kAnd, &FilterParser::One); }

  Part One(int depth) {
    if (depth > kMaxDepth) return nullptr;
    SkipBlanks();
    if (rest_.starts_with('!') && !rest_.starts_with("!=")) {
      Take("!");
      std::vector<Part> parts;
      parts.push_back(One(depth + 1));
      if (parts[0] == nullptr) return nullptr;
      return std::make_unique<Logical>(Logical::Kind::kNot, std::move(parts));
    }
    if (Take("(")) {
      Part inner = Any(depth + 1);
      return inner != nullptr && Take(")") ? std::move(inner) : nullptr;
    }
    auto left = ReadOperand();
    if (!left.has_value()) return nullptr;
    for (const char* op : {"==", "!=", "<=", ">=", "<", ">"}) {
      if (!Take(op)) continue;
      auto right = ReadOperand();
      if (!right.has_value()) return nullptr;
      return std::make_unique<Comparison>(*std::move(left), op, *std::move(right));
    }
    return left->is_path() ? std::make_unique<Existence>(*std::move(left)) : nullptr;
  }

  std::optional<Operand> ReadOperand() {
    SkipBlanks();
    if (rest_.empty()) return std::nullopt;
    if (rest_[0] == '\'' || rest_[0] == '"') return ReadText();
    if (rest_[0] == '@' || rest_[0] == '$') return ReadPath();
    const size_t end = std::min(rest_.find_first_of(" )=!<>&|"), rest_.size());
    const auto node = ParseJson(rest_.substr(0, end));
    if (!node.has_value() || node->is_container()) return std::nullopt;
    rest_.remove_prefix(end);
    return Operand::Constant(*node);
  }

  std::optional<Operand> ReadText() {
    const char quote = rest_[0];
    rest_.remove_prefix(1);
    std::string value;
    while (!rest_.empty() && rest_[0] != quote) {
      if (rest_[0] == '\\' && rest_.size() > 1) rest_.remove_prefix(1);
      value.push_back(rest_[0]);
      rest_.remove_prefix(1);
    }
    if (rest_.empty()) return std::nullopt;
    rest_.remove_prefix(1);
    return Operand::Constant(JsonNode::String(std::move(value)));
  }

  /// A path ends outside brackets at a blank, an operator or the closing parenthesis.
  std::optional<Operand> ReadPath() {
    size_t end = 1;
    int brackets = 0;
    while (end < rest_.size()) {
      const char c = rest_[end];
      if (c == '[') ++brackets;
      if (c == ']') --brackets;
      if (brackets == 0 && std::string_view(" )=!<>&|,(").find(c) != std::string_view::npos) break;
      ++end;
    }
    if (end < rest_.size() && rest_[end] == '(') return std::nullopt;
    Operand operand = Operand::Path(rest_.substr(0, end));
    if (!operand.valid()) return std::nullopt;
    rest_.remove_prefix(end);
    return operand;
  }

  std::string_view rest_;
  std::string_view* text_;
};

}  // namespace

std::unique_ptr<JsonFilter> JsonFilter::Parse(std::string_view* text) {
  return FilterParser(text).Run();
}

}  // namespace millrace
