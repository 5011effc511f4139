// SPDX-License-Identifier: Apache-2.0
#include "cli/shell/completer.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "cli/shell/sql_scanner.h"
#include "sql/printer.h"

namespace millrace {
namespace {

using Words = std::vector<std::string>;

// clang-format off
constexpr auto kStatements = std::to_array<std::string_view>({
    "SELECT", "INSERT INTO", "CREATE TABLE", "CREATE VIEW", "CREATE TEMPORARY VIEW",
    "CREATE MODEL", "EXPLAIN", "EXECUTE STATEMENT SET BEGIN", "SET", "RESET", "SHOW TABLES",
    "SHOW VIEWS", "SHOW MODELS", "SHOW FUNCTIONS", "SHOW CREATE TABLE", "DESCRIBE", "DROP TABLE",
    "DROP VIEW", "DROP MODEL", "WITH", "help;", "quit;", "exit;"});
// clang-format on

// clang-format off
constexpr auto kKeywords = std::to_array<std::string_view>({
    "ALL", "AND", "ARRAY", "AS", "ASC", "BETWEEN", "BIGINT", "BOOLEAN", "BY", "BYTES", "CASE",
    "CAST", "COMMENT", "CREATE", "CROSS JOIN", "CURRENT ROW", "DATE", "DAY", "DECIMAL", "DESC",
    "DESCRIPTOR", "DISTINCT", "DOUBLE", "ELSE", "END", "ENFORCED", "EXISTS", "FALSE", "FILTER",
    "FLOAT", "FOLLOWING", "FOR", "FROM", "FULL JOIN", "GROUP BY", "HAVING", "HOP", "HOUR", "IN",
    "INNER JOIN", "INPUT", "INT", "INTERVAL", "INTO", "IS NOT NULL", "IS NULL", "JOIN", "KEY",
    "LEFT JOIN", "LIKE", "LIMIT", "MAP", "METADATA", "MINUTE", "ML_PREDICT", "MODEL", "MONTH",
    "NOT", "NULL", "ON", "OR", "ORDER BY", "OUTPUT", "OVER", "PARTITION BY", "PARTITIONED BY",
    "PRECEDING", "PRIMARY KEY", "RANGE", "ROW", "ROWS", "SECOND", "SELECT", "SMALLINT", "STRING",
    "TABLE", "THEN", "TIME", "TIMESTAMP", "TIMESTAMP_LTZ", "TRUE", "TUMBLE", "UNBOUNDED",
    "UNION ALL", "VALUES", "WATERMARK FOR", "WHEN", "WHERE", "WITH"});
// clang-format on

std::string Upper(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return upper;
}

bool BeginsLike(std::string_view word, std::string_view prefix) {
  return word.size() >= prefix.size() && Upper(word.substr(0, prefix.size())) == Upper(prefix);
}

void AddAll(const Words& from, Words* into) { into->insert(into->end(), from.begin(), from.end()); }

/// Keywords in the case that the user types.
std::string LikeTyped(std::string_view keyword, std::string_view prefix) {
  const bool lower = !prefix.empty() && prefix == [&] {
    std::string text(prefix);
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
  }();
  std::string text(keyword);
  if (lower) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return text;
}

/// Functions that operators stand for ("+", "IS NULL") are not called by name.
bool IsFunctionName(const std::string& name) {
  return !name.empty() && std::isalpha(static_cast<unsigned char>(name[0])) != 0 &&
         name.find(' ') == std::string::npos;
}

}  // namespace

/// A word, a quoted name, a text or a symbol; `open` if the text ends inside it.
struct Completer::Piece {
  enum class Kind { kWord, kName, kText, kSymbol, kComment } kind = Kind::kSymbol;
  std::string value;  // as written; texts and names without quotes
  bool open = false;
  size_t begin = 0;

  bool Is(std::string_view keyword) const { return kind == Kind::kWord && Upper(value) == keyword; }
  bool IsSymbol(std::string_view symbol) const { return kind == Kind::kSymbol && value == symbol; }
};

Completer::Pieces Completer::Cut(std::string_view text) {
  using Place = SqlScanner::Place;
  SqlScanner scanner;
  Pieces pieces;
  Place last = Place::kCode;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const Place place = scanner.Take(c, i + 1 < text.size() ? text[i + 1] : '\0');
    if (place == Place::kCode) {
      const bool goes_on = last == Place::kCode && !pieces.empty() && i > 0 &&
                           pieces.back().kind == Piece::Kind::kWord && IsWordCharacter(text[i - 1]);
      if (last == Place::kLineComment) pieces.back().open = false;
      last = place;
      if (IsWordCharacter(c) && goes_on) {
        pieces.back().value += c;
      } else if (IsWordCharacter(c)) {
        pieces.push_back({Piece::Kind::kWord, std::string(1, c), false, i});
      } else if (std::isspace(static_cast<unsigned char>(c)) == 0) {
        pieces.push_back({Piece::Kind::kSymbol, std::string(1, c), false, i});
      }
      continue;
    }
    // The closing quote leaves the scanner in code.
    const bool first = last == Place::kCode;
    last = scanner.place();
    if (first) {
      const auto kind = place == Place::kText   ? Piece::Kind::kText
                        : place == Place::kName ? Piece::Kind::kName
                                                : Piece::Kind::kComment;
      pieces.push_back({kind, "", true, i + 1});
    } else {
      if (last == Place::kCode) {
        pieces.back().open = false;
      } else {
        pieces.back().value += c;
      }
    }
  }
  if (last == Place::kCode && !pieces.empty()) {
    Piece& piece = pieces.back();
    piece.open = piece.kind == Piece::Kind::kWord && IsWordCharacter(text.back());
  }
  std::erase_if(pieces, [](const Piece& p) { return p.kind == Piece::Kind::kComment && !p.open; });
  return pieces;
}

