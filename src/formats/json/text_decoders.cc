// SPDX-License-Identifier: Apache-2.0
// Text, bytes (base64) and booleans. As in Flink, a STRING column takes any value: numbers and
// literals as written, objects and arrays printed again without white space.
#include <cstring>

#include "formats/columns/number_text.h"
#include "formats/json/json_text.h"
#include "formats/json/value_decoder.h"

namespace millrace {
namespace {

constexpr uint64_t kOnes = 0x0101010101010101ull;
constexpr uint64_t kHighs = 0x8080808080808080ull;

/// Copies in steps of 8 bytes, reading and writing up to 7 beyond the end; returns whether there
/// was no backslash.
bool CopyUnlessEscaped(const char* from, size_t size, char* to) {
  uint64_t seen = 0;
  for (size_t i = 0; i < size; i += 8) {
    uint64_t word = 0;
    std::memcpy(&word, from + i, 8);
    std::memcpy(to + i, &word, 8);
    if (size - i < 8) word &= ~uint64_t{0} >> (64 - 8 * (size - i));
    const uint64_t diff = word ^ (kOnes * '\\');
    seen |= (diff - kOnes) & ~diff & kHighs;
  }
  return seen == 0;
}

class TextDecoder final : public ValueDecoder {
 public:
  explicit TextDecoder(const DataType& type)
      : ValueDecoder(type.Nullable().ToString()), builder_(type.ToArrow()) {
    column_ = &builder_;
  }

  bool Decode(JsonCursor& in) override {
    const char first = in.Peek();
    if (first != '"') return DecodeOther(in, first);
    std::string_view raw;
    if (!in.StringToken(&raw)) return false;
    if (!builder_.HasRoom(raw.size())) return in.FailWith("the texts of one batch exceed 2 GiB");
    char* out = builder_.Begin(raw.size());
    size_t length = raw.size();
    if (!CopyUnlessEscaped(raw.data(), raw.size(), out)) {
      length = UnescapeJson(raw, out);
      if (length == SIZE_MAX) return in.FailSyntax("a string with valid escapes");
    }
    builder_.Commit(length);
    in.Advance();
    return true;
  }

 private:
  bool DecodeOther(JsonCursor& in, char first) {
    if (first == '{' || first == '[') {
      scratch_.clear();
      if (!AppendCompactJson(in, &scratch_)) return false;
      builder_.Append(scratch_);
      return true;
    }
    const std::string_view text = in.TokenText();
    if (!in.SkipValue()) return false;
    builder_.Append(text);
    return true;
  }

  TextBuilder builder_;
  std::string scratch_;
};

class BytesDecoder final : public ValueDecoder {
 public:
  explicit BytesDecoder(const DataType& type)
      : ValueDecoder(type.Nullable().ToString() + " in base64"), builder_(type.ToArrow()) {
    column_ = &builder_;
  }

  bool Decode(JsonCursor& in) override {
    if (in.Peek() != '"') return Refuse(in);
    std::string_view text;
    if (!in.Text(&scratch_, &text)) return false;
    if (!builder_.HasRoom(text.size())) return in.FailWith("the bytes of one batch exceed 2 GiB");
    const auto length = DecodeBase64Text(text, builder_.Begin(text.size()));
    if (!length) return Refuse(in);
    builder_.Commit(*length);
    in.Advance();
    return true;
  }

 private:
  TextBuilder builder_;
  std::string scratch_;
};

class BooleanDecoder final : public ValueDecoder {
 public:
  explicit BooleanDecoder(const DataType& type)
      : ValueDecoder(type.Nullable().ToString()), builder_(type.ToArrow()) {
    column_ = &builder_;
  }

  /// Boolean.parseBoolean of whatever stands there: all but "true" is FALSE. Objects are refused.
  bool Decode(JsonCursor& in) override {
    const char first = in.Peek();
    if (first == 't' || first == 'f') {
      const bool value = first == 't';
      if (!(value ? in.Literal("true") : in.Literal("false"))) return in.FailSyntax("a value");
      builder_.Append(value);
      in.Advance();
      return true;
    }
    if (first == '{' || first == '[') return Refuse(in);
    std::string_view text;
    if (first == '"' && !in.Text(&scratch_, &text)) return false;
    if (!in.SkipValue()) return false;
    builder_.Append(ParseJavaBoolean(text));
    return true;
  }

 private:
  BooleanBuilder builder_;
  std::string scratch_;
};

}  // namespace

std::unique_ptr<ValueDecoder> MakeTextDecoder(const DataType& type) {
  if (type.is_character()) return std::make_unique<TextDecoder>(type);
  if (type.is_binary()) return std::make_unique<BytesDecoder>(type);
  return std::make_unique<BooleanDecoder>(type);
}

}  // namespace millrace
