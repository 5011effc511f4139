// SPDX-License-Identifier: Apache-2.0
#include "connectors/datagen/options.h"

#include "data/decimal.h"
#include "data/option_text.h"

namespace millrace {
namespace {

OptionSpec Field(std::string key, OptionType type, std::string default_value, std::string help) {
  return {.key = "fields.#." + std::move(key),
          .type = type,
          .default_value = std::move(default_value),
          .help = std::move(help)};
}

std::unexpected<Error> Bad(const std::string& field, const char* option, const std::string& why) {
  return UserError("MR0503", "option 'fields." + field + "." + option + "': " + why);
}

Status CheckBound(const std::string& field, const char* name, const DataType& type,
                  const std::optional<std::string>& text) {
  if (!text) return OkStatus();
  bool fits = true;
  if (type.is_integer() || type.is_interval()) {
    fits = ParseOptionLong(*text).has_value();
  } else if (type.is_decimal()) {
    fits = ParseDecimal(*text, type.precision(), type.scale()).has_value();
  } else if (type.is_approximate()) {
    fits = ParseOptionDouble(*text).has_value();
  } else {
    return Bad(field, name, type.ToString() + " takes no bounds");
  }
  return fits ? OkStatus() : Status(Bad(field, name, "'" + *text + "' is no " + type.ToString()));
}

Status CheckSequence(const std::string& field, const DataType& type, const Options& options) {
  if (!type.is_numeric() && !type.is_character()) {
    return Bad(field, "kind", type.ToString() + " has no sequence");
  }
  if (!options.Has("fields." + field + ".start") || !options.Has("fields." + field + ".end")) {
    return UserError(
        "MR0502", "a sequence needs 'fields." + field + ".start' and 'fields." + field + ".end'");
  }
  const FieldOptions read = ReadFieldOptions(options, field);
  if (read.end < read.start) return Bad(field, "end", "it is before the start");
  return OkStatus();
}

Status CheckField(const std::string& field, const DataType& type, const Options& options) {
  const FieldOptions read = ReadFieldOptions(options, field);
  if (read.sequence) return CheckSequence(field, type, options);
  TRY(CheckBound(field, "min", type, read.min));
  TRY(CheckBound(field, "max", type, read.max));
  if (type.is_numeric() && read.min && read.max) {
    const auto least = ParseOptionDouble(*read.min);
    const auto most = ParseOptionDouble(*read.max);
    if (least && most && *least > *most) return Bad(field, "max", "it is below the smallest value");
  }
  if (read.null_rate < 0 || read.null_rate > 1) return Bad(field, "null-rate", "it is from 0 to 1");
  if (read.length < 0) return Bad(field, "length", "it is negative");
  const bool bounded = type.is_character() || type.is_binary();
  if (bounded && read.length > type.length()) {
    return Bad(field, "length", "the type is " + type.ToString());
  }
  switch (type.kind()) {
    case TypeKind::kArray:
    case TypeKind::kMultiset: return CheckField(field + ".element", type.element(), options);
    case TypeKind::kMap:
      TRY(CheckField(field + ".key", type.key(), options));
      return CheckField(field + ".value", type.value(), options);
    case TypeKind::kRow:
      for (const DataType::Field& child : type.fields()) {
        TRY(CheckField(field + "." + child.name, child.type, options));
      }
      return OkStatus();
    case TypeKind::kVariant:
    case TypeKind::kBitmap:
    case TypeKind::kRaw:
    case TypeKind::kNull:
      return UserError("MR0506",
                       "datagen cannot make column '" + field + "' of type " + type.ToString());
    default: return OkStatus();
  }
}

}  // namespace

std::vector<OptionSpec> DatagenOptions() {
  return {
      {.key = "rows-per-second",
       .type = OptionType::kLong,
       .default_value = "10000",
       .help = "Pace of the source; the arrival time of a row is the time it was due."},
      {.key = "number-of-rows",
       .type = OptionType::kLong,
       .help = "Ends after so many rows; without it the table is unbounded."},
      {.key = "scan.parallelism",
       .type = OptionType::kInt,
       .default_value = "1",
       .help = "Number of splits that rows are made in."},
      {.key = "fields.#.kind",
       .type = OptionType::kEnum,
       .default_value = "random",
       .choices = {"random", "sequence"},
       .help = "Random values or a sequence."},
      Field("min", OptionType::kString, "", "Smallest random value."),
      Field("max", OptionType::kString, "", "Largest random value."),
      Field("start", OptionType::kLong, "", "First value of a sequence."),
      Field("end", OptionType::kLong, "", "Last value of a sequence; the table ends there."),
      Field("length", OptionType::kLong, "", "Length of texts, bytes (100) and collections (3)."),
      Field("var-len", OptionType::kBoolean, "false", "Lengths vary between 1 and 'length'."),
      Field("null-rate", OptionType::kDouble, "0", "Share of NULL values, 0 to 1."),
      Field("max-past", OptionType::kDuration, "0 s",
            "Timestamps are up to so long before the current time."),
  };
}

std::vector<OptionSpec> DatagenExtraOptions() {
  return {{.key = "seed",
           .type = OptionType::kLong,
           .help = "Makes random values the same in every run; otherwise each run differs."}};
}

FieldOptions ReadFieldOptions(const Options& options, const std::string& field) {
  const std::string prefix = "fields." + field + ".";
  FieldOptions read;
  read.sequence = EqualsIgnoringCase(options.GetString(prefix + "kind"), "sequence");
  read.start = options.GetLong(prefix + "start");
  read.end = options.GetLong(prefix + "end");
  if (options.Has(prefix + "min")) read.min = options.GetString(prefix + "min");
  if (options.Has(prefix + "max")) read.max = options.GetString(prefix + "max");
  read.length = options.GetLong(prefix + "length");
  read.variable_length = options.GetBoolean(prefix + "var-len");
  read.null_rate = options.GetDouble(prefix + "null-rate");
  read.max_past_ms = options.GetDuration(prefix + "max-past").count();
  return read;
}

Status CheckDatagen(const TableContext& table) {
  for (const Column& column : table.schema) {
    TRY(CheckField(column.name, column.type, table.options));
  }
  for (const auto& [key, value] : table.options.values()) {
    if (!key.starts_with("fields.")) continue;
    bool known = false;
    for (const Column& column : table.schema)
      known |= key.starts_with("fields." + column.name + ".");
    if (!known) {
      return UserError("MR0503", "option '" + key + "' names no column of the table", {},
                       "computed and metadata columns are not generated");
    }
  }
  if (table.options.GetLong("rows-per-second") <= 0) {
    return UserError("MR0503", "option 'rows-per-second' must be positive", {},
                     "for full speed use a pace that cannot be reached, such as 1000000000");
  }
  if (table.options.GetLong("scan.parallelism") <= 0) {
    return UserError("MR0503", "option 'scan.parallelism' must be positive");
  }
  return OkStatus();
}

}  // namespace millrace
