// SPDX-License-Identifier: Apache-2.0
// PRINTF: Java's String.format over SQL values; NULL when the format does not fit them. As in Flink
// a DECIMAL can only be shown by %s, and DATE and TIME are their day and millisecond numbers.
#include "data/data_type.h"
#include "data/decimal.h"
#include "data/value_text.h"
#include "functions/kernel_support.h"
#include "functions/simple_function.h"
#include "functions/string/java_format.h"
#include "functions/string/text.h"

namespace millrace {
namespace {

constexpr Text kSignature = "PRINTF(format, value, ...)";

template <typename T>
FormatValue IntegerAt(const arrow::Datum& arg, int64_t row) {
  FormatValue value;
  value.kind = FormatValue::Kind::kInteger;
  value.integer = ColumnReader<T>(arg)[row];
  value.bits = static_cast<int>(sizeof(T) * 8);
  AppendInteger(value.integer, &value.text);
  return value;
}

template <typename T>
FormatValue NumberAt(const arrow::Datum& arg, int64_t row) {
  FormatValue value;
  value.kind = FormatValue::Kind::kDouble;
  const T number = ColumnReader<T>(arg)[row];
  value.number = number;
  if constexpr (sizeof(T) == 4) {
    AppendFloat(number, &value.text);
  } else {
    AppendDouble(number, &value.text);
  }
  return value;
}

FormatValue ValueAt(const DataType& type, const arrow::Datum& arg, int64_t row) {
  FormatValue value;
  if (ValidityReader(arg).IsNull(row)) return value;
  value.kind = FormatValue::Kind::kText;
  switch (type.kind()) {
    case TypeKind::kBoolean:
      value.kind = FormatValue::Kind::kBoolean;
      value.integer = BoolReader(arg)[row] ? 1 : 0;
      value.text = value.integer != 0 ? "true" : "false";
      return value;
    case TypeKind::kTinyInt: return IntegerAt<int8_t>(arg, row);
    case TypeKind::kSmallInt: return IntegerAt<int16_t>(arg, row);
    case TypeKind::kInt:
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kIntervalYearMonth: return IntegerAt<int32_t>(arg, row);
    case TypeKind::kBigInt:
    case TypeKind::kIntervalDayTime: return IntegerAt<int64_t>(arg, row);
    case TypeKind::kFloat: return NumberAt<float>(arg, row);
    case TypeKind::kDouble: return NumberAt<double>(arg, row);
    case TypeKind::kDecimal:
      AppendDecimalPlain(DecimalReader(arg)[row], type.scale(), &value.text);
      return value;
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      AppendTimestamp(ColumnReader<int64_t>(arg)[row], TimestampTicksPerSecond(type.precision()),
                      &value.text);
      return value;
    default: value.text = StringReader(arg)[row]; return value;
  }
}

Result<arrow::Datum> PrintfKernel(KernelContext& ctx, const Arguments& args, int64_t length) {
  return RunKernel(ctx, args, length, [&](int64_t rows) {
    const StringReader format(args[0]);
    StringWriter out(&ctx, rows);
    std::vector<FormatValue> values(args.size() - 1);
    for (int64_t i = 0; i < rows; ++i) {
      if (format.IsNull(i)) {
        out.Null();
        out.EndRow();
        continue;
      }
      for (size_t j = 1; j < args.size(); ++j) {
        values[j - 1] = ValueAt(ctx.arg_types[j], args[j], i);
      }
      if (!FormatLikeJava(format[i], values, &out.bytes())) out.Null();
      out.EndRow();
    }
    return out.Finish(ctx.result_type.ToArrow());
  });
}

Result<ResolvedCall> Resolve(const CallSite& site) {
  TRY_ASSIGN(auto types, MatchParameters("PRINTF", site, {Parameter::kText, Parameter::kAny}, 1,
                                         kAnyNumber, kSignature));
  for (const DataType& type : types) {
    const bool shown = type.is_numeric() || type.is_character() || type.is_timestamp() ||
                       type.is_interval() || type.kind() == TypeKind::kBoolean ||
                       type.kind() == TypeKind::kDate || type.kind() == TypeKind::kTime;
    if (!shown) return NoSignature("PRINTF", site, kSignature);
  }
  return ResolvedCall{
      .result = DataType::String(), .arg_types = std::move(types), .kernel = PrintfKernel};
}

}  // namespace

void RegisterPrintfFunction(FunctionRegistry* registry) {
  registry->Register(
      {.name = "PRINTF",
       .aliases = {},
       .doc = {.group = "string",
               .signature = std::string(kSignature),
               .summary = "The values in a text, by the rules of Java's String.format; NULL if the "
                          "format does not fit the values.",
               .example = "PRINTF('%s is %05.1f', 'x', 2.5e0)",
               .result = "x is 002.5"},
       .resolve = Resolve});
}

}  // namespace millrace
