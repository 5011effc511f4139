// SPDX-License-Identifier: Apache-2.0
#include "assistants/infer/column_profile.h"

#include <arrow/array.h>
#include <arrow/scalar.h>
#include <arrow/type.h>

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_set>

namespace millrace {
namespace {

constexpr uint64_t kKeyRowsMin = 5;
constexpr int64_t kSecond = 1000;
constexpr int64_t kMinute = 60 * kSecond;
constexpr int64_t kHour = 60 * kMinute;
constexpr int64_t kDay = 24 * kHour;
// Times between 2001 and 2100 are told apart by their length.
constexpr int64_t kEpochFrom = 978'307'200;
constexpr int64_t kEpochTo = 4'102'444'800;
/// Names that a time of the event has, best first, and names that other times have.
constexpr std::array<std::string_view, 11> kTimeNames = {
    "event_time", "eventtime", "event_timestamp", "event_ts",    "rowtime",   "ts",
    "timestamp",  "time",      "datetime",        "occurred_at", "created_at"};
constexpr std::array<std::string_view, 8> kOtherTimes = {"birth",    "expir",   "until",  "due",
                                                         "deadline", "updated", "ingest", "end"};
constexpr std::array<std::string_view, 14> kEntityNames = {
    "card",   "user",     "customer", "account", "device",  "host",  "sensor",
    "symbol", "merchant", "session",  "client",  "machine", "order", "vehicle"};

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

bool IsWholeNumber(const DataType& type) { return type.is_integer(); }

int64_t Divisor(EventUnit unit) {
  switch (unit) {
    case EventUnit::kMicros: return 1000;
    case EventUnit::kNanos: return 1'000'000;
    default: return 1;
  }
}

int64_t MillisOf(int64_t value, EventUnit unit, const DataType& type) {
  if (unit == EventUnit::kTimestamp) {
    return value / (TimestampTicksPerSecond(type.precision()) / kSecond);
  }
  return unit == EventUnit::kSeconds ? value * kSecond : value / Divisor(unit);
}

EventUnit UnitOfEpoch(int64_t value) {
  constexpr std::array<std::pair<EventUnit, int64_t>, 4> kPerSecond = {
      {{EventUnit::kSeconds, 1},
       {EventUnit::kMillis, 1000},
       {EventUnit::kMicros, 1'000'000},
       {EventUnit::kNanos, 1'000'000'000}}};
  for (const auto& [unit, per_second] : kPerSecond) {
    const int64_t seconds = value / per_second;
    if (seconds >= kEpochFrom && seconds < kEpochTo) return unit;
  }
  return EventUnit::kNone;
}

/// The raw numbers of a column of whole numbers or timestamps.
std::optional<int64_t> NumberAt(const arrow::Array& array, int64_t row) {
  switch (array.type_id()) {
    case arrow::Type::INT64: return static_cast<const arrow::Int64Array&>(array).Value(row);
    case arrow::Type::INT32: return static_cast<const arrow::Int32Array&>(array).Value(row);
    case arrow::Type::TIMESTAMP: return static_cast<const arrow::TimestampArray&>(array).Value(row);
    default: return std::nullopt;
  }
}

std::vector<int64_t> Numbers(const std::vector<Batch>& batches, size_t column) {
  std::vector<int64_t> numbers;
  for (const Batch& batch : batches) {
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      const auto number = NumberAt(*batch.columns[column], row);
      if (!number) return {};
      numbers.push_back(*number);
    }
  }
  return numbers;
}

void ProfileTime(const std::vector<Batch>& batches, size_t column,
                 const std::vector<uint32_t>& groups, ColumnProfile* profile) {
  if (profile->nulls > 0 || profile->rows == 0) return;
  if (!profile->type.is_timestamp() && !IsWholeNumber(profile->type)) return;
  const std::vector<int64_t> numbers = Numbers(batches, column);
  if (numbers.empty()) return;
  EventUnit unit = EventUnit::kTimestamp;
  if (!profile->type.is_timestamp()) {
    unit = UnitOfEpoch(numbers[0]);
    for (const int64_t number : numbers) {
      if (UnitOfEpoch(number) != unit) unit = EventUnit::kNone;
    }
  }
  if (unit == EventUnit::kNone) return;
  profile->unit = unit;
  int64_t latest = MillisOf(numbers[0], unit, profile->type);
  int64_t before = latest;
  profile->first_ms = latest;
  uint64_t in_order = 0;
  profile->last_ms = latest;
  for (size_t row = 0; row < numbers.size(); ++row) {
    const int64_t time = MillisOf(numbers[row], unit, profile->type);
    if (row > 0 && row < groups.size() && groups[row] != groups[row - 1]) latest = before = time;
    in_order += time >= before ? 1 : 0;
    before = time;
    profile->disorder_ms = std::max(profile->disorder_ms, latest - time);
    latest = std::max(latest, time);
    profile->first_ms = std::min(profile->first_ms, time);
    profile->last_ms = std::max(profile->last_ms, time);
  }
  profile->in_order = static_cast<double>(in_order) / static_cast<double>(numbers.size());
}

uint64_t CountDistinct(const std::vector<Batch>& batches, size_t column) {
  std::unordered_set<std::string> seen;
  for (const Batch& batch : batches) {
    const arrow::Array& array = *batch.columns[column];
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      if (array.IsNull(row)) continue;
      if (auto scalar = array.GetScalar(row); scalar.ok()) seen.insert((*scalar)->ToString());
    }
  }
  return seen.size();
}

double TimeScore(const ColumnProfile& column) {
  if (column.unit == EventUnit::kNone) return 0;
  const std::string name = Lower(column.name);
  double score = 0;
  for (size_t i = 0; i < kTimeNames.size(); ++i) {
    if (name == kTimeNames[i]) score = 4.0 - 0.1 * static_cast<double>(i);
  }
  const bool hints = name.contains("time") || name.ends_with("_at") || name.ends_with("ts") ||
                     name.contains("date") || name.contains("epoch");
  if (score == 0 && hints) score = 2;
  for (const std::string_view other : kOtherTimes) {
    if (name.contains(other)) score -= 2;
  }
  // A number is a time only if its name says so.
  if (column.unit != EventUnit::kTimestamp && score <= 0) return 0;
  if (column.unit == EventUnit::kTimestamp) score += 3;
  return std::max(0.1, score + 2 * column.in_order);
}

bool CanBeKey(const ColumnProfile& column) {
  return column.type.is_character() || IsWholeNumber(column.type);
}

int KeyScore(const std::string& name) {
  if (name == "id" || name == "key" || name == "uuid") return 3;
  if (name.ends_with("id") || name.ends_with("key") || name.ends_with("uuid")) return 2;
  return name.ends_with("number") || name.ends_with("_no") || name.ends_with("code") ? 1 : 0;
}

}  // namespace

std::vector<ColumnProfile> ProfileColumns(const Schema& schema, const std::vector<Batch>& batches,
                                          const std::vector<uint32_t>& groups) {
  std::vector<ColumnProfile> profiles;
  for (size_t i = 0; i < schema.size(); ++i) {
    ColumnProfile profile;
    profile.name = schema[i].name;
    profile.type = schema[i].type;
    for (const Batch& batch : batches) {
      profile.rows += static_cast<uint64_t>(batch.num_rows);
      profile.nulls += static_cast<uint64_t>(batch.columns[i]->null_count());
    }
    profile.distinct = CountDistinct(batches, i);
    ProfileTime(batches, i, groups, &profile);
    profiles.push_back(std::move(profile));
  }
  return profiles;
}

int ChooseEventTime(const std::vector<ColumnProfile>& columns) {
  int best = -1;
  double best_score = 0;
  for (size_t i = 0; i < columns.size(); ++i) {
    const double score = TimeScore(columns[i]);
    if (score <= best_score) continue;
    best = static_cast<int>(i);
    best_score = score;
  }
  return best;
}

int ChooseKey(const std::vector<ColumnProfile>& columns, int event_time) {
  int best = -1;
  int best_score = 0;
  for (size_t i = 0; i < columns.size(); ++i) {
    const ColumnProfile& column = columns[i];
    if (static_cast<int>(i) == event_time || !CanBeKey(column) || column.nulls > 0) continue;
    if (column.rows < kKeyRowsMin || column.distinct < column.rows) continue;
    const int score = KeyScore(Lower(column.name));
    if (score <= best_score) continue;
    best = static_cast<int>(i);
    best_score = score;
  }
  return best;
}

int ChooseEntity(const std::vector<ColumnProfile>& columns, int event_time) {
  int best = -1;
  uint64_t most = 1;
  for (size_t i = 0; i < columns.size(); ++i) {
    const ColumnProfile& column = columns[i];
    if (static_cast<int>(i) == event_time || !CanBeKey(column)) continue;
    const std::string name = Lower(column.name);
    const bool named = name.ends_with("_id") || std::ranges::any_of(kEntityNames, [&](auto entity) {
                         return name.starts_with(entity);
                       });
    if (!named || column.distinct * 2 > column.rows || column.distinct <= most) continue;
    best = static_cast<int>(i);
    most = column.distinct;
  }
  return best;
}

int64_t RoundUpDuration(int64_t ms) {
  constexpr std::array kRound = {1 * kSecond,  2 * kSecond,  5 * kSecond,  10 * kSecond,
                                 15 * kSecond, 30 * kSecond, 1 * kMinute,  2 * kMinute,
                                 5 * kMinute,  10 * kMinute, 15 * kMinute, 30 * kMinute,
                                 1 * kHour,    2 * kHour,    6 * kHour,    12 * kHour};
  for (const int64_t round : kRound) {
    if (ms <= round) return round;
  }
  return (ms + kDay - 1) / kDay * kDay;
}

}  // namespace millrace
