// SPDX-License-Identifier: Apache-2.0
#include "formats/csv/csv_format.h"

#include "formats/csv/decoder.h"
#include "formats/csv/encoder.h"

namespace millrace {
namespace {

OptionSpec Switch(std::string key, bool on, std::string help) {
  return {.key = std::move(key),
          .type = OptionType::kBoolean,
          .default_value = on ? "true" : "false",
          .help = std::move(help)};
}

class CsvFormat final : public Format {
 public:
  std::string_view name() const override { return "csv"; }

  std::vector<OptionSpec> options() const override {
    return {
        {.key = "field-delimiter",
         .default_value = ",",
         .help = "One ASCII character between fields; '\\t' is a tab."},
        Switch("disable-quote-character", false, "No character quotes fields."),
        {.key = "quote-character", .default_value = "\"", .help = "Encloses fields."},
        {.key = "escape-character", .help = "Takes the next character as it is; none by default."},
        {.key = "null-literal", .help = "Text that stands for NULL; none by default."},
        {.key = "array-element-delimiter",
         .default_value = ";",
         .help = "Text between the elements of an array or a row."},
        Switch("allow-comments", false, "Skip lines that start with '#', and empty ones."),
        Switch("ignore-parse-errors", false,
               "A bad field is NULL and a bad record is skipped and counted."),
        Switch("trim-spaces", false, "Cut blanks around fields that are not quoted."),
        Switch("empty-string-as-null", false, "An empty field is NULL."),
        Switch("fail-on-missing-columns", false, "A record with too few fields is always bad."),
        Switch("ignore-trailing-unmappable", false, "Ignore fields beyond the last column."),
        Switch("allow-trailing-comma", true, "A delimiter may stand behind the last field."),
        Switch("write-bigdecimal-in-scientific-notation", true,
               "Write decimals that end in zeros with an exponent: 100000 as 1E+5."),
    };
  }

  Status CheckSchema(const Schema& schema, const Options& options, bool) const override {
    TRY(ReadCsvDialect(options));
    for (const Column& column : schema) {
      if (!CsvSupports(column.type)) {
        return UserError("MR0505", "format 'csv' cannot carry column '" + column.name + "'",
                         "CSV has no form for " + column.type.ToString());
      }
    }
    return OkStatus();
  }

  Result<std::unique_ptr<RecordDecoder>> MakeDecoder(const Schema& schema,
                                                     const Options& options) const override {
    TRY_ASSIGN(CsvDialect dialect, ReadCsvDialect(options));
    return std::make_unique<CsvDecoder>(schema, std::move(dialect));
  }

  Result<std::unique_ptr<RecordEncoder>> MakeEncoder(const Schema& schema,
                                                     const Options& options) const override {
    TRY_ASSIGN(CsvDialect dialect, ReadCsvDialect(options));
    return std::make_unique<CsvEncoder>(schema, std::move(dialect));
  }
};

}  // namespace

std::unique_ptr<Format> MakeCsvFormat() { return std::make_unique<CsvFormat>(); }

}  // namespace millrace
