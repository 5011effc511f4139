// SPDX-License-Identifier: Apache-2.0
#include "runtime/inspection/entry_decoder.h"

#include <arrow/api.h>

#include <algorithm>
#include <array>

#include "data/key_codec.h"
#include "data/row_format.h"
#include "data/value_text.h"
#include "operators/over/over_layout.h"
#include "plan/identity/type_text.h"
#include "state/encoding.h"
#include "state/row_store.h"
#include "state/rows/row_form.h"

namespace millrace {
namespace {

using Values = std::vector<DecodedValue>;

/// A column whose values are decoded.
struct ShownColumn {
  std::string name;
  DataType type;
  uint32_t tag = 0;
};

struct Part {
  uint32_t tag = 0;
  std::string name;
  ResolvedAggregate aggregate;
};

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
    columns.push_back({WithoutTables(column.origin, tables), std::move(type), TagOfColumn(column)});
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
  std::map<uint32_t, OverLayout> layouts;  // of an OVER, by number
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

  /// The columns of a layout of an OVER: those of the identity by name, others not at all.
  RowForm ShownForm(const OverLayout::List& list, const std::vector<ShownColumn>& columns) const {
    RowForm form;
    for (const OverLayout::Column& column : list.columns) {
      RowForm::Piece piece{.columns = {}, .width = column.width};
      for (size_t i = 0; i < columns.size(); ++i) {
        if (columns[i].tag == column.item.id) piece.columns.push_back(static_cast<int>(i));
      }
      form.pieces.push_back(std::move(piece));
    }
    for (size_t i = 0; i < columns.size(); ++i) {
      const bool known = std::ranges::any_of(list.columns, [&](const OverLayout::Column& column) {
        return column.item.id == columns[i].tag;
      });
      if (!known) form.missing.push_back(static_cast<int>(i));
    }
    return form;
  }

  /// The rows of a block, "time[0]", "amount[0]", ..
  Status AppendBlock(const std::string& table, std::string_view* bytes, Values* out) const {
    static const std::vector<ShownColumn> kNone;
    uint32_t bits = 0;
    uint32_t number = 0;
    if (!ReadBlockHead(bytes, &bits, &number)) return Unreadable(table);
    const auto layout = layouts.find(number);
    const OverLayout::List* list =
        layout == layouts.end() ? nullptr : layout->second.FindList(table);
    if (list == nullptr) return Unreadable(table);
    const auto known = rows.find(table);
    const std::vector<ShownColumn>& columns = known == rows.end() ? kNone : known->second;
    const RowForm form = ShownForm(*list, columns);
    int64_t time = 0;
    for (uint32_t i = 0; i < kBlockRows; ++i) {
      if ((bits >> i & 1) == 0) continue;
      uint64_t distance = 0;
      if (!GetVarint(bytes, &distance)) return Unreadable(table);
      time += static_cast<int64_t>(distance >> 1) ^ -static_cast<int64_t>(distance & 1);
      const std::string mark = "[" + std::to_string(i) + "]";
      // Those of a frame of rows go by their number alone.
      if (table == "frames") out->push_back(TimeOf("time" + mark, time));
      RowStore store(TypesOf(columns));
      store.ReadAs(&form);
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
  Result<DecodedEntry> DecodeBlock(const std::string& table, std::string_view key,
                                   std::string_view value) const {
    DecodedEntry entry;
    std::string_view key_bytes;
    uint64_t block = 0;
    if (!GetBytes(&key, &key_bytes) || !GetVarint(&key, &block)) return Unreadable(table);
    TRY(AppendCoded(keys, key_bytes, &entry.key));
    entry.key.push_back(NumberOf("block", static_cast<int64_t>(block)));
    TRY(AppendBlock(table, &value, &entry.value));
    if (!value.empty()) return Unreadable(table);
    return entry;
  }

  /// What OVER keeps of a key: the number of the layout, sums, then of each list of rows how many
  /// came, how many there are, and the last of them. How they lie in the frames is not shown, nor
  /// is what the query does not ask for any more.
  Result<DecodedEntry> DecodeFrames(std::string_view key, std::string_view value) const {
    DecodedEntry entry;
    TRY(AppendCoded(keys, key, &entry.key));
    uint64_t number = 0;
    if (!GetVarint(&value, &number)) return Unreadable("keys");
    const auto layout = layouts.find(static_cast<uint32_t>(number));
    if (layout == layouts.end()) return Unreadable("keys");
    for (const OverLayout::Item& sum : layout->second.sums) {
      std::string_view state;
      if (!GetBytes(&value, &state)) return Unreadable("keys");
      for (const Part& part : calls) {
        if (part.tag == sum.id) TRY(AppendCall("keys", part, state, &entry.value));
      }
    }
    for (const OverLayout::List& list : layout->second.lists) {
      uint64_t arrivals = 0;
      uint64_t count = 0;
      if (!GetVarint(&value, &arrivals)) return Unreadable(list.table);
      if (list.counted) count = std::exchange(arrivals, 0);
      if (arrivals > 0 && !GetVarint(&value, &count)) return Unreadable(list.table);
      const std::string name = list.table == "frames" ? "rows" : "rows of '" + list.table + "'";
      entry.value.push_back(NumberOf(name, static_cast<int64_t>(count)));
      if (arrivals > 0) TRY(AppendBlock(list.table, &value, &entry.value));
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
    std::string_view window;
    if (table == "windows" && !GetBytes(&value, &window)) return Unreadable(table);
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
  TRY_ASSIGN(parts->keys, ColumnsOf(identity.keys, identity.reads));
  for (const StoredRows& stored : identity.rows) {
    TRY_ASSIGN(parts->rows[stored.table], ColumnsOf(stored.columns, identity.reads));
  }
  for (const StatePart& part : identity.parts) {
    TRY_ASSIGN(auto aggregate, AggregateOfLayout(part.layout));
    Part known{TagOfPart(part), WithoutTables(part.call, identity.reads), std::move(aggregate)};
    for (const Part& before : parts->calls) known.tag += before.tag == known.tag;
    parts->calls.push_back(std::move(known));
  }
  return EntryDecoder(std::move(parts));
}

Status EntryDecoder::Learn(std::string_view table, std::string_view key, std::string_view value) {
  if (table != "form" || parts_->kind != "Over") return OkStatus();
  uint64_t number = 0;
  if (!GetVarint(&key, &number)) return Unreadable(table);
  TRY_ASSIGN(parts_->layouts[static_cast<uint32_t>(number)], OverLayout::Read(value));
  return OkStatus();
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
  if ((table == "groups" || table == "windows") && parts.kind == "GroupAggregate") {
    return parts.DecodeGroup(table, key, value);
  }
  DecodedEntry entry;
  if (table == "keys" && parts.kind == "Over") return parts.DecodeFrames(key, value);
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
  if (parts.kind == "Over" && (table == "frames" || table.starts_with("rows "))) {
    return parts.DecodeBlock(std::string(table), key, value);
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
