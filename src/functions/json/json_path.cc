// SPDX-License-Identifier: Apache-2.0
#include "functions/json/json_path.h"

#include <charconv>

#include "functions/json/json_filter.h"

namespace millrace {
namespace {

constexpr std::string_view kBlanks = " \t\n\r\f\v";

std::string_view Trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

bool StartsWithWord(std::string_view text, std::string_view word) {
  if (text.size() <= word.size() || kBlanks.find(text[word.size()]) == std::string_view::npos) {
    return false;
  }
  for (size_t i = 0; i < word.size(); ++i) {
    if ((text[i] | 0x20) != word[i]) return false;
  }
  return true;
}

}  // namespace

/// Reads the text of a path into tokens.
class JsonPathCompiler {
 public:
  explicit JsonPathCompiler(std::string_view spec) : spec_(spec) {}

  JsonPath Run() {
    std::string_view text = spec_;
    const std::string_view trimmed =
        text.substr(std::min(text.find_first_not_of(kBlanks), text.size()));
    for (const std::string_view mode : {"lax", "strict"}) {
      if (!StartsWithWord(trimmed, mode)) continue;
      path_.mode_ = mode == "lax" ? JsonPath::Mode::kLax : JsonPath::Mode::kStrict;
      text = trimmed.substr(mode.size());
      text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
      break;
    }
    std::string owned;
    if (text.starts_with('$') || text.starts_with('@')) {
      rest_ = Trim(text).substr(1);
    } else {
      owned = "." + std::string(text);
      rest_ = owned;
      rest_ = rest_.substr(0, rest_.find_last_not_of(kBlanks) + 1);
    }
    if (text.empty() || rest_.ends_with('.')) Fail();
    while (!rest_.empty() && path_.error_.empty()) Step();
    for (size_t i = 0; i < path_.tokens_.size(); ++i) {
      const JsonPath::Token& token = path_.tokens_[i];
      using K = JsonPath::Token::Kind;
      const bool leaf = i + 1 == path_.tokens_.size();
      const bool definite = (token.kind == K::kNames && (token.names.size() == 1 || leaf)) ||
                            (token.kind == K::kIndexes && token.indexes.size() == 1) ||
                            token.kind == K::kLength;
      path_.definite_ = path_.definite_ && definite;
    }
    return std::move(path_);
  }

 private:
  using Token = JsonPath::Token;

  void Fail() {
    path_.error_ = "the JSON path '" + std::string(spec_) + "' is not valid; it has the form " +
                   "'lax $.name[0]'";
  }
  void Unsupported(const char* what) {
    path_.error_ =
        std::string(what) + " in a JSON path is not supported: '" + std::string(spec_) + "'";
    path_.unsupported_ = true;
  }

  void Step() {
    if (rest_.starts_with('[')) return Bracket();
    if (!rest_.starts_with('.')) return Fail();
    rest_.remove_prefix(1);
    if (rest_.starts_with('.')) {
      path_.tokens_.push_back({.kind = Token::Kind::kScan});
      rest_.remove_prefix(1);
      if (rest_.starts_with('.')) return Fail();
    }
    if (rest_.empty()) return Fail();
    if (rest_.starts_with('[')) return Bracket();
    if (rest_.starts_with('*')) {
      path_.tokens_.push_back({.kind = Token::Kind::kWildcard});
      rest_.remove_prefix(1);
      return;
    }
    const size_t end = std::min(rest_.find_first_of(".[( "), rest_.size());
    if (end < rest_.size() && rest_[end] == '(') {
      if (rest_ != "length()" || Scans()) return Unsupported("this function");
      path_.tokens_.push_back({.kind = Token::Kind::kLength});
      rest_ = {};
      return;
    }
    if (end == 0 || (end < rest_.size() && rest_[end] == ' ')) return Fail();
    path_.tokens_.push_back(
        {.kind = Token::Kind::kNames, .names = {std::string(rest_.substr(0, end))}});
    rest_.remove_prefix(end);
  }

