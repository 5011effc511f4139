// SPDX-License-Identifier: Apache-2.0
#include "runtime/inspection/entry_decoder.h"

#include <arrow/api.h>

#include <algorithm>
#include <array>

#include "data/key_codec.h"
#include "data/row_format.h"
#include "data/value_text.h"
#include "plan/identity/type_text.h"
#include "plan/rounded_sums.h"
#include "state/encoding.h"
#include "state/row_history.h"
#include "state/row_store.h"

namespace millrace {
namespace {

using Values = std::vector<DecodedValue>;

/// A column whose values are decoded.
struct ShownColumn {
  std::string name;
  DataType type;
};

struct Part {
  uint32_t tag = 0;
  std::string name;
  ResolvedAggregate aggregate;
  bool is_written = true;  // false: follows from rows
};

/// Whether an OVER writes what a call has added up.
bool IsWritten(const StatePart& part, const ResolvedAggregate& aggregate) {
  AggregateCall call;
  call.function = part.layout.substr(0, part.layout.find('('));
  call.distinct = part.layout.starts_with(call.function + "(DISTINCT ");
  call.resolved = aggregate;
  if (!part.layout.ends_with("with retractions")) return true;
  // Earlier versions did not write those of DISTINCT.
  return HasRoundedSum(call) && (!call.distinct || part.layout.contains(kCountsWritten));
}

std::unexpected<Error> Unreadable(std::string_view table) {
  return UserError("MR0724", "an entry of '" + std::string(table) + "' cannot be decoded");
}

DecodedValue ValueOf(const ShownColumn& column, const arrow::Array& array) {
  DecodedValue value{.name = column.name, .text = {}};
  value.is_null = array.IsNull(0);
  if (value.is_null) return value;
  AppendValueText(column.type, array, 0, &value.text);
  const bool finite = value.text.find_first_not_of("0123456789+-.eE") == std::string::npos;
  value.is_number = column.type.is_numeric() && finite;
  return value;
}

DecodedValue NumberOf(std::string name, int64_t number) {
  return {.name = std::move(name), .text = std::to_string(number), .is_number = true};
}

DecodedValue TimeOf(std::string name, int64_t milliseconds) {
  DecodedValue value{.name = std::move(name), .text = {}};
  constexpr int64_t kRange = 8'000'000'000'000'000;  // far beyond any year that is shown
  if (milliseconds > -kRange && milliseconds < kRange) {
    AppendTimestamp(milliseconds, 1000, &value.text);
  } else {
    value.text = milliseconds < 0 ? "none yet" : "the end";
  }
  return value;
}

Result<std::vector<ShownColumn>> ColumnsOf(const std::vector<StoredColumn>& stored,
                                           const std::vector<std::string>& tables) {
  std::vector<ShownColumn> columns;
  for (const StoredColumn& column : stored) {
    TRY_ASSIGN(DataType type, TypeOfText(column.type));
    columns.push_back({WithoutTables(column.origin, tables), std::move(type)});
  }
  return columns;
}

std::vector<DataType> TypesOf(const std::vector<ShownColumn>& columns) {
  std::vector<DataType> types;
  for (const ShownColumn& column : columns) types.push_back(column.type);
  return types;
}

KeyCodec CodecOf(const std::vector<ShownColumn>& columns) {
  std::vector<int> places;
  for (size_t i = 0; i < columns.size(); ++i) places.push_back(static_cast<int>(i));
  return {std::move(places), TypesOf(columns)};
}

Status AppendCoded(const std::vector<ShownColumn>& columns, std::string_view bytes, Values* out) {
  TRY_ASSIGN(const auto arrays, CodecOf(columns).Decode(std::array{bytes}));
  for (size_t i = 0; i < columns.size(); ++i) out->push_back(ValueOf(columns[i], *arrays[i]));
  return OkStatus();
}

Status AppendRow(const std::vector<ShownColumn>& columns, std::string_view bytes, Values* out) {
  RowStore rows(TypesOf(columns));
  TRY_ASSIGN(const uint32_t slot, rows.Read(bytes));
  TRY_ASSIGN(const auto arrays, rows.GatherAll(std::array{slot}));
  for (size_t i = 0; i < columns.size(); ++i) out->push_back(ValueOf(columns[i], *arrays[i]));
  return OkStatus();
}

/// Of the frames of an OVER, as text.
bool HasBoundedRange(std::string_view frames) {
  constexpr std::string_view kRange = "RANGE ";
  for (size_t at = frames.find(kRange); at != frames.npos; at = frames.find(kRange, at + 1)) {
    if (!frames.substr(at + kRange.size()).starts_with("UNBOUNDED")) return true;
  }
  return false;
}

DecodedValue BytesOf(std::string name, std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  DecodedValue value{.name = std::move(name), .text = "x"};
  for (const char c : bytes) {
    value.text += kDigits[static_cast<uint8_t>(c) >> 4];
    value.text += kDigits[static_cast<uint8_t>(c) & 15];
  }
  return value;
}

}  // namespace

struct EntryDecoder::Parts {
  std::string kind;
  bool separate = true;             // calls stand in values by their tags
  std::vector<std::string> lists;   // tables of the rows in frames, in their order
  std::vector<bool> lists_by_time;  // false: a frame of rows goes by their number alone
  std::vector<ShownColumn> keys;
  std::map<std::string, std::vector<ShownColumn>, std::less<>> rows;  // by table
  std::vector<Part> calls;

