// SPDX-License-Identifier: Apache-2.0
#include "plan/binding/failed_definitions.h"

#include <cctype>

#include "data/option_text.h"

namespace millrace {
namespace {

/// The next word, quoted name or single character of a text.
std::string_view TakeWord(std::string_view* text) {
  while (!text->empty() && std::isspace(static_cast<unsigned char>(text->front())) != 0) {
    text->remove_prefix(1);
  }
  if (text->empty()) return {};
  const auto in_word = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$' ||
           static_cast<unsigned char>(c) >= 0x80;
  };
  size_t length = 1;
  if (text->front() == '`') {
    const size_t end = text->find('`', 1);
    length = end == std::string_view::npos ? text->size() : end + 1;
  } else if (in_word(text->front())) {
    while (length < text->size() && in_word((*text)[length])) ++length;
  }
  const std::string_view word = text->substr(0, length);
  text->remove_prefix(length);
  return word;
}

bool IsObject(std::string_view word) {
  return EqualsIgnoringCase(word, "TABLE") || EqualsIgnoringCase(word, "VIEW") ||
         EqualsIgnoringCase(word, "MODEL") || EqualsIgnoringCase(word, "FUNCTION");
}

/// The name that the last CREATE in `text` defines; empty if a statement ends behind it.
std::string DefinedName(std::string_view text) {
  std::string name;
  bool creating = false;
  for (std::string_view word = TakeWord(&text); !word.empty(); word = TakeWord(&text)) {
    if (word == ";") {
      name.clear();
      creating = false;
    } else if (EqualsIgnoringCase(word, "CREATE")) {
      creating = true;
    } else if (creating && IsObject(word)) {
      creating = false;
      std::string_view next = TakeWord(&text);
      if (EqualsIgnoringCase(next, "IF")) {
        TakeWord(&text);
        TakeWord(&text);
        next = TakeWord(&text);
      }
      name = next.starts_with('`') && next.size() > 2 ? next.substr(1, next.size() - 2) : next;
    }
  }
  return name;
}

sql::QualifiedName Named(const std::string& name) {
  sql::QualifiedName result;
  sql::Identifier part;
  part.text = name;
  result.parts.push_back(std::move(part));
  return result;
}

}  // namespace

void NoteUnparsedDefinitions(std::string_view text, const DiagnosticList& errors,
                             Catalog* catalog) {
  for (const Diagnostic& error : errors.entries()) {
    if (!error.has_span || error.severity != Severity::kError) continue;
    const std::string name = DefinedName(text.substr(0, error.span.begin));
    if (name.empty()) continue;
    catalog->NoteFailed(catalog->Resolve(Named(name)));
    catalog->NoteFailed(catalog->FunctionPath(Named(name), /*system=*/false));
  }
}

void NoteFailedDefinition(const sql::Statement& statement, Catalog* catalog) {
  const sql::QualifiedName* name = nullptr;
  if (const auto* table = sql::As<sql::CreateTable>(statement)) name = &table->name;
  if (const auto* view = sql::As<sql::CreateView>(statement)) name = &view->name;
  if (const auto* model = sql::As<sql::CreateModel>(statement)) name = &model->name;
  if (const auto* function = sql::As<sql::CreateFunction>(statement)) {
    const std::string path = catalog->FunctionPath(function->name, function->system);
    if (catalog->FindFunction(path) == nullptr) catalog->NoteFailed(path);
  }
  if (name == nullptr) return;
  const std::string path = catalog->Resolve(*name);
  if (!catalog->Exists(path) && catalog->FindModel(path) == nullptr) catalog->NoteFailed(path);
}

}  // namespace millrace
