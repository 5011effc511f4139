// SPDX-License-Identifier: Apache-2.0
#include "formats/json/decoder.h"

#include <arrow/array/util.h>

#include <algorithm>
#include <cstring>

namespace millrace {
namespace {

constexpr uint32_t kGroupBytes = 64 << 10;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// First byte of the record's value: behind white space and a byte order mark.
uint32_t ValueStart(const char* base, RecordSlice record) {
  uint32_t at = record.offset;
  const uint32_t end = record.offset + record.length;
  if (std::string_view(base + at, record.length).starts_with(kByteOrderMark)) at += 3;
  while (at < end && JsonCursor::IsSpace(base[at])) ++at;
  return at;
}

}  // namespace

JsonDecoder::JsonDecoder(const Schema& schema, const JsonDecodeSettings& settings)
    : settings_(settings), object_(MakeObjectDecoder(schema, settings)) {}

size_t JsonDecoder::Frame(std::string_view bytes, bool at_end, std::vector<RecordSlice>* records) {
  size_t begin = 0;
  while (begin < bytes.size()) {
    const void* found = std::memchr(bytes.data() + begin, '\n', bytes.size() - begin);
    if (found == nullptr && !at_end) break;
    const size_t end = found == nullptr
                           ? bytes.size()
                           : static_cast<size_t>(static_cast<const char*>(found) - bytes.data());
    const size_t cut = end > begin && bytes[end - 1] == '\r' ? end - 1 : end;
    records->push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(cut - begin)});
    begin = found == nullptr ? end : end + 1;
  }
  return begin;
}

JsonDecoder::Group JsonDecoder::NextGroup(std::span<const RecordSlice> records, size_t first) {
  Group group{records[first].offset, records[first].offset + records[first].length, 1};
  for (size_t i = first + 1; i < records.size(); ++i, ++group.records) {
    const uint32_t end = records[i].offset + records[i].length;
    if (records[i].offset < group.end || end - group.begin > kGroupBytes) break;
    group.end = end;
  }
  return group;
}

Result<Decoded> JsonDecoder::Decode(std::string_view bytes, std::span<const RecordSlice> records) {
  decoded_ = Decoded{};
  rows_ = 0;
  const auto& fields = object_->fields();
  for (const auto& field : fields) field->column()->Reserve(static_cast<int64_t>(records.size()));
  decoded_.record_of_row.reserve(records.size());
  for (size_t first = 0; first < records.size();) {
    const Group group = NextGroup(records, first);
    DecodeGroup(bytes.data(), records, first, group);
    first += group.records;
  }
  decoded_.batch.num_rows = rows_;
  for (const auto& field : fields) {
    decoded_.batch.columns.push_back(arrow::MakeArray(field->column()->Finish()));
  }
  return std::move(decoded_);
}

void JsonDecoder::DecodeGroup(const char* base, std::span<const RecordSlice> records, size_t first,
                              const Group& group) {
  const std::string_view text(base + group.begin, group.end - group.begin);
  bool together = tokenizer_.IndexGroup(text);
  const uint32_t* token = tokenizer_.begin();
  for (size_t i = first; i < first + group.records; ++i) {
    const auto number = static_cast<uint32_t>(i);
    const RecordSlice record = records[i];
    const uint32_t start = ValueStart(base, record);
    if (start == record.offset + record.length) {
      ++decoded_.skipped;
      continue;
    }
    if (together) {
      while (token < tokenizer_.end() && *token < start - group.begin) ++token;
      // A value that does not start at a token starts inside a string of an unclosed record before
      // it.
      together = *token == start - group.begin;
    }
    if (!together) {
      DecodeAlone(base, record, number);
      continue;
    }
    const uint32_t begin = record.offset - group.begin;
    JsonCursor in(text.data(), token, begin, begin + record.length, settings_.ignore_parse_errors);
    DecodeRecord(in, number);
    token = in.token();
  }
}

void JsonDecoder::DecodeAlone(const char* base, RecordSlice record, uint32_t number) {
  const uint32_t start = ValueStart(base, record);
  const uint32_t length = record.offset + record.length - start;
  if (auto reason = tokenizer_.IndexRecord({base + start, length})) {
    GiveUp(number, std::move(*reason), rows_);
    return;
  }
  JsonCursor in(base + start, tokenizer_.begin(), 0, length, settings_.ignore_parse_errors);
  DecodeRecord(in, number);
}

void JsonDecoder::DecodeRecord(JsonCursor& in, uint32_t number) {
  const int64_t rows = rows_;
  const char first = in.Peek();
  if (first == '{') [[likely]] {
    if (object_->Decode(in, rows_)) [[likely]] {
      ++rows_;
      decoded_.record_of_row.push_back(number);
      return;
    }
  } else if (first == '[') {
    if (DecodeArray(in, number)) return;
  } else {
    in.FailSyntax("an object");
  }
  GiveUp(number, in.Reason(), rows);
}

bool JsonDecoder::DecodeArray(JsonCursor& in, uint32_t number) {
  if (!in.Enter()) return false;
  in.Advance();
  bool more = in.Peek() != ']';
  if (!more) {
    ++decoded_.skipped;
    return true;
  }
  while (more) {
    if (in.Peek() != '{') return in.FailSyntax("an object");
    if (!object_->Decode(in, rows_)) return false;
    ++rows_;
    decoded_.record_of_row.push_back(number);
    if (!in.NextMember(']', &more)) return false;
  }
  return true;
}

void JsonDecoder::GiveUp(uint32_t number, std::string reason, int64_t rows) {
  object_->Truncate(rows);
  rows_ = rows;
  decoded_.record_of_row.resize(static_cast<size_t>(rows));
  if (settings_.ignore_parse_errors) {
    ++decoded_.skipped;
  } else {
    decoded_.errors.push_back({.record = number, .reason = std::move(reason)});
  }
}

}  // namespace millrace