  Status AppendCalls(std::string_view table, std::string_view bytes, Values* out) const {
    while (!bytes.empty()) {
      std::string_view state;
      uint32_t tag = 0;
      if (bytes.size() < sizeof(tag)) return Unreadable(table);
      for (size_t i = 0; i < sizeof(tag); ++i) {
        tag |= static_cast<uint32_t>(static_cast<uint8_t>(bytes[i])) << (8 * i);
      }
      bytes.remove_prefix(sizeof(tag));
      if (!GetBytes(&bytes, &state)) return Unreadable(table);
      for (const Part& part : calls) {
        if (part.tag == tag) TRY(AppendCall(table, part, state, out));
      }
    }
    return OkStatus();
  }

  static Status AppendCall(std::string_view table, const Part& part, std::string_view state,
                           Values* out) {
    const auto accumulators = part.aggregate.make();
    accumulators->Reserve(1);
    TRY(accumulators->Deserialize(0, &state));
    if (!state.empty()) return Unreadable(table);
    TRY_ASSIGN(const auto result, accumulators->Finish(std::array<uint32_t, 1>{0}));
    out->push_back(ValueOf({part.name, part.aggregate.result}, *result));
    return OkStatus();
  }

  /// Ordered entries: the key, its time, its number, and a row.
  Result<DecodedEntry> DecodeOrdered(std::string_view table, std::string_view key,
                                     std::string_view value) const {
    DecodedEntry entry;
    std::string_view key_bytes;
    int64_t time = 0;
    int64_t number = 0;
    if (!GetBytes(&key, &key_bytes) || !GetOrdered(&key, &time) || !GetOrdered(&key, &number)) {
      return Unreadable(table);
    }
    TRY(AppendCoded(keys, key_bytes, &entry.key));
    entry.key.push_back(TimeOf("time", time));
    entry.key.push_back(NumberOf("sequence", number));
    TRY(AppendRow(rows.find(table)->second, value, &entry.value));
    return entry;
  }

  /// The rows of a block, "time[0]", "amount[0]", ..
  Status AppendBlock(size_t list, std::string_view* bytes, Values* out) const {
    const std::string& table = lists[list];
    const std::vector<ShownColumn>& columns = rows.find(table)->second;
    if (bytes->empty()) return Unreadable(table);
    const auto bits = static_cast<uint8_t>(bytes->front());
    bytes->remove_prefix(1);
    int64_t time = 0;
    for (uint32_t i = 0; i < RowHistory::kBlockRows; ++i) {
      if ((bits >> i & 1) == 0) continue;
      uint64_t distance = 0;
      if (!GetVarint(bytes, &distance)) return Unreadable(table);
      time += static_cast<int64_t>(distance >> 1) ^ -static_cast<int64_t>(distance & 1);
      const std::string mark = "[" + std::to_string(i) + "]";
      if (lists_by_time[list]) out->push_back(TimeOf("time" + mark, time));
      RowStore store(TypesOf(columns));
      TRY_ASSIGN(const uint32_t slot, store.ReadFront(bytes));
      TRY_ASSIGN(const auto arrays, store.GatherAll(std::array{slot}));
      for (size_t c = 0; c < columns.size(); ++c) {
        out->push_back(ValueOf({columns[c].name + mark, columns[c].type}, *arrays[c]));
      }
    }
    return OkStatus();
  }

