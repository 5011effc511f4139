// SPDX-License-Identifier: Apache-2.0
// DATE, TIME and TIMESTAMP. The SQL and the ISO-8601 form are both read whatever the format's
// timestamp standard is; a zone is turned into UTC. TIMESTAMP_LTZ needs a zone: without one the
// text does not name a point in time.
#include "base/check.h"
#include "formats/columns/time_text.h"
#include "formats/json/value_decoder.h"

namespace millrace {
namespace {

template <typename T>
class TimeDecoder : public ValueDecoder {
 public:
  explicit TimeDecoder(const DataType& type)
      : ValueDecoder(type.Nullable().ToString()), builder_(type.ToArrow()) {
    column_ = &builder_;
  }

  bool Decode(JsonCursor& in) override {
    if (in.Peek() != '"') return Refuse(in);
    std::string_view text;
    if (!in.StringToken(&text)) return false;
    std::optional<T> value = Parse(text);
    if (!value) [[unlikely]] {  // escapes are allowed, though nobody writes a time with them
      if (!in.Text(&scratch_, &text)) return false;
      value = Parse(text);
    }
    if (!value) return Refuse(in);
    builder_.Append(*value);
    in.Advance();
    return true;
  }

 protected:
  virtual std::optional<T> Parse(std::string_view text) = 0;

 private:
  FixedBuilder<T> builder_;
  std::string scratch_;
};

class DateDecoder final : public TimeDecoder<int32_t> {
 public:
  using TimeDecoder::TimeDecoder;

 protected:
  std::optional<int32_t> Parse(std::string_view text) override { return ReadDateText(text); }
};

class TimeOfDayDecoder final : public TimeDecoder<int32_t> {
 public:
  using TimeDecoder::TimeDecoder;

 protected:
  std::optional<int32_t> Parse(std::string_view text) override { return ReadTimeText(text, false); }
};

class TimestampDecoder final : public TimeDecoder<int64_t> {
 public:
  explicit TimestampDecoder(const DataType& type)
      : TimeDecoder(type),
        ticks_per_second_(TimestampTicksPerSecond(type.precision())),
        zoned_(type.kind() == TypeKind::kTimestampLtz) {
    if (zoned_) expected_ += " with a zone such as 2024-01-01 00:00:00Z";
  }

 protected:
  std::optional<int64_t> Parse(std::string_view text) override {
    const auto parsed = reader_.Read(text);
    if (!parsed || (zoned_ && !parsed->offset_seconds)) return std::nullopt;
    return TimestampTicks(*parsed, ticks_per_second_);
  }

 private:
  TimestampTextReader reader_;
  int64_t ticks_per_second_;
  bool zoned_;
};

}  // namespace

std::unique_ptr<ValueDecoder> MakeTimeDecoder(const DataType& type) {
  if (type.kind() == TypeKind::kDate) return std::make_unique<DateDecoder>(type);
  if (type.kind() == TypeKind::kTime) return std::make_unique<TimeOfDayDecoder>(type);
  CHECK(type.is_timestamp());
  return std::make_unique<TimestampDecoder>(type);
}

}  // namespace millrace
