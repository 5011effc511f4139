// SPDX-License-Identifier: Apache-2.0
// Keys, nulls and errors of messages, with a format that reads one integer.
#include "operators/io/message_decoder.h"

#include <arrow/api.h>
#include <gtest/gtest.h>

#include <charconv>

#include "connectors/connector.h"

namespace millrace {
namespace {

class IntegerDecoder final : public RecordDecoder {
 public:
  size_t Frame(std::string_view bytes, bool, std::vector<RecordSlice>*) override {
    return bytes.size();
  }
  Result<Decoded> Decode(std::string_view bytes, std::span<const RecordSlice> records) override {
    Decoded decoded;
    arrow::Int64Builder builder;
    for (uint32_t i = 0; i < records.size(); ++i) {
      const std::string_view text = bytes.substr(records[i].offset, records[i].length);
      int64_t value = 0;
      if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc()) {
        decoded.errors.push_back({i, "no number"});
        continue;
      }
      EXPECT_TRUE(builder.Append(value).ok());
      decoded.record_of_row.push_back(i);
    }
    decoded.batch.columns = {builder.Finish().ValueOrDie()};
    decoded.batch.num_rows = decoded.batch.columns[0]->length();
    return decoded;
  }
};

using Texts = std::vector<const char*>;  // nullptr = null

std::vector<RecordSlice> Slices(const Texts& texts, std::string* bytes) {
  std::vector<RecordSlice> slices;
  for (const char* text : texts) {
    const auto offset = static_cast<uint32_t>(bytes->size());
    if (text == nullptr) {
      slices.push_back({0, kNullRecord});
      continue;
    }
    bytes->append(text);
    slices.push_back({offset, static_cast<uint32_t>(bytes->size() - offset)});
  }
  return slices;
}

std::string Show(const Decoded& decoded) {
  std::string text;
  for (int64_t row = 0; row < decoded.batch.num_rows; ++row) {
    text += text.empty() ? "" : " ";
    if (decoded.batch.kinds != nullptr) text += ShortName(decoded.batch.kind(row));
    for (const auto& column : decoded.batch.columns) {
      text += '/';
      text += column->IsNull(row)
                  ? "null"
                  : std::to_string(static_cast<const arrow::Int64Array&>(*column).Value(row));
    }
  }
  for (const DecodeError& error : decoded.errors) {
    text += " !" + std::to_string(error.record) + " " + error.reason;
  }
  return text + " skipped " + std::to_string(decoded.skipped);
}

std::string Decode(MessageDecoder::Settings settings, const Texts& values, const Texts& keys = {}) {
  IntegerDecoder decoder;
  settings.values = &decoder;
  std::string bytes;
  const auto value_slices = Slices(values, &bytes);
  const auto key_slices = Slices(keys, &bytes);
  MessageDecoder messages(std::move(settings));
  const auto decoded = messages.Decode(bytes, value_slices, key_slices);
  return decoded ? Show(*decoded) : decoded.error().ToString();
}

MessageDecoder::Settings Keyed() { return {.keys = std::make_unique<IntegerDecoder>()}; }

TEST(MessageDecoder, ValuesWithoutKeysAreTheFormatsRows) {
  EXPECT_EQ(Decode({}, {"1", "x", "3"}), "/1 /3 !1 no number skipped 0");
}

TEST(MessageDecoder, ANullValueIsNoRowUnlessTheFormatSaysSo) {
  EXPECT_EQ(Decode({}, {"1", nullptr, "3"}), "/1 /3 skipped 1");
  EXPECT_EQ(Decode({.null_value_is_row = true}, {"1", nullptr, "3"}), "/1 /null /3 skipped 0");
}

TEST(MessageDecoder, KeysStandBehindValues) {
  EXPECT_EQ(Decode(Keyed(), {"1", "2"}, {"10", "20"}), "/1/10 /2/20 skipped 0");
}

TEST(MessageDecoder, ARecordWithoutItsKeyGivesNoRow) {
  EXPECT_EQ(Decode(Keyed(), {"1", "2"}, {nullptr, "20"}), "/2/20 skipped 1");
  MessageDecoder::Settings raw = Keyed();
  raw.null_key_is_row = true;
  EXPECT_EQ(Decode(std::move(raw), {"1", "2"}, {nullptr, "20"}), "/1/null /2/20 skipped 0");
}

TEST(MessageDecoder, ErrorsNameTheRecordOnce) {
  EXPECT_EQ(Decode(Keyed(), {"1", "x", "y", "4"}, {"k", "20", "k", "40"}),
            "/4/40 !0 key: no number !1 no number !2 no number skipped 0");
}

TEST(MessageDecoder, UpsertsDeleteByKey) {
  MessageDecoder::Settings upserts = Keyed();
  upserts.upserts = true;
  EXPECT_EQ(Decode(std::move(upserts), {"1", nullptr, "x"}, {"10", "20", "30"}),
            "+U/1/10 -D/null/20 !2 no number skipped 0");
}

}  // namespace
}  // namespace millrace
