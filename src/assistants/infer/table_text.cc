// SPDX-License-Identifier: Apache-2.0
#include "assistants/infer/table_text.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "plan/nodes/node_text.h"
#include "sql/printer.h"

namespace millrace {
namespace {

constexpr size_t kCommentColumnMax = 44;
constexpr int kRowtimePrecisionMax = 3;  // of a column with a WATERMARK, as in Flink

std::string Count(uint64_t number) {
  std::string text = std::to_string(number);
  for (int at = static_cast<int>(text.size()) - 3; at > 0; at -= 3) {
    text.insert(static_cast<size_t>(at), ",");
  }
  return text;
}

/// 2024-05-01T10:00:00Z
std::string TimeText(int64_t ms) {
  // Days to a civil date: the algorithm of H. Hinnant.
  const int64_t days = (ms >= 0 ? ms : ms - 86'399'999) / 86'400'000;
  const int64_t second = ms / 1000 - days * 86'400;
  const int64_t z = days + 719'468;
  const int64_t era = (z >= 0 ? z : z - 146'096) / 146'097;
  const int64_t day_of_era = z - era * 146'097;
  const int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t shifted = (5 * day_of_year + 2) / 153;
  const int64_t day = day_of_year - (153 * shifted + 2) / 5 + 1;
  const int64_t month = shifted < 10 ? shifted + 3 : shifted - 9;
  const int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04lld-%02lld-%02lldT%02lld:%02lld:%02lldZ",
                static_cast<long long>(year), static_cast<long long>(month),
                static_cast<long long>(day), static_cast<long long>(second / 3600),
                static_cast<long long>(second / 60 % 60), static_cast<long long>(second % 60));
  return text.data();
}

std::string_view UnitText(EventUnit unit) {
  switch (unit) {
    case EventUnit::kSeconds: return "seconds since 1970";
    case EventUnit::kMillis: return "milliseconds since 1970";
    case EventUnit::kMicros: return "microseconds since 1970";
    case EventUnit::kNanos: return "nanoseconds since 1970";
    case EventUnit::kNone:
    case EventUnit::kTimestamp: break;
  }
  return "";
}

std::string Seen(const ColumnProfile& column) {
  if (column.rows > 0 && column.nulls == column.rows) return "always null: the type is a guess";
  std::string text = column.nulls == 0
                         ? "never null"
                         : "null in " + Count(column.nulls) + " of " + Count(column.rows);
  return text;
}

struct Line {
  std::string text;
  std::string comment;
};

std::vector<Line> ColumnLines(const TableTextParts& parts, const Inferred& inferred) {
  std::vector<Line> lines;
  for (size_t i = 0; i < parts.schema.size(); ++i) {
    const Column& column = parts.schema[i];
    Line line{sql::QuoteIdentifier(column.name) + " " + column.type.ToString(),
              Seen(inferred.columns[i])};
    const bool is_event_time = inferred.has_event_time && inferred.event_time.from == column.name;
    const std::string_view unit = UnitText(inferred.columns[i].unit);
    if (is_event_time && !unit.empty()) line.comment += "; " + std::string(unit);
    lines.push_back(std::move(line));
  }
  if (!inferred.has_event_time) return lines;
  const Inferred::EventTime& time = inferred.event_time;
  const auto from = std::ranges::find(inferred.columns, time.from, &ColumnProfile::name);
  const std::string name = sql::QuoteIdentifier(time.column);
  if (time.column != time.from) {
    lines.push_back({name + " AS " + EventTimeExpression(*from), ""});
  }
  lines.push_back({"WATERMARK FOR " + name + " AS " + name + " - " + IntervalText(time.delay_ms),
                   time.in_order ? "the samples are in order: a guess"
                                 : "rows came up to " + DurationText(time.disorder_ms) + " late"});
  return lines;
}

std::string Laid(const std::vector<Line>& lines) {
  size_t width = 0;
  for (const Line& line : lines) {
    if (line.text.size() <= kCommentColumnMax) width = std::max(width, line.text.size());
  }
  std::string out;
  for (size_t i = 0; i < lines.size(); ++i) {
    std::string text = lines[i].text + (i + 1 < lines.size() ? "," : "");
    if (!lines[i].comment.empty()) {
      if (text.size() < width + 1) text.append(width + 1 - text.size(), ' ');
      text += "  -- " + lines[i].comment;
    }
    out += "  " + text + "\n";
  }
  return out;
}

std::string Head(const TableTextParts& parts, const Inferred& inferred) {
  const InferSource& source = *parts.source;
  std::string text = "-- Proposed from " + Count(inferred.records) +
                     (inferred.records == 1 ? " record" : " records") + " of " + source.title +
                     " (" + inferred.shape + (source.samples.cut ? ", the first ones" : "") +
                     ").\n";
  const bool any =
      std::ranges::any_of(inferred.columns, [](const ColumnProfile& c) { return c.nulls == 0; });
  if (any) {
    text += "-- \"never null\" is what was seen; with 95 % confidence at most " +
            NullBound(inferred.records) + " of such records are.\n";
  }
  for (const std::string& note : source.notes) text += "-- " + note + "\n";
  if (inferred.has_event_time) {
    const auto from =
        std::ranges::find(inferred.columns, inferred.event_time.from, &ColumnProfile::name);
    text += "-- Event time: " + inferred.event_time.from + ", from " + TimeText(from->first_ms) +
            " to " + TimeText(from->last_ms) + ".\n";
  }
  if (!inferred.key.empty()) {
    text += "-- Key: " + inferred.key +
            " is different in all records. Where one is needed: " + "PRIMARY KEY (" +
            sql::QuoteIdentifier(inferred.key) + ") NOT ENFORCED.\n";
  }
  if (!inferred.entity.empty()) {
    const auto entity = std::ranges::find(inferred.columns, inferred.entity, &ColumnProfile::name);
    text += "-- To group or partition by: " + inferred.entity + " (" + Count(entity->distinct) +
            " values).\n";
  }
  return text;
}

}  // namespace

std::string EventTimeExpression(const ColumnProfile& column) {
  const std::string name = sql::QuoteIdentifier(column.name);
  switch (column.unit) {
    case EventUnit::kSeconds: return "TO_TIMESTAMP_LTZ(" + name + ", 0)";
    case EventUnit::kMillis: return "TO_TIMESTAMP_LTZ(" + name + ", 3)";
    case EventUnit::kMicros: return "TO_TIMESTAMP_LTZ(" + name + " / 1000, 3)";
    case EventUnit::kNanos: return "TO_TIMESTAMP_LTZ(" + name + " / 1000000, 3)";
    case EventUnit::kNone: return "";
    case EventUnit::kTimestamp: break;
  }
  if (column.type.precision() <= kRowtimePrecisionMax) return "";
  const bool zoned = column.type.kind() == TypeKind::kTimestampLtz;
  return "CAST(" + name + " AS " + (zoned ? "TIMESTAMP_LTZ(3)" : "TIMESTAMP(3)") + ")";
}

std::string IntervalText(int64_t ms) {
  struct Unit {
    const char* name;
    int64_t ms;
  };
  for (const Unit& unit :
       {Unit{"DAY", 86'400'000}, Unit{"HOUR", 3'600'000}, Unit{"MINUTE", 60'000}}) {
    if (ms >= unit.ms && ms % unit.ms == 0) {
      const std::string count = std::to_string(ms / unit.ms);
      // The default precision of a field is two digits.
      const std::string digits =
          count.size() > 2 ? "(" + std::to_string(count.size()) + ")" : std::string();
      return "INTERVAL '" + count + "' " + unit.name + digits;
    }
  }
  return "INTERVAL '" + std::to_string(ms / 1000) + "' SECOND";
}

std::string WriteTableText(const TableTextParts& parts, const Inferred& inferred) {
  std::string text = Head(parts, inferred);
  if (parts.source->samples.has_header) {
    text +=
        "SET " + sql::QuoteString("millrace.table." + inferred.table + ".skip-lines") + " = '1';\n";
  }
  text += "CREATE TABLE " + sql::QuoteIdentifier(inferred.table) + " (\n";
  text += Laid(ColumnLines(parts, inferred)) + ") WITH (\n";
  std::vector<std::pair<std::string, std::string>> options = parts.source->connector;
  options.emplace_back("format", parts.format);
  options.insert(options.end(), parts.format_options.begin(), parts.format_options.end());
  for (size_t i = 0; i < options.size(); ++i) {
    text += "  " + sql::QuoteString(options[i].first) + " = " +
            sql::QuoteString(options[i].second) + (i + 1 < options.size() ? ",\n" : "\n");
  }
  return text + ");\n";
}

}  // namespace millrace
