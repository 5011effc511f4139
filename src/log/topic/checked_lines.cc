// SPDX-License-Identifier: Apache-2.0
#include "log/topic/checked_lines.h"

#include <algorithm>
#include <cstdio>

#include "log/segment/crc32c.h"

namespace millrace {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

bool IsPlain(char c) { return c > ' ' && c < '\x7f' && c != '%'; }

/// Blanks, line ends and the like as %xx; an empty word as a lone %.
std::string Escape(std::string_view word) {
  if (word.empty()) return "%";
  std::string escaped;
  for (const char c : word) {
    if (IsPlain(c)) {
      escaped += c;
      continue;
    }
    const uint8_t byte = static_cast<uint8_t>(c);
    escaped += '%';
    escaped += kDigits[byte >> 4];
    escaped += kDigits[byte & 15];
  }
  return escaped;
}

std::string Unescape(std::string_view word) {
  std::string plain;
  for (size_t i = 0; i < word.size(); ++i) {
    if (word[i] != '%' || i + 2 >= word.size()) {
      if (word[i] != '%') plain += word[i];
      continue;
    }
    plain += static_cast<char>(kDigits.find(word[i + 1]) << 4 | kDigits.find(word[i + 2]));
    i += 2;
  }
  return plain;
}

std::string CheckLine(std::string_view text) {
  char line[32];
  const int size = std::snprintf(line, sizeof line, "check %08x\n", Crc32c(text));
  return {line, static_cast<size_t>(size)};
}

std::vector<std::string> Words(std::string_view line) {
  std::vector<std::string> words;
  while (!line.empty()) {
    const size_t end = std::min(line.find(' '), line.size());
    words.push_back(Unescape(line.substr(0, end)));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return words;
}

}  // namespace

Status WriteCheckedLines(Disk* disk, const std::string& path, std::string_view title,
                         const WordLines& lines) {
  std::string text(title);
  text += '\n';
  for (const auto& words : lines) {
    for (size_t i = 0; i < words.size(); ++i) {
      if (i > 0) text += ' ';
      text += Escape(words[i]);
    }
    text += '\n';
  }
  return disk->WriteAtomic(path, text + CheckLine(text));
}

Result<WordLines> ReadCheckedLines(Disk* disk, const std::string& path, std::string_view title) {
  TRY_ASSIGN(const std::string bytes, disk->ReadAll(path));
  const size_t check = bytes.rfind("check ");
  if (check == std::string::npos || bytes.substr(check) != CheckLine(bytes.substr(0, check))) {
    return ExternalError("MR0805", "'" + path + "' is damaged", "its checksum is wrong");
  }
  std::string_view text = std::string_view(bytes).substr(0, check);
  WordLines lines;
  bool first = true;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size() - 1);
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (!first) {
      lines.push_back(Words(line));
    } else if (line != title) {
      return ExternalError(
          "MR0805", "'" + path + "' is not what this version writes",
          "it begins with '" + std::string(line) + "' instead of '" + std::string(title) + "'");
    }
    first = false;
  }
  return lines;
}

}  // namespace millrace