  void SkipBlanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size())); }

  void Bracket() {
    rest_.remove_prefix(1);
    SkipBlanks();
    if (rest_.starts_with('?')) return Filter();
    if (rest_.starts_with('\'') || rest_.starts_with('"')) return Names();
    if (rest_.starts_with('*')) {
      rest_.remove_prefix(1);
      SkipBlanks();
      if (!rest_.starts_with(']')) return Fail();
      rest_.remove_prefix(1);
      path_.tokens_.push_back({.kind = Token::Kind::kWildcard});
      return;
    }
    const size_t end = rest_.find(']');
    if (end == std::string_view::npos) return Fail();
    const std::string_view inner = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    if (inner.find(':') != std::string_view::npos) return Slice(inner);
    Indexes(inner);
  }

  bool Scans() const {
    return !path_.tokens_.empty() && path_.tokens_.back().kind == Token::Kind::kScan;
  }

  void Filter() {
    rest_.remove_prefix(1);
    SkipBlanks();
    Token token{.kind = Token::Kind::kFilter};
    token.filter = JsonFilter::Parse(&rest_);
    if (token.filter == nullptr || Scans()) return Unsupported("this filter");
    SkipBlanks();
    if (!rest_.starts_with(']')) return Fail();
    rest_.remove_prefix(1);
    path_.tokens_.push_back(std::move(token));
  }

  void Names() {
    Token token{.kind = Token::Kind::kNames};
    while (true) {
      SkipBlanks();
      if (rest_.empty() || (rest_[0] != '\'' && rest_[0] != '"')) return Fail();
      const char quote = rest_[0];
      rest_.remove_prefix(1);
      std::string name;
      while (!rest_.empty() && rest_[0] != quote) {
        if (rest_[0] == '\\' && rest_.size() > 1) rest_.remove_prefix(1);
        name.push_back(rest_[0]);
        rest_.remove_prefix(1);
      }
      if (rest_.empty()) return Fail();
      rest_.remove_prefix(1);
      token.names.push_back(std::move(name));
      SkipBlanks();
      if (rest_.starts_with(']')) break;
      if (!rest_.starts_with(',')) return Fail();
      rest_.remove_prefix(1);
    }
    rest_.remove_prefix(1);
    path_.tokens_.push_back(std::move(token));
  }

  static bool Number(std::string_view text, int64_t* number) {
    text = Trim(text);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number);
    return error == std::errc() && end == text.data() + text.size() && *number < (1LL << 31) &&
           *number >= -(1LL << 31);
  }

  void Slice(std::string_view inner) {
    Token token{.kind = Token::Kind::kSlice};
    const size_t colon = inner.find(':');
    int64_t number = 0;
    if (!Trim(inner.substr(0, colon)).empty()) {
      if (!Number(inner.substr(0, colon), &number)) return Fail();
      token.from = number;
    }
    if (!Trim(inner.substr(colon + 1)).empty()) {
      if (!Number(inner.substr(colon + 1), &number)) return Fail();
      token.to = number;
    }
    if (!token.from.has_value() && !token.to.has_value()) return Fail();
    path_.tokens_.push_back(std::move(token));
  }

  void Indexes(std::string_view inner) {
    Token token{.kind = Token::Kind::kIndexes};
    while (true) {
      const size_t comma = inner.find(',');
      int64_t number = 0;
      if (!Number(inner.substr(0, comma), &number)) return Fail();
      token.indexes.push_back(number);
      if (comma == std::string_view::npos) break;
      inner.remove_prefix(comma + 1);
    }
    path_.tokens_.push_back(std::move(token));
  }

  std::string_view spec_;
  std::string_view rest_;
  JsonPath path_;
};

/// Evaluates tokens from a node on. Steps behind an indefinite one skip what does not fit; before
/// it, what does not fit is an error.
class JsonPathWalk {
 public:
  JsonPathWalk(const JsonPath& path, const JsonNode& root) : path_(path), root_(root) {}

  void Run(size_t position, bool certain, const JsonNode& node) {
    using K = JsonPath::Token::Kind;
    if (position == path_.tokens_.size()) {
      found_.push_back(node);
      return;
    }
    const JsonPath::Token& token = path_.tokens_[position];
    switch (token.kind) {
      case K::kNames: return Names(token, position, certain, node);
      case K::kIndexes:
      case K::kSlice: return Elements(token, position, certain, node);
      case K::kWildcard:
        for (const JsonNode& item : node.items) Run(position + 1, false, item);
        return;
      case K::kScan: return Scan(position, node);
      case K::kFilter: return Filter(token, position, certain, node);
      case K::kLength: return Length(certain, node);
    }
  }

  std::vector<JsonNode> TakeFound() { return std::move(found_); }
  const std::string& error() const { return error_; }