  /// The one row of a key: when it came (0 without time-to-live), its number, itself.
  Result<DecodedEntry> DecodeOneRow(std::string_view table, std::string_view key,
                                    std::string_view value) const {
    DecodedEntry entry;
    uint64_t time = 0;
    uint64_t number = 0;
    TRY(AppendCoded(keys, key, &entry.key));
    if (!GetVarint(&value, &time) || !GetVarint(&value, &number)) return Unreadable(table);
    if (time != 0) entry.value.push_back(TimeOf("last_change", static_cast<int64_t>(time)));
    TRY(AppendRow(rows.find(table)->second, value, &entry.value));
    return entry;
  }

  /// A block of rows of OVER that is full.
  Result<DecodedEntry> DecodeBlock(size_t list, std::string_view key,
                                   std::string_view value) const {
    DecodedEntry entry;
    std::string_view key_bytes;
    uint64_t block = 0;
    if (!GetBytes(&key, &key_bytes) || !GetVarint(&key, &block)) return Unreadable(lists[list]);
    TRY(AppendCoded(keys, key_bytes, &entry.key));
    entry.key.push_back(NumberOf("block", static_cast<int64_t>(block)));
    TRY(AppendBlock(list, &value, &entry.value));
    if (!value.empty()) return Unreadable(lists[list]);
    return entry;
  }

  /// What OVER keeps of a key whose frames are bounded: sums, then of each list of rows how many
  /// came, how many there are, and the last of them. How they lie in the frames is not shown.
  Result<DecodedEntry> DecodeFrames(std::string_view key, std::string_view value) const {
    DecodedEntry entry;
    TRY(AppendCoded(keys, key, &entry.key));
    for (const Part& part : calls) {
      if (!part.is_written) continue;
      const auto accumulators = part.aggregate.make();
      accumulators->Reserve(1);
      TRY(accumulators->Deserialize(0, &value));
      TRY_ASSIGN(const auto result, accumulators->Finish(std::array<uint32_t, 1>{0}));
      entry.value.push_back(ValueOf({part.name, part.aggregate.result}, *result));
    }
    for (size_t list = 0; list < lists.size(); ++list) {
      // Of a frame of rows that keeps nothing of them there is their number alone.
      const bool only_counts = !lists_by_time[list] && rows.find(lists[list])->second.empty();
      uint64_t arrivals = 0;
      uint64_t count = 0;
      if (!GetVarint(&value, &arrivals)) return Unreadable(lists[list]);
      if (only_counts) count = std::exchange(arrivals, 0);
      if (arrivals > 0 && !GetVarint(&value, &count)) return Unreadable(lists[list]);
      const std::string name = list == 0 ? "rows" : "rows of " + lists[list];
      entry.value.push_back(NumberOf(name, static_cast<int64_t>(count)));
      if (arrivals > 0) TRY(AppendBlock(list, &value, &entry.value));
    }
    return entry;
  }

  /// Rows that wait for a time.
  Result<DecodedEntry> DecodeWaiting(std::string_view table, std::string_view key,
                                     std::string_view value) const {
    DecodedEntry entry;
    int64_t time = 0;
    int64_t number = 0;
    if (!GetOrdered(&key, &time) || !GetOrdered(&key, &number)) return Unreadable(table);
    entry.key.push_back(TimeOf("time", time));
    entry.key.push_back(NumberOf("sequence", number));
    TRY(AppendRow(rows.find(table)->second, value, &entry.value));
    return entry;
  }

  Result<DecodedEntry> DecodeWindow(std::string_view table, std::string_view key,
                                    std::string_view value) const {
    DecodedEntry entry;
    int64_t end = 0;
    int64_t start = 0;
    int64_t count = 0;
    if (!GetOrdered(&key, &end) || !GetOrdered(&value, &start) || !GetOrdered(&value, &count)) {
      return Unreadable(table);
    }
    TRY(AppendCoded(keys, key, &entry.key));
    entry.key.push_back(TimeOf("slice_start", start));
    entry.key.push_back(TimeOf("slice_end", end));
    entry.value.push_back(NumberOf("rows", count));
    TRY(AppendCalls(table, value, &entry.value));
    return entry;
  }

