// SPDX-License-Identifier: Apache-2.0
#include "cli/shell/statement_buffer.h"

#include <cctype>

namespace millrace {
namespace {

bool IsBlank(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

bool IsComment(SqlScanner::Place place) {
  return place == SqlScanner::Place::kLineComment || place == SqlScanner::Place::kBlockComment;
}

}  // namespace

void StatementBuffer::Append(std::string_view line) {
  text_ += line;
  text_ += '\n';
}

std::optional<std::string> StatementBuffer::Take() {
  while (scanned_ < text_.size()) {
    const char c = text_[scanned_];
    const char next = scanned_ + 1 < text_.size() ? text_[scanned_ + 1] : '\0';
    const SqlScanner::Place place = scanner_.Take(c, next);
    ++scanned_;
    if (place == SqlScanner::Place::kCode) {
      if (EndsStatement(c)) {
        const std::string rest = text_.substr(scanned_);
        std::string statement = text_.substr(0, scanned_);
        const bool empty = blank_;
        Clear();
        text_ = rest;
        if (empty) continue;  // a `;` alone
        const size_t begin = statement.find_first_not_of(" \t\r\n");
        return statement.substr(begin);
      }
      blank_ = blank_ && (IsBlank(c) || c == ';');
    } else {
      EndWord();
      blank_ = blank_ && IsComment(place);
    }
  }
  if (blank_ && place() == SqlScanner::Place::kCode) Clear();
  return std::nullopt;
}

bool StatementBuffer::EndsStatement(char c) {
  if (IsWordCharacter(c)) {
    word_ += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return false;
  }
  EndWord();
  if (c != ';') return false;
  if (names_set_ && !in_set_ && starts_with_begin_ && previous_word_ == "SET") {
    in_set_ = true;  // BEGIN STATEMENT SET;
    return false;
  }
  return !in_set_ || set_closed_;
}

void StatementBuffer::EndWord() {
  if (word_.empty()) return;
  if (first_word_) starts_with_begin_ = word_ == "BEGIN";
  first_word_ = false;
  if (in_set_) {
    if (word_ == "CASE") ++open_cases_;
    if (word_ == "END") {
      if (open_cases_ == 0) set_closed_ = true;
      open_cases_ -= open_cases_ > 0;
    }
  } else if (names_set_ && word_ == "BEGIN") {
    in_set_ = true;
  } else if (word_ == "SET" && previous_word_ == "STATEMENT") {
    names_set_ = true;
  }
  previous_word_ = std::move(word_);
  word_.clear();
}

std::string StatementBuffer::TakeRest() {
  std::string rest = blank_ ? "" : text_;
  Clear();
  const size_t begin = rest.find_first_not_of(" \t\r\n");
  return begin == std::string::npos ? "" : rest.substr(begin);
}

std::string OneLine(std::string_view statement) {
  SqlScanner scanner;
  std::string line;
  for (size_t i = 0; i < statement.size(); ++i) {
    const char c = statement[i];
    const SqlScanner::Place place =
        scanner.Take(c, i + 1 < statement.size() ? statement[i + 1] : '\0');
    const bool blank = IsComment(place) || (place == SqlScanner::Place::kCode && IsBlank(c));
    if (!blank) {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

}  // namespace millrace
