// SPDX-License-Identifier: Apache-2.0
#include "formats/csv/csv_dialect.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace millrace {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t'; }

/// The character that `text` is, or that it writes as a Java escape (`\t`, `\u0009`).
Result<char> OneCharacter(const std::string& key, const std::string& text, bool unescape) {
  if (text.size() == 1) return text[0];
  if (unescape && text.size() == 2 && text[0] == '\\') {
    switch (text[1]) {
      case 't': return '\t';
      case '\\': return '\\';
      case 'f': return '\f';
      case 'b': return '\b';
      default: break;
    }
  }
  if (unescape && text.size() == 6 && text.starts_with("\\u")) {
    int code = 0;
    const auto [end, error] = std::from_chars(text.data() + 2, text.data() + 6, code, 16);
    if (end == text.data() + 6 && code > 0 && code < 128) return static_cast<char>(code);
  }
  return UserError("MR0503",
                   "option 'csv." + key + "' must be one ASCII character, not '" + text + "'");
}

size_t FindQuoteEnd(const CsvDialect& dialect, std::string_view bytes, size_t at) {
  while (at < bytes.size()) {
    const char c = bytes[at];
    if (c == dialect.quote) {
      if (at + 1 < bytes.size() && bytes[at + 1] == dialect.quote) {
        at += 2;
        continue;
      }
      return at;
    }
    at += c == dialect.escape ? 2 : 1;
  }
  return std::string_view::npos;
}

}  // namespace

Result<CsvDialect> ReadCsvDialect(const Options& options) {
  CsvDialect dialect;
  TRY_ASSIGN(dialect.delimiter,
             OneCharacter("field-delimiter", options.GetString("field-delimiter"), true));
  if (options.GetBoolean("disable-quote-character")) {
    if (options.Has("quote-character")) {
      return UserError(
          "MR0503", "'csv.disable-quote-character' and 'csv.quote-character' exclude each other");
    }
    dialect.quote.reset();
  } else {
    TRY_ASSIGN(dialect.quote,
               OneCharacter("quote-character", options.GetString("quote-character"), false));
  }
  if (options.Has("escape-character")) {
    TRY_ASSIGN(dialect.escape,
               OneCharacter("escape-character", options.GetString("escape-character"), false));
  }
  if (options.Has("null-literal")) dialect.null_literal = options.GetString("null-literal");
  dialect.array_delimiter = options.GetString("array-element-delimiter");
  dialect.allow_comments = options.GetBoolean("allow-comments");
  dialect.trim_spaces = options.GetBoolean("trim-spaces");
  dialect.empty_as_null = options.GetBoolean("empty-string-as-null");
  dialect.ignore_parse_errors = options.GetBoolean("ignore-parse-errors");
  dialect.fail_on_missing_columns = options.GetBoolean("fail-on-missing-columns");
  dialect.ignore_trailing_unmappable = options.GetBoolean("ignore-trailing-unmappable");
  dialect.allow_trailing_comma = options.GetBoolean("allow-trailing-comma");
  dialect.scientific_decimals = options.GetBoolean("write-bigdecimal-in-scientific-notation");
  return dialect;
}

bool CsvReader::Fail(std::string reason) {
  error_ = std::move(reason);
  return false;
}

char CsvReader::Unescape(char c) const {
  switch (c) {
    case '0': return '\0';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return c;
  }
}

bool CsvReader::Next(std::string_view* field) {
  if (started_) {
    if (at_ >= record_.size()) return false;
    ++at_;  // the delimiter
  }
  started_ = true;
  if (dialect_.trim_spaces) {
    while (at_ < record_.size() && IsBlank(record_[at_]) && record_[at_] != dialect_.delimiter) {
      ++at_;
    }
  }
  field_start_ = at_;
  if (at_ < record_.size() && dialect_.quote && record_[at_] == *dialect_.quote) {
    return Quoted(field);
  }
  *field = Unquoted();
  return true;
}

std::string_view CsvReader::Unquoted() {
  const size_t begin = at_;
  if (dialect_.escape && record_.find(*dialect_.escape, begin) != std::string_view::npos) {
    scratch_->clear();
    for (; at_ < record_.size() && record_[at_] != dialect_.delimiter; ++at_) {
      char c = record_[at_];
      if (c == *dialect_.escape && at_ + 1 < record_.size()) c = Unescape(record_[++at_]);
      scratch_->push_back(c);
    }
    return *scratch_;
  }
  const void* found =
      std::memchr(record_.data() + begin, dialect_.delimiter, record_.size() - begin);
  at_ = found == nullptr ? record_.size()
                         : static_cast<size_t>(static_cast<const char*>(found) - record_.data());
  std::string_view text = record_.substr(begin, at_ - begin);
  if (dialect_.trim_spaces) {
    while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  }
  return text;
}

bool CsvReader::Quoted(std::string_view* field) {
  const size_t begin = at_ + 1;
  const size_t end = FindQuoteEnd(dialect_, record_, begin);
  if (end == std::string_view::npos) {
    return Fail("the quote at byte " + std::to_string(at_) + " is not closed");
  }
  *field = record_.substr(begin, end - begin);
  const bool plain = field->find(*dialect_.quote) == std::string_view::npos &&
                     (!dialect_.escape || field->find(*dialect_.escape) == std::string_view::npos);
  if (!plain) {
    scratch_->clear();
    for (size_t i = begin; i < end; ++i) {
      char c = record_[i];
      if (c == dialect_.escape && i + 1 < end) {
        c = Unescape(record_[++i]);
      } else if (c == *dialect_.quote) {
        ++i;  // the second of two
      }
      scratch_->push_back(c);
    }
    *field = *scratch_;
  }
  at_ = end + 1;
  while (at_ < record_.size() && record_[at_] != dialect_.delimiter && IsBlank(record_[at_])) ++at_;
  if (at_ < record_.size() && record_[at_] != dialect_.delimiter) {
    return Fail("expected '" + std::string(1, dialect_.delimiter) +
                "' or the end of the line behind a closing quote at byte " + std::to_string(at_));
  }
  return true;
}

size_t CsvReader::FindEnd(const CsvDialect& dialect, std::string_view bytes, size_t begin) {
  const void* found = std::memchr(bytes.data() + begin, '\n', bytes.size() - begin);
  const size_t line_end = found == nullptr
                              ? std::string_view::npos
                              : static_cast<size_t>(static_cast<const char*>(found) - bytes.data());
  if (!dialect.quote) return line_end;
  const std::string_view line = bytes.substr(begin, line_end - begin);
  if (line.find(*dialect.quote) == std::string_view::npos) return line_end;
  size_t at = begin;
  bool at_field_start = true;
  while (at < bytes.size()) {
    const char c = bytes[at];
    if (c == '\n') return at;
    if (at_field_start && c == *dialect.quote) {
      const size_t close = FindQuoteEnd(dialect, bytes, at + 1);
      if (close == std::string_view::npos) return close;
      at = close;
      at_field_start = false;
    } else {
      if (c == dialect.escape) ++at;
      at_field_start =
          c == dialect.delimiter || (at_field_start && dialect.trim_spaces && IsBlank(c));
    }
    ++at;
  }
  return std::string_view::npos;
}

}  // namespace millrace
