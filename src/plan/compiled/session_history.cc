// SPDX-License-Identifier: Apache-2.0
#include "plan/compiled/session_history.h"

#include <algorithm>
#include <cctype>

#include "sql/ast/definition.h"

namespace millrace {
namespace {

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

bool IsWord(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// Whether a name occurs in a text as a whole word. Both are in lower case.
bool Mentions(std::string_view text, std::string_view name) {
  for (size_t at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
    const size_t end = at + name.size();
    const bool begins = at == 0 || !IsWord(text[at - 1]);
    if (begins && (end == text.size() || !IsWord(text[end]))) return true;
  }
  return false;
}

struct Definition {
  std::vector<const sql::QualifiedName*> names;
  bool of_table = false;
};

template <typename T>
bool TakeCreate(const sql::Statement& statement, Definition* definition) {
  const auto* create = sql::As<T>(statement);
  if (create != nullptr) definition->names.push_back(&create->name);
  return create != nullptr;
}

template <typename T>
bool TakeAlter(const sql::Statement& statement, Definition* definition) {
  const auto* alter = sql::As<T>(statement);
  if (alter == nullptr) return false;
  definition->names.push_back(&alter->name);
  if (alter->action.kind == sql::AlterAction::Kind::kRename) {
    definition->names.push_back(&alter->action.new_name);
  }
  return true;
}

/// False: the statement defines nothing that has a name.
bool Take(const sql::Statement& statement, Definition* definition) {
  if (TakeCreate<sql::CreateTable>(statement, definition) ||
      TakeAlter<sql::AlterTable>(statement, definition)) {
    definition->of_table = true;
    return true;
  }
  if (const auto* drop = sql::As<sql::Drop>(statement)) {
    if (drop->object == sql::ObjectKind::kDatabase) return false;
    definition->names.push_back(&drop->name);
    definition->of_table = drop->object == sql::ObjectKind::kTable;
    return true;
  }
  return TakeCreate<sql::CreateView>(statement, definition) ||
         TakeCreate<sql::CreateModel>(statement, definition) ||
         TakeCreate<sql::CreateFunction>(statement, definition) ||
         TakeAlter<sql::AlterView>(statement, definition) ||
         TakeAlter<sql::AlterModel>(statement, definition) ||
         TakeAlter<sql::AlterFunction>(statement, definition);
}

}  // namespace

void SessionHistory::Add(const sql::Statement& statement, std::string_view text) {
  Definition definition;
  if (!Take(statement, &definition) && sql::As<sql::Use>(statement) == nullptr &&
      sql::As<sql::CreateDatabase>(statement) == nullptr) {
    return;
  }
  Entry& entry = entries_.emplace_back();
  entry.text = text;
  entry.of_table = definition.of_table;
  for (const sql::QualifiedName* name : definition.names) {
    entry.names.push_back(Lower(name->parts.back().text));
  }
}

std::vector<std::string> SessionHistory::Needed(std::string_view statement,
                                                bool with_tables) const {
  std::string mentioned = Lower(statement);
  std::vector<std::string> needed;
  for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
    const bool named = std::ranges::any_of(
        entry->names, [&mentioned](const std::string& name) { return Mentions(mentioned, name); });
    if ((!named && !entry->names.empty()) || (entry->of_table && !with_tables)) continue;
    needed.push_back(entry->text);
    mentioned += "\n" + Lower(entry->text);
  }
  std::ranges::reverse(needed);
  return needed;
}

}  // namespace millrace
