// SPDX-License-Identifier: Apache-2.0
#include "connectors/nexmark/event_batch.h"

#include <arrow/array/array_nested.h>
#include <arrow/array/util.h>
#include <arrow/buffer.h>
#include <arrow/util/bit_util.h>

#include <array>
#include <string_view>
namespace millrace {
namespace {

using ArrayPointer = std::shared_ptr<arrow::Array>;

/// Values of the rows that have one, in ascending order of rows; 0 and "" elsewhere.
class LongValues {
 public:
  explicit LongValues(size_t rows) : values_(rows) {}
  void Set(size_t row, int64_t value) { values_[row] = value; }
  std::shared_ptr<arrow::ArrayData> Finish(const DataType& type) {
    const auto rows = static_cast<int64_t>(values_.size());
    return arrow::ArrayData::Make(type.ToArrow(), rows,
                                  {nullptr, arrow::Buffer::FromVector(std::move(values_))}, 0);
  }

 private:
  std::vector<int64_t> values_;
};

class TextValues {
 public:
  TextValues(size_t rows, size_t bytes) : ends_(rows + 1) { text_.reserve(bytes + bytes / 16); }
  size_t bytes() const { return text_.size(); }
  void Set(size_t row, std::string_view text) {
    FillTo(row + 1);
    text_ += text;
  }
  std::shared_ptr<arrow::ArrayData> Finish(const DataType& type) {
    FillTo(ends_.size());
    const auto rows = static_cast<int64_t>(ends_.size()) - 1;
    return arrow::ArrayData::Make(type.ToArrow(), rows,
                                  {nullptr, arrow::Buffer::FromVector(std::move(ends_)),
                                   arrow::Buffer::FromString(std::move(text_))},
                                  0);
  }

 private:
  // Offsets up to `end`, without it, where the text ends now.
  void FillTo(size_t end) {
    for (; filled_ < end; ++filled_) ends_[filled_] = static_cast<int32_t>(text_.size());
  }

  std::vector<int32_t> ends_;
  std::string text_;
  size_t filled_ = 0;
};

/// Which rows are of one kind.
class RowsOfKind {
 public:
  explicit RowsOfKind(size_t rows)
      : rows_(static_cast<int64_t>(rows)),
        present_(static_cast<size_t>(arrow::bit_util::BytesForBits(rows_))) {}
  void Add(size_t row) {
    arrow::bit_util::SetBit(present_.data(), static_cast<int64_t>(row));
    ++count_;
  }
  ArrayPointer Finish(const DataType& type,
                      std::vector<std::shared_ptr<arrow::ArrayData>> children) {
    return arrow::MakeArray(arrow::ArrayData::Make(type.ToArrow(), rows_,
                                                   {arrow::Buffer::FromVector(std::move(present_))},
                                                   std::move(children), rows_ - count_));
  }

 private:
  int64_t rows_;
  int64_t count_ = 0;
  std::vector<uint8_t> present_;
};

/// The fields of a ROW: numbers and texts, each in the order of the type.
template <size_t kLongs, size_t kTexts>
class FieldValues {
 public:
  /// `text_bytes`: about so many each text column will have; Finish says how many there were.
  FieldValues(size_t rows, std::array<size_t, kTexts>* text_bytes)
      : rows_(rows), longs_(kLongs, LongValues(rows)), text_bytes_(text_bytes) {
    texts_.reserve(kTexts);
    for (const size_t bytes : *text_bytes) texts_.emplace_back(rows, bytes);
  }

  void Set(size_t row, const std::array<int64_t, kLongs>& longs,
           const std::array<std::string_view, kTexts>& texts) {
    rows_.Add(row);
    for (size_t i = 0; i < kLongs; ++i) longs_[i].Set(row, longs[i]);
    for (size_t i = 0; i < kTexts; ++i) texts_[i].Set(row, texts[i]);
  }

  ArrayPointer Finish(const DataType& type) {
    for (size_t i = 0; i < kTexts; ++i) (*text_bytes_)[i] = texts_[i].bytes();
    std::vector<std::shared_ptr<arrow::ArrayData>> children;
    auto next_long = longs_.begin();
    auto next_text = texts_.begin();
    for (const DataType::Field& field : type.fields()) {
      children.push_back(field.type.is_character() ? (next_text++)->Finish(field.type)
                                                   : (next_long++)->Finish(field.type));
    }
    return rows_.Finish(type, std::move(children));
  }

 private:
  RowsOfKind rows_;
  std::vector<LongValues> longs_;
  std::vector<TextValues> texts_;
  std::array<size_t, kTexts>* text_bytes_;
};

DataType TimeType() { return DataType::Timestamp(3); }

}  // namespace

const Schema& NexmarkSchema() {
  static const DataType kLong = DataType::BigInt();
  static const DataType kText = DataType::String();
  static const Schema kSchema({
      {"event_type", DataType::Int()},
      {"person", DataType::Row({{"id", kLong},
                                {"name", kText},
                                {"emailAddress", kText},
                                {"creditCard", kText},
                                {"city", kText},
                                {"state", kText},
                                {"dateTime", TimeType()},
                                {"extra", kText}})},
      {"auction", DataType::Row({{"id", kLong},
                                 {"itemName", kText},
                                 {"description", kText},
                                 {"initialBid", kLong},
                                 {"reserve", kLong},
                                 {"dateTime", TimeType()},
                                 {"expires", TimeType()},
                                 {"seller", kLong},
                                 {"category", kLong},
                                 {"extra", kText}})},
      {"bid", DataType::Row({{"auction", kLong},
                             {"bidder", kLong},
                             {"price", kLong},
                             {"channel", kText},
                             {"url", kText},
                             {"dateTime", TimeType()},
                             {"extra", kText}})},
  });
  return kSchema;
}

std::vector<ArrayPointer> NexmarkColumns::Make(std::span<const int64_t> numbers) {
  const size_t rows = numbers.size();
  std::vector<int32_t> kinds(rows);
  FieldValues<2, 6> people(rows, &person_bytes_);
  FieldValues<7, 3> auctions(rows, &auction_bytes_);
  FieldValues<4, 3> bids(rows, &bid_bytes_);
  NexmarkPerson p;
  NexmarkAuction a;
  NexmarkBid b;
  for (size_t row = 0; row < rows; ++row) {
    const NexmarkKind kind = events_->KindOf(numbers[row]);
    kinds[row] = static_cast<int32_t>(kind);
    switch (kind) {
      case NexmarkKind::kPerson:
        events_->MakePerson(numbers[row], &p);
        people.Set(row, {p.id, p.time_ms},
                   {p.name, p.email, p.credit_card, p.city, p.state, p.extra});
        break;
      case NexmarkKind::kAuction:
        events_->MakeAuction(numbers[row], &a);
        auctions.Set(
            row, {a.id, a.initial_bid, a.reserve, a.time_ms, a.expires_ms, a.seller, a.category},
            {a.item_name, a.description, a.extra});
        break;
      case NexmarkKind::kBid:
        events_->MakeBid(numbers[row], &b);
        bids.Set(row, {b.auction, b.bidder, b.price, b.time_ms}, {*b.channel, *b.url, b.extra});
        break;
    }
  }
  const Schema& schema = NexmarkSchema();
  return {arrow::MakeArray(
              arrow::ArrayData::Make(schema[0].type.ToArrow(), static_cast<int64_t>(rows),
                                     {nullptr, arrow::Buffer::FromVector(std::move(kinds))}, 0)),
          people.Finish(schema[1].type), auctions.Finish(schema[2].type),
          bids.Finish(schema[3].type)};
}

}  // namespace millrace
