// SPDX-License-Identifier: Apache-2.0
// Constants as written: numbers, texts, times and intervals.
#include <arrow/array/array_base.h>
#include <arrow/array/array_binary.h>
#include <arrow/scalar.h>
#include <arrow/util/decimal.h>

#include <charconv>

#include "expr/evaluator.h"
#include "functions/coercion.h"
#include "plan/binding/expression_binder.h"

namespace millrace {
namespace {

ExpressionPtr BadLiteral(BindContext* context, std::string message, Span span) {
  context->Error("MR0308", std::move(message), span);
  return nullptr;
}

ExpressionPtr DecimalLiteral(BindContext* context, const std::string& text, int precision,
                             int scale, Span span) {
  if (precision > 38) {
    return BadLiteral(context, "a number of more than 38 digits does not fit DECIMAL", span);
  }
  const auto value = arrow::Decimal128::FromString(text);
  if (!value.ok()) return BadLiteral(context, "not a number: " + text, span);
  auto rescaled = *value;
  return Expression::Literal(
      std::make_shared<arrow::Decimal128Scalar>(rescaled, arrow::decimal128(precision, scale)),
      DataType::Decimal(precision, scale));
}

ExpressionPtr IntegerLiteral(BindContext* context, const sql::Literal& literal) {
  int64_t value = 0;
  const char* begin = literal.text.data();
  const char* end = begin + literal.text.size();
  const auto parsed = std::from_chars(begin, end, value);
  if (parsed.ec == std::errc() && parsed.ptr == end) {
    if (value >= INT32_MIN && value <= INT32_MAX) {
      return Expression::Literal(std::make_shared<arrow::Int32Scalar>(static_cast<int32_t>(value)),
                                 DataType::Int());
    }
    return Expression::Literal(std::make_shared<arrow::Int64Scalar>(value), DataType::BigInt());
  }
  const int digits = static_cast<int>(literal.text.size()) - (literal.text[0] == '-' ? 1 : 0);
  return DecimalLiteral(context, literal.text, digits, 0, literal.span);
}

ExpressionPtr PointLiteral(BindContext* context, const sql::Literal& literal) {
  const std::string_view digits =
      std::string_view(literal.text).substr(literal.text.starts_with("-") ? 1 : 0);
  const size_t point = digits.find('.');
  const int scale = static_cast<int>(digits.size() - point - 1);
  const int precision = std::max(static_cast<int>(digits.size()) - 1, 1);
  std::string text = literal.text;
  if (scale == 0) text.pop_back();
  if (point == 0) text.insert(text.size() - digits.size(), "0");
  return DecimalLiteral(context, text, std::max(precision, scale), scale, literal.span);
}

ExpressionPtr DoubleLiteral(BindContext* context, const sql::Literal& literal) {
  double value = 0;
  const char* begin = literal.text.data();
  const char* end = begin + literal.text.size();
  const auto parsed = std::from_chars(begin, end, value);
  if (parsed.ec != std::errc() || parsed.ptr != end) {
    return BadLiteral(context, "not a number in the range of DOUBLE: " + literal.text,
                      literal.span);
  }
  if (value == 0) value = 0;  // a literal is a decimal number in Flink: there is no -0.0
  return Expression::Literal(std::make_shared<arrow::DoubleScalar>(value), DataType::Double());
}

/// Length in UTF-16 units, which CHAR(n) of a literal counts in Flink.
int Utf16Length(std::string_view text) {
  int length = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) != 0x80) length += byte >= 0xF0 ? 2 : 1;
  }
  return length;
}

/// DATE '..', TIME '..', TIMESTAMP '..' through the cast from text.
ExpressionPtr TimeLiteral(BindContext* context, const sql::Literal& literal) {
  const size_t point = literal.text.find('.');
  const int digits =
      point == std::string::npos ? 0 : static_cast<int>(literal.text.size() - point - 1);
  if (digits > 9) {
    return BadLiteral(context,
                      "at most 9 digits of a second fraction, found " + std::to_string(digits),
                      literal.span);
  }
  DataType type = DataType::Date();
  std::string_view shape = "DATE 'yyyy-MM-dd'";
  if (literal.literal == sql::LiteralKind::kTime) {
    type = DataType::Time(digits);
    shape = "TIME 'HH:mm:ss[.fff]'";
  } else if (literal.literal == sql::LiteralKind::kTimestamp) {
    type = DataType::Timestamp(digits);
    shape = "TIMESTAMP 'yyyy-MM-dd HH:mm:ss[.fff]'";
  } else if (literal.literal == sql::LiteralKind::kTimestampLtz) {
    type = DataType::TimestampLtz(digits);
    shape = "TIMESTAMP_LTZ 'yyyy-MM-dd HH:mm:ss[.fff]'";
  }
  ExpressionPtr text =
      Expression::Literal(std::make_shared<arrow::StringScalar>(literal.text), DataType::String());
  auto cast = Expression::Cast(text, type.Nullable(), /*try_cast=*/true);
  if (!cast) {
    context->Report(cast.error(), literal.span);
    return nullptr;
  }
  const auto value = EvaluateConstant(*cast, context->session);
  if (!value || !(*value)->is_valid) {
    return BadLiteral(context, "expected " + std::string(shape) + ", found '" + literal.text + "'",
                      literal.span);
  }
  return Expression::Literal(*value, type);
}

}  // namespace

ExpressionPtr BindLiteral(BindContext* context, const sql::Literal& literal) {
  using K = sql::LiteralKind;
  switch (literal.literal) {
    case K::kNull: return Expression::NullLiteral(DataType::Null());
    case K::kUnknown: return Expression::NullLiteral(DataType::Boolean());
    case K::kTrue:
    case K::kFalse: return Expression::BooleanLiteral(literal.literal == K::kTrue);
    case K::kInteger: return IntegerLiteral(context, literal);
    case K::kDecimal: return PointLiteral(context, literal);
    case K::kDouble: return DoubleLiteral(context, literal);
    case K::kString:
      return Expression::Literal(std::make_shared<arrow::StringScalar>(literal.text),
                                 DataType::Char(Utf16Length(literal.text)));
    case K::kBinary: {
      if (literal.text.size() % 2 != 0) {
        context->Error("MR0308", "a binary literal has two hex digits per byte: X'0AFF'",
                       literal.span);
        return nullptr;
      }
      std::string bytes;
      for (size_t i = 0; i + 1 < literal.text.size(); i += 2) {
        bytes += static_cast<char>(std::stoi(literal.text.substr(i, 2), nullptr, 16));
      }
      const int length = static_cast<int>(bytes.size());
      return Expression::Literal(std::make_shared<arrow::BinaryScalar>(std::move(bytes)),
                                 DataType::Binary(length));
    }
    default: return TimeLiteral(context, literal);
  }
}

}  // namespace millrace
