// SPDX-License-Identifier: Apache-2.0
// Text -> time by a pattern: reading of fields, then resolving them in the manner of the dialect.
#include <algorithm>

#include "base/time_units.h"
#include "functions/time/java_pattern.h"
#include "functions/time/pattern_names.h"

namespace millrace {
namespace {

using Kind = PatternPiece::Kind;
using Number = std::optional<int64_t>;

/// What has been read so far. A copy is taken at the start of an optional section.
struct Fields {
  Number year, month, day, day_of_year, day_of_week;
  Number hour, hour_of_half, half, minute, second, nanos;
  Number offset;
};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsNumeric(const PatternPiece& piece) {
  if (piece.kind != Kind::kField) return false;
  if (piece.letter == 'M' || piece.letter == 'L') return piece.count < 3;
  return std::string_view("yuYdDFHkKhmsSwWAnN").find(piece.letter) != std::string_view::npos;
}

/// Digits of a field that always has the same number of them; 0 for others.
size_t FixedWidth(const PatternPiece& piece) {
  if (!IsNumeric(piece)) return 0;
  if (std::string_view("yuY").find(piece.letter) != std::string_view::npos) {
    return piece.count == 2 ? 2 : 0;
  }
  return piece.letter == 'S' || piece.count > 1 ? static_cast<size_t>(piece.count) : 0;
}

bool EqualIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return (x | 0x20) == (y | 0x20); });
}

class Reader {
 public:
  Reader(std::string_view text, const std::vector<PatternPiece>& pieces, bool simple)
      : text_(text), pieces_(pieces), simple_(simple) {}

  /// Reads the pieces [from, to); restores nothing on failure.
  bool ReadPieces(size_t from, size_t to);

  bool at_end() const { return text_.empty(); }
  const Fields& fields() const { return fields_; }

 private:
  bool ReadField(size_t index);
  bool ReadNumber(size_t index, int64_t* value);
  bool ReadTextField(const PatternPiece& piece);
  bool ReadOffset(const PatternPiece& piece);
  bool Store(const PatternPiece& piece, int64_t value, size_t digits);
  template <size_t N>
  bool TakeName(const std::array<std::string_view, N>& names, bool whole, int64_t* value);

  std::string_view text_;
  const std::vector<PatternPiece>& pieces_;
  bool simple_;
  Fields fields_;
};

bool Reader::ReadPieces(size_t from, size_t to) {
  for (size_t i = from; i < to; ++i) {
    const PatternPiece& piece = pieces_[i];
    if (piece.kind == Kind::kLiteral) {
      if (!text_.starts_with(piece.literal)) return false;
      text_.remove_prefix(piece.literal.size());
    } else if (piece.kind == Kind::kField) {
      if (!ReadField(i)) return false;
    } else if (piece.kind == Kind::kOptionalStart) {
      size_t end = i + 1;
      for (int depth = 1; depth > 0; ++end) {
        if (pieces_[end].kind == Kind::kOptionalStart) ++depth;
        if (pieces_[end].kind == Kind::kOptionalEnd) --depth;
      }
      const std::string_view text_before = text_;
      const Fields fields_before = fields_;
      if (!ReadPieces(i + 1, end - 1)) {
        text_ = text_before;
        fields_ = fields_before;
      }
      i = end - 1;
    }
  }
  return true;
}

bool Reader::ReadField(size_t index) {
  const PatternPiece& piece = pieces_[index];
  if (IsNumeric(piece)) {
    const size_t before = text_.size();
    int64_t value = 0;
    return ReadNumber(index, &value) && Store(piece, value, before - text_.size());
  }
  if (std::string_view("XxZz").find(piece.letter) != std::string_view::npos) {
    return ReadOffset(piece);
  }
  return ReadTextField(piece);
}