Completion Completer::Complete(std::string_view before, std::string_view after) const {
  Pieces pieces = Cut(before);
  Completion completion;
  std::string prefix;
  auto kind = Piece::Kind::kWord;
  if (!pieces.empty() && pieces.back().open) {
    prefix = pieces.back().value;
    kind = pieces.back().kind;
    completion.prefix = before.size() - pieces.back().begin;
    pieces.pop_back();
  }
  if (kind == Piece::Kind::kComment) return {};
  Words world;
  if (kind == Piece::Kind::kText) {
    world = InText(pieces);
  } else {
    Pieces all = pieces;
    for (Piece& piece : Cut(after)) all.push_back(std::move(piece));
    world = InCode(pieces, all, kind == Piece::Kind::kWord ? prefix : "");
  }
  const std::string_view closing = kind == Piece::Kind::kText   ? "'"
                                   : kind == Piece::Kind::kName ? "`"
                                                                : "";
  for (std::string& word : world) {
    if (kind == Piece::Kind::kName && word.starts_with('`')) word = word.substr(1, word.size() - 2);
    if (!BeginsLike(word, prefix)) continue;
    if (!after.starts_with(closing) || closing.empty()) word += closing;
    if (std::find(completion.words.begin(), completion.words.end(), word) ==
        completion.words.end()) {
      completion.words.push_back(std::move(word));
    }
  }
  return completion;
}

std::vector<std::string> Completer::InText(const Pieces& pieces) const {
  if (pieces.empty()) return {};
  const bool is_setting =
      std::any_of(pieces.begin(), pieces.end(),
                  [](const Piece& p) { return p.kind == Piece::Kind::kWord; }) &&
      (pieces.front().Is("SET") || pieces.front().Is("RESET"));
  if (is_setting && pieces.size() == 1) {
    Words keys;
    for (const OptionSpec& spec : KnownSettings()) keys.push_back(spec.key);
    return keys;
  }
  if (pieces.size() >= 2 && pieces.back().IsSymbol("=") &&
      pieces[pieces.size() - 2].kind == Piece::Kind::kText) {
    return OptionValues(pieces, pieces[pieces.size() - 2].value);
  }
  if (pieces.back().IsSymbol("(") || pieces.back().IsSymbol(",")) return OptionKeys(pieces);
  return {};
}

std::vector<OptionSpec> Completer::OptionsOf(const Pieces& pieces) const {
  std::vector<OptionSpec> options;
  const auto value_of = [&](std::string_view key) -> std::optional<std::string> {
    for (size_t i = 0; i + 2 < pieces.size(); ++i) {
      if (pieces[i].kind == Piece::Kind::kText && pieces[i].value == key &&
          pieces[i + 2].kind == Piece::Kind::kText) {
        return pieces[i + 2].value;
      }
    }
    return std::nullopt;
  };
  const auto add = [&options](const std::string& prefix, const std::vector<OptionSpec>& specs) {
    for (OptionSpec spec : specs) {
      spec.key = prefix + spec.key;
      options.push_back(std::move(spec));
    }
  };
  const bool is_model = std::any_of(pieces.begin(), pieces.end(),
                                    [](const Piece& piece) { return piece.Is("MODEL"); });
  if (is_model) {
    add("", {{"provider"}});
    const std::string provider = value_of("provider").value_or("");
    if (ModelBackend* backend = registries_.models->Find(provider)) add("", backend->options());
    return options;
  }
  add("", {{"connector"}});
  const Connector* connector = registries_.connectors->Find(value_of("connector").value_or(""));
  if (connector == nullptr) return options;
  if (connector->needs_format()) add("", {{"format"}});
  add("", connector->options());
  const std::string format_name = value_of("format").value_or("");
  if (const Format* format = registries_.formats->Find(format_name)) {
    add(format_name + ".", format->options());
  }
  return options;
}