  Result<DecodedEntry> DecodeGroup(std::string_view table, std::string_view key,
                                   std::string_view value) const {
    DecodedEntry entry;
    int64_t count = 0;
    int64_t touched = 0;
    if (!GetOrdered(&value, &count) || !GetOrdered(&value, &touched)) return Unreadable(table);
    TRY(AppendCoded(keys, key, &entry.key));
    entry.value.push_back(NumberOf("rows", count));
    if (touched != 0) entry.value.push_back(TimeOf("last_change", touched));
    TRY(AppendCalls(table, value, &entry.value));
    return entry;
  }
};

EntryDecoder::EntryDecoder(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
EntryDecoder::EntryDecoder(EntryDecoder&&) noexcept = default;
EntryDecoder::~EntryDecoder() = default;

Result<EntryDecoder> EntryDecoder::Make(const OperatorIdentity& identity) {
  auto parts = std::make_unique<Parts>();
  parts->kind = identity.kind;
  parts->separate = identity.parts_are_separate;
  TRY_ASSIGN(parts->keys, ColumnsOf(identity.keys, identity.reads));
  for (const StoredRows& stored : identity.rows) {
    TRY_ASSIGN(parts->rows[stored.table], ColumnsOf(stored.columns, identity.reads));
    if (identity.kind != "Over" || stored.table == "waiting") continue;
    // RANGE frames share the first list, where there are any.
    const bool by_time = parts->lists.empty() && HasBoundedRange(identity.aspect("frame"));
    parts->lists.push_back(stored.table);
    parts->lists_by_time.push_back(by_time);
  }
  for (const StatePart& part : identity.parts) {
    TRY_ASSIGN(auto aggregate, AggregateOfLayout(part.layout));
    const bool is_written = IsWritten(part, aggregate);
    Part known{TagOfPart(part), WithoutTables(part.call, identity.reads), std::move(aggregate),
               is_written};
    for (const Part& before : parts->calls) known.tag += before.tag == known.tag;
    parts->calls.push_back(std::move(known));
  }
  return EntryDecoder(std::move(parts));
}

std::vector<std::string> EntryDecoder::key_names() const {
  std::vector<std::string> names;
  for (const ShownColumn& column : parts_->keys) names.push_back(column.name);
  return names;
}

Result<DecodedEntry> EntryDecoder::Decode(std::string_view table, std::string_view key,
                                          std::string_view value) const {
  const Parts& parts = *parts_;
  if (table == "windows" && parts.kind == "WindowAggregate") {
    return parts.DecodeWindow(table, key, value);
  }
  if (table == "groups" && parts.kind == "GroupAggregate") {
    return parts.DecodeGroup(table, key, value);
  }
  DecodedEntry entry;
  if (table == "keys" && parts.kind == "Over") {
    if (!parts.separate) return parts.DecodeFrames(key, value);
    TRY(AppendCoded(parts.keys, key, &entry.key));
    TRY(parts.AppendCalls(table, value, &entry.value));
    return entry;
  }
  if (table == "rows" && parts.kind == "ChangelogNormalize") {
    TRY(AppendCoded(parts.keys, key, &entry.key));
    int64_t touched_ms = 0;
    if (!GetOrdered(&value, &touched_ms)) return CorruptStateEntry(table);
    TRY(AppendCoded(parts.rows.find("rows")->second, value, &entry.value));
    return entry;
  }
  if (table == "keys" && parts.kind == "Deduplicate") {
    int64_t touched_ms = 0;
    TRY(AppendCoded(parts.keys, key, &entry.key));
    if (!GetOrdered(&value, &touched_ms)) return CorruptStateEntry(table);
    if (touched_ms != 0) entry.value.push_back(TimeOf("last_change", touched_ms));
    return entry;
  }
  if (table == "row" ||
      ((parts.kind == "Join" || parts.kind == "SnapshotJoin") && table.ends_with(" row"))) {
    return parts.DecodeOneRow(table, key, value);
  }
  const auto list = std::ranges::find(parts.lists, table);
  if (list != parts.lists.end()) {
    return parts.DecodeBlock(static_cast<size_t>(list - parts.lists.begin()), key, value);
  }
  if (parts.rows.contains(table)) {
    const bool waits = table == "waiting" || parts.kind == "WindowJoin";
    return waits ? parts.DecodeWaiting(table, key, value) : parts.DecodeOrdered(table, key, value);
  }
  // Cells are named integers; what is left is shown as bytes.
  std::string_view rest = value;
  int64_t number = 0;
  if (value.size() == 8 && GetOrdered(&rest, &number)) {
    entry.key.push_back({.name = "cell", .text = std::string(key)});
    const bool is_time = key.find("watermark") != std::string_view::npos ||
                         key.find("until") != std::string_view::npos;
    entry.value.push_back(is_time ? TimeOf("value", number) : NumberOf("value", number));
    return entry;
  }
  entry.key.push_back(BytesOf("key", key));
  entry.value.push_back(BytesOf("value", value));
  return entry;
}

}  // namespace millrace