bool Reader::ReadNumber(size_t index, int64_t* value) {
  const PatternPiece& piece = pieces_[index];
  bool negative = false;
  bool plus = false;
  if (simple_) {
    while (!text_.empty() && (text_[0] == ' ' || text_[0] == '\t')) text_.remove_prefix(1);
  }
  const bool year = std::string_view("yuY").find(piece.letter) != std::string_view::npos;
  if (!text_.empty() && (text_[0] == '-' || (text_[0] == '+' && !simple_)) && (year || simple_)) {
    negative = text_[0] == '-';
    plus = !negative;
    text_.remove_prefix(1);
  }
  size_t run = 0;
  while (run < text_.size() && run < 18 && IsDigit(text_[run])) ++run;
  size_t after = 0;  // digits that directly following fields of fixed width take
  for (size_t i = index + 1; i < pieces_.size() && IsNumeric(pieces_[i]); ++i) {
    const size_t width = simple_ ? static_cast<size_t>(pieces_[i].count) : FixedWidth(pieces_[i]);
    if (width == 0) break;
    after += width;
  }
  size_t take = run;
  const auto count = static_cast<size_t>(piece.count);
  if (simple_) {
    if (after > 0) take = std::min(run, count);
  } else if (const size_t width = FixedWidth(piece); width > 0) {
    if (run < width) return false;
    take = width;
  } else {
    take = run > after ? run - after : run;
    // A year of more digits than letters needs a plus sign, one of fewer is none.
    if (year && count > 2 && (take < count || (take > count) != plus)) return false;
  }
  if (take == 0) return false;
  *value = 0;
  for (size_t i = 0; i < take; ++i) *value = *value * 10 + (text_[i] - '0');
  if (negative) *value = -*value;
  text_.remove_prefix(take);
  return true;
}

bool Reader::Store(const PatternPiece& piece, int64_t value, size_t digits) {
  const auto within = [&](Number* field, int64_t low, int64_t high) {
    if (!simple_ && (value < low || value > high)) return false;
    *field = value;
    return true;
  };
  switch (piece.letter) {
    case 'y':
    case 'u':
      // Two digits: java.time takes 2000 to 2099, SimpleDateFormat the 100 years around now.
      if (piece.letter == 'u' && simple_) return true;
      if (piece.count == 2 && digits == 2) value += simple_ && value > 45 ? 1900 : 2000;
      return within(&fields_.year, piece.letter == 'u' ? -999'999 : 1, 999'999);
    case 'M':
    case 'L': return within(&fields_.month, 1, 12);
    case 'd': return within(&fields_.day, 1, 31);
    case 'D': return within(&fields_.day_of_year, 1, 366);
    case 'H': return within(&fields_.hour, 0, 24);
    case 'k':
      if (value == 24) value = 0;
      return within(&fields_.hour, 0, 23);
    case 'K': return within(&fields_.hour_of_half, 0, 11);
    case 'h':
      if (!simple_ && (value < 1 || value > 12)) return false;
      fields_.hour_of_half = value == 12 ? 0 : value;
      return true;
    case 'm': return within(&fields_.minute, 0, 59);
    case 's': return within(&fields_.second, 0, 59);
    case 'S':
      if (simple_) {
        fields_.nanos = value * 1'000'000;
        return true;
      }
      for (int i = piece.count; i < 9; ++i) value *= 10;
      fields_.nanos = value;
      return true;
    case 'n': return within(&fields_.nanos, 0, kSecond - 1);
    default: return true;  // weeks and the like are read and not used
  }
}

template <size_t N>
bool Reader::TakeName(const std::array<std::string_view, N>& names, bool whole, int64_t* value) {
  for (size_t i = 0; i < N; ++i) {
    for (const std::string_view name : {names[i], names[i].substr(0, 3)}) {
      const bool is_whole = name.size() == names[i].size();
      if (!simple_ && is_whole != whole && names[i].size() > 3) continue;
      const std::string_view front = text_.substr(0, name.size());
      if (simple_ ? EqualIgnoringCase(front, name) : front == name) {
        text_.remove_prefix(name.size());
        *value = static_cast<int64_t>(i) + 1;
        return true;
      }
    }
  }
  return false;
}

bool Reader::ReadTextField(const PatternPiece& piece) {
  int64_t value = 0;
  switch (piece.letter) {
    case 'M':
    case 'L':
      if (!TakeName(kMonthNames, piece.count == 4, &value)) return false;
      fields_.month = value;
      return true;
    case 'E':
      if (!TakeName(kDayNames, piece.count == 4, &value)) return false;
      fields_.day_of_week = value;
      return true;
    case 'a': {
      const std::string_view front = text_.substr(0, 2);
      const auto matches = [&](std::string_view word) {
        return simple_ ? EqualIgnoringCase(front, word) : front == word;
      };
      if (!matches("AM") && !matches("PM")) return false;
      fields_.half = matches("PM") ? 1 : 0;
      text_.remove_prefix(2);
      return true;
    }
    case 'G':
      if (!text_.starts_with("AD")) return false;
      text_.remove_prefix(2);
      return true;
    default: return false;
  }
}