 private:
  void Names(const JsonPath::Token& token, size_t position, bool certain, const JsonNode& node) {
    if (node.kind != JsonNode::Kind::kObject) {
      if (certain) error_ = "there is no object with the property '" + token.names[0] + "'";
      return;
    }
    const bool leaf = position + 1 == path_.tokens_.size();
    if (token.names.size() > 1 && leaf) {
      JsonNode merged;
      merged.kind = JsonNode::Kind::kObject;
      for (const std::string& name : token.names) {
        const JsonNode* member = node.Member(name);
        if (member != nullptr) merged.Put(name, *member);
      }
      found_.push_back(std::move(merged));
      return;
    }
    for (const std::string& name : token.names) {
      const JsonNode* member = node.Member(name);
      if (member != nullptr) {
        Run(position + 1, certain && token.names.size() == 1, *member);
      } else if (certain && token.names.size() == 1) {
        error_ = "there is no property '" + name + "'";
      }
    }
  }

  void Elements(const JsonPath::Token& token, size_t position, bool certain, const JsonNode& node) {
    if (node.kind != JsonNode::Kind::kArray) {
      if (certain) error_ = "an index can only be applied to an array";
      return;
    }
    const auto size = static_cast<int64_t>(node.items.size());
    const bool single = token.kind == JsonPath::Token::Kind::kIndexes && token.indexes.size() == 1;
    const auto visit = [&](int64_t index) {
      Run(position + 1, certain && single, node.items[static_cast<size_t>(index)]);
    };
    if (token.kind == JsonPath::Token::Kind::kIndexes) {
      for (const int64_t index : token.indexes) {
        const int64_t place = index < 0 ? size + index : index;
        if (place >= 0 && place < size) {
          visit(place);
        } else if (certain && single) {
          error_ = "there is no element " + std::to_string(index);
        }
      }
      return;
    }
    const auto place = [&](int64_t index) { return index < 0 ? size + index : index; };
    const int64_t from = std::max<int64_t>(place(token.from.value_or(0)), 0);
    const int64_t to = std::min(token.to.has_value() ? place(*token.to) : size, size);
    for (int64_t i = from; i < to; ++i) visit(i);
  }

  void Filter(const JsonPath::Token& token, size_t position, bool certain, const JsonNode& node) {
    if (node.kind == JsonNode::Kind::kArray) {
      for (const JsonNode& item : node.items) {
        if (token.filter->Accepts(item, root_)) Run(position + 1, false, item);
      }
    } else if (node.kind == JsonNode::Kind::kObject) {
      if (token.filter->Accepts(node, root_)) Run(position + 1, false, node);
    } else if (certain) {
      error_ = "a filter cannot be applied to a scalar";
    }
  }

  void Length(bool certain, const JsonNode& node) {
    if (node.is_container()) {
      found_.push_back(JsonNode::Integer(std::to_string(node.items.size())));
    } else if (certain) {
      found_.push_back(JsonNode());
    }
  }

  void Scan(size_t position, const JsonNode& node) {
    using K = JsonPath::Token::Kind;
    if (position + 1 < path_.tokens_.size()) {
      const JsonPath::Token& next = path_.tokens_[position + 1];
      bool matches = node.is_container();
      if (next.kind == K::kNames) {
        for (const std::string& name : next.names)
          matches = matches && node.Member(name) != nullptr;
      }
      if (matches) Run(position + 1, false, node);
    }
    for (const JsonNode& item : node.items) Scan(position, item);
  }

  const JsonPath& path_;
  const JsonNode& root_;
  std::vector<JsonNode> found_;
  std::string error_;
};

JsonPath JsonPath::Compile(std::string_view spec) { return JsonPathCompiler(spec).Run(); }

JsonPath::Found JsonPath::Find(const JsonNode& root) const {
  Found result;
  if (!error_.empty()) {
    result.error = error_;
    return result;
  }
  JsonPathWalk walk(*this, root);
  walk.Run(0, true, root);
  std::vector<JsonNode> found = walk.TakeFound();
  if (!definite_ && (walk.error().empty() || mode_ == Mode::kLax)) {
    result.value.emplace();
    result.value->kind = JsonNode::Kind::kArray;
    result.value->items = std::move(found);
  } else if (!found.empty()) {
    result.value = std::move(found.front());
  } else if (mode_ == Mode::kStrict) {
    result.error = walk.error().empty() ? "the JSON path leads nowhere" : walk.error();
  }
  return result;
}

}  // namespace millrace
