// SPDX-License-Identifier: Apache-2.0
#include "formats/json/json_format.h"

#include "data/option_text.h"
#include "formats/json/decoder.h"
#include "formats/json/encoder.h"

namespace millrace {
namespace {

/// What JSON cannot carry in `type`, or nothing.
std::optional<std::string> Unsupported(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kArray: return Unsupported(type.element());
    case TypeKind::kRow:
      for (const DataType::Field& field : type.fields()) {
        if (auto reason = Unsupported(field.type)) return reason;
      }
      return std::nullopt;
    case TypeKind::kMap:
      if (!type.key().is_character()) return "a map's key must be a string";
      return Unsupported(type.value());
    case TypeKind::kMultiset:
      if (!type.element().is_character()) return "a multiset's element must be a string";
      return std::nullopt;
    case TypeKind::kNull:
    case TypeKind::kVariant:
    case TypeKind::kBitmap:
    case TypeKind::kRaw: return "JSON has no form for " + type.ToString();
    default: return std::nullopt;
  }
}

class JsonFormat final : public Format {
 public:
  std::string_view name() const override { return "json"; }
  bool decodes_by_name() const override { return true; }

  std::vector<OptionSpec> options() const override {
    std::vector<OptionSpec> specs = JsonTextOptions();
    specs.insert(specs.begin(),
                 {.key = "fail-on-missing-field",
                  .type = OptionType::kBoolean,
                  .default_value = "false",
                  .help = "A record without one of the columns is bad, instead of giving NULL."});
    specs.push_back({.key = "decode.json-parser.enabled",
                     .type = OptionType::kBoolean,
                     .default_value = "true",
                     .help = "Accepted for Flink; there is one parser here."});
    return specs;
  }

  Status CheckSchema(const Schema& schema, const Options& options, bool for_write) const override {
    TRY(CheckJsonSchema(name(), schema));
    if (!for_write && options.GetBoolean("fail-on-missing-field") &&
        options.GetBoolean("ignore-parse-errors")) {
      return UserError("MR0505",
                       "'json.fail-on-missing-field' and 'json.ignore-parse-errors' exclude each "
                       "other");
    }
    return OkStatus();
  }

  Result<std::unique_ptr<RecordDecoder>> MakeDecoder(const Schema& schema,
                                                     const Options& options) const override {
    return std::make_unique<JsonDecoder>(
        schema,
        JsonDecodeSettings{.fail_on_missing_field = options.GetBoolean("fail-on-missing-field"),
                           .ignore_parse_errors = options.GetBoolean("ignore-parse-errors")});
  }

  Result<std::unique_ptr<RecordEncoder>> MakeEncoder(const Schema& schema,
                                                     const Options& options) const override {
    return std::make_unique<JsonEncoder>(schema, JsonEncodeSettingsOf(options));
  }
};

}  // namespace

std::vector<OptionSpec> JsonTextOptions() {
  return {
      {.key = "ignore-parse-errors",
       .type = OptionType::kBoolean,
       .default_value = "false",
       .help = "A bad field is NULL and a bad record is skipped and counted."},
      {.key = "timestamp-format.standard",
       .type = OptionType::kEnum,
       .default_value = "SQL",
       .choices = {"SQL", "ISO-8601"},
       .help = "The form timestamps are written in; both are read."},
      {.key = "map-null-key.mode",
       .type = OptionType::kEnum,
       .default_value = "FAIL",
       .choices = {"FAIL", "DROP", "LITERAL"},
       .help = "Accepted for Flink; maps have no NULL keys here."},
      {.key = "map-null-key.literal",
       .default_value = "null",
       .help = "Accepted for Flink; maps have no NULL keys here."},
      {.key = "encode.decimal-as-plain-number",
       .type = OptionType::kBoolean,
       .default_value = "false",
       .help = "Write decimals without an exponent."},
      {.key = "encode.ignore-null-fields",
       .type = OptionType::kBoolean,
       .default_value = "false",
       .help = "Leave NULL fields out of the written object."},
  };
}

JsonEncodeSettings JsonEncodeSettingsOf(const Options& options) {
  return {.iso_timestamps =
              EqualsIgnoringCase(options.GetString("timestamp-format.standard"), "ISO-8601"),
          .plain_decimals = options.GetBoolean("encode.decimal-as-plain-number"),
          .ignore_null_fields = options.GetBoolean("encode.ignore-null-fields")};
}

Status CheckJsonSchema(std::string_view format, const Schema& schema) {
  for (const Column& column : schema) {
    if (const auto reason = Unsupported(column.type)) {
      return UserError(
          "MR0505",
          "format '" + std::string(format) + "' cannot carry column '" + column.name + "'",
          *reason);
    }
  }
  return OkStatus();
}

std::unique_ptr<Format> MakeJsonFormat() { return std::make_unique<JsonFormat>(); }

}  // namespace millrace