/// `Z`, `+02`, `+0200`, `+02:00`; for the letters z and Z of kSimple also GMT and UTC.
bool Reader::ReadOffset(const PatternPiece& piece) {
  if ((piece.letter == 'X' && text_.starts_with("Z")) ||
      (piece.letter == 'z' && (text_.starts_with("GMT") || text_.starts_with("UTC")))) {
    text_.remove_prefix(piece.letter == 'X' ? 1 : 3);
    fields_.offset = 0;
    if (piece.letter == 'X' || text_.empty() || (text_[0] != '+' && text_[0] != '-')) return true;
  }
  if (text_.empty() || (text_[0] != '+' && text_[0] != '-')) return false;
  const int64_t sign = text_[0] == '-' ? -1 : 1;
  text_.remove_prefix(1);
  int64_t parts[2] = {0, 0};
  for (int i = 0; i < 2; ++i) {
    const bool colon = i == 1 && text_.starts_with(":");
    const std::string_view digits = text_.substr(colon ? 1 : 0, 2);
    if (digits.size() < 2 || !IsDigit(digits[0]) || !IsDigit(digits[1])) {
      if (i == 0) return false;
      break;
    }
    parts[i] = (digits[0] - '0') * 10 + (digits[1] - '0');
    text_.remove_prefix(colon ? 3 : 2);
  }
  fields_.offset = sign * (parts[0] * 3600 + parts[1] * 60);
  return true;
}

int64_t HourOf(const Fields& fields) {
  if (fields.hour) return *fields.hour;
  return fields.hour_of_half && fields.half ? *fields.half * 12 + *fields.hour_of_half : 0;
}

/// java.time: every field must be right; what is missing is that of 1970-01-01 00:00:00.
std::optional<ParsedTime> ResolveStrictly(const Fields& fields) {
  const int64_t year = fields.year.value_or(1970);
  int64_t days = 0;
  if (fields.day_of_year && !fields.month && !fields.day) {
    if (*fields.day_of_year > (IsLeapYear(year) ? 366 : 365)) return std::nullopt;
    days = DaysFromCivil(year, 1, 1) + *fields.day_of_year - 1;
  } else {
    const auto month = static_cast<int>(fields.month.value_or(1));
    const auto day = static_cast<int>(fields.day.value_or(1));
    if (day > DaysInMonth(year, month)) return std::nullopt;
    days = DaysFromCivil(year, month, day);
  }
  if (fields.day_of_week && *fields.day_of_week != IsoDayOfWeek(days)) return std::nullopt;
  const int64_t hour = HourOf(fields);
  const int64_t seconds = fields.minute.value_or(0) * 60 + fields.second.value_or(0);
  if (hour == 24 && (seconds != 0 || fields.nanos.value_or(0) != 0)) return std::nullopt;
  if (hour == 24) return ParsedTime{{days + 1, 0}, fields.offset, false};
  return ParsedTime{
      {days, (hour * 3600 + seconds) * kSecond + fields.nanos.value_or(0)}, fields.offset, false};
}

/// SimpleDateFormat: fields beyond their range carry over.
std::optional<ParsedTime> ResolveLeniently(const Fields& fields) {
  constexpr int64_t kFar = 1'000'000'000;
  for (const Number& field : {fields.year, fields.month, fields.day, fields.day_of_year,
                              fields.hour, fields.minute, fields.second}) {
    if (field && (*field > kFar || *field < -kFar)) return std::nullopt;
  }
  const int64_t year = fields.year.value_or(1970);
  if (year > 999'999 || year < -999'999) return std::nullopt;
  int64_t days = AddMonths(DaysFromCivil(year, 1, 1), fields.month.value_or(1) - 1) +
                 fields.day.value_or(1) - 1;
  const CivilDate date = CivilFromDays(days);
  bool carried = date.month != fields.month.value_or(1) || date.day != fields.day.value_or(1);
  if (fields.day_of_year && !fields.month) {
    days = DaysFromCivil(year, 1, 1) + *fields.day_of_year - 1;
    carried = DayOfYear(days) != *fields.day_of_year;
  }
  const int64_t hours = HourOf(fields);
  const int64_t seconds = hours * 3600 + fields.minute.value_or(0) * 60 + fields.second.value_or(0);
  days += FloorDiv(seconds, kSecondsPerDay);
  return ParsedTime{
      {days, FloorMod(seconds, kSecondsPerDay) * kSecond + fields.nanos.value_or(0) % kSecond},
      fields.offset,
      carried};
}

}  // namespace

std::optional<ParsedTime> JavaPattern::Parse(std::string_view text) const {
  const bool simple = dialect_ == PatternDialect::kSimple;
  Reader reader(text, pieces_, simple);
  if (!reader.ReadPieces(0, pieces_.size())) return std::nullopt;
  if (simple) return ResolveLeniently(reader.fields());
  if (!reader.at_end()) return std::nullopt;
  return ResolveStrictly(reader.fields());
}

}  // namespace millrace