/// Whether the innermost open bracket is that of WITH (, OPTIONS ( or SET (.
bool Completer::InsideOptions(const Pieces& pieces) {
  int closed = 0;
  for (size_t i = pieces.size(); i-- > 1;) {
    if (pieces[i].IsSymbol(")")) ++closed;
    if (!pieces[i].IsSymbol("(") || closed-- > 0) continue;
    const Piece& opener = pieces[i - 1];
    return opener.Is("WITH") || opener.Is("OPTIONS") || opener.Is("SET");
  }
  return false;
}

std::vector<std::string> Completer::OptionKeys(const Pieces& pieces) const {
  if (!InsideOptions(pieces)) return {};
  Words keys;
  for (const OptionSpec& spec : OptionsOf(pieces)) {
    const bool given = std::any_of(pieces.begin(), pieces.end(), [&spec](const Piece& piece) {
      return piece.kind == Piece::Kind::kText && piece.value == spec.key;
    });
    if (!given) keys.push_back(spec.key);
  }
  return keys;
}

std::vector<std::string> Completer::OptionValues(const Pieces& pieces,
                                                 const std::string& key) const {
  if (key == "connector") return registries_.connectors->Names();
  if (key == "format") return registries_.formats->Names();
  if (key == "provider") return registries_.models->Names();
  const bool is_setting = pieces.front().Is("SET");
  for (const OptionSpec& spec : is_setting ? KnownSettings() : OptionsOf(pieces)) {
    if (spec.key != key) continue;
    if (spec.type == OptionType::kBoolean) return {"true", "false"};
    return spec.choices;
  }
  return {};
}

std::vector<std::string> Completer::ColumnsOf(const std::string& name) const {
  const Catalog& catalog = compiler_->catalog();
  sql::QualifiedName qualified;
  qualified.parts.push_back({name});
  const std::string path = catalog.Resolve(qualified);
  Words columns;
  if (const TablePtr table = catalog.FindTable(path)) {
    for (const TableColumn& column : table->columns) columns.push_back(column.name);
  } else if (const ViewPtr view = catalog.FindView(path)) {
    for (const Column& column : view->schema) columns.push_back(column.name);
  }
  for (std::string& column : columns) column = sql::QuoteIdentifier(column);
  return columns;
}

std::vector<std::string> Completer::ColumnsInUse(const Pieces& all) const {
  Words columns;
  for (const Piece& piece : all) {
    if (piece.kind == Piece::Kind::kWord || piece.kind == Piece::Kind::kName) {
      AddAll(ColumnsOf(piece.value), &columns);
    }
  }
  if (!columns.empty()) return columns;
  for (const std::string& table : compiler_->catalog().TableNames()) {
    AddAll(ColumnsOf(table), &columns);
  }
  return columns;
}

std::vector<std::string> Completer::Qualified(const std::string& qualifier,
                                              const Pieces& all) const {
  Words columns = ColumnsOf(qualifier);
  if (!columns.empty()) return columns;
  for (size_t i = 0; i < all.size(); ++i) {
    const bool after_as = i > 1 && all[i - 1].Is("AS");
    const size_t back = after_as ? 2 : 1;
    if (i < back || all[i].value != qualifier) continue;
    AddAll(ColumnsOf(all[i - back].value), &columns);
  }
  return columns;
}

std::vector<std::string> Completer::InCode(const Pieces& before, const Pieces& all,
                                           const std::string& typed) const {
  const Catalog& catalog = compiler_->catalog();
  Words world;
  if (before.empty()) {
    for (const std::string_view statement : kStatements)
      world.push_back(LikeTyped(statement, typed));
    return world;
  }
  const Piece& last = before.back();
  if (last.IsSymbol(".") && before.size() > 1)
    return Qualified(before[before.size() - 2].value, all);
  if (last.Is("MODEL")) return catalog.ModelNames();
  const bool wants_table = last.Is("FROM") || last.Is("JOIN") || last.Is("INTO") ||
                           last.Is("TABLE") || last.Is("DESCRIBE") || last.Is("DESC") ||
                           last.Is("VIEW");
  if (wants_table) {
    for (const std::string& table : catalog.TableNames()) {
      world.push_back(sql::QuoteIdentifier(table));
    }
    if (last.Is("FROM")) world.emplace_back("TABLE(");
    return world;
  }
  AddAll(ColumnsInUse(all), &world);
  if (last.IsSymbol("(") && before.size() > 1 && before[before.size() - 2].Is("DESCRIPTOR")) {
    return world;
  }
  for (const std::string& table : catalog.TableNames()) {
    world.push_back(sql::QuoteIdentifier(table));
  }
  if (typed.empty()) return world;
  for (const std::string_view keyword : kKeywords) world.push_back(LikeTyped(keyword, typed));
  Words functions = registries_.aggregates->Names();
  AddAll(registries_.functions->Names(), &functions);
  for (const std::string& name : functions) {
    if (IsFunctionName(name)) world.push_back(LikeTyped(name, typed) + "(");
  }
  return world;
}

}  // namespace millrace
