// SPDX-License-Identifier: Apache-2.0
#include "formats/json/change_format.h"

#include "formats/json/change_records.h"
#include "formats/json/json_format.h"

namespace millrace {
namespace {

constexpr std::string_view kSchemaInclude = "schema-include";

class ChangeFormat final : public Format {
 public:
  ChangeFormat(std::string_view name, const ChangeEnvelope& envelope, bool has_schemas)
      : name_(name), envelope_(envelope), has_schemas_(has_schemas) {}

  std::string_view name() const override { return name_; }
  bool decodes_by_name() const override { return true; }
  ChangelogMode changelog_mode() const override { return ChangelogMode::All(); }

  std::vector<OptionSpec> options() const override {
    std::vector<OptionSpec> specs = JsonTextOptions();
    if (has_schemas_) {
      specs.insert(specs.begin(),
                   {.key = std::string(kSchemaInclude),
                    .type = OptionType::kBoolean,
                    .default_value = "false",
                    .help = "Records carry their schema, and the change in the field `payload`."});
    }
    return specs;
  }

  Status CheckSchema(const Schema& schema, const Options& options, bool for_write) const override {
    if (for_write && InPayload(options)) {
      return UserError("MR0505", "'" + name_ + "." + std::string(kSchemaInclude) +
                                     "' is for reading only: schemas are not written");
    }
    return CheckJsonSchema(name_, schema);
  }

  Result<std::unique_ptr<RecordDecoder>> MakeDecoder(const Schema& schema,
                                                     const Options& options) const override {
    const ChangeDecodeSettings settings{
        .envelope = envelope_,
        .in_payload = InPayload(options),
        .ignore_parse_errors = options.GetBoolean("ignore-parse-errors")};
    return std::make_unique<ChangeDecoder>(schema, settings);
  }

  Result<std::unique_ptr<RecordEncoder>> MakeEncoder(const Schema& schema,
                                                     const Options& options) const override {
    return std::make_unique<ChangeEncoder>(schema, envelope_, JsonEncodeSettingsOf(options));
  }

 private:
  bool InPayload(const Options& options) const {
    return has_schemas_ && options.GetBoolean(kSchemaInclude);
  }

  std::string name_;
  ChangeEnvelope envelope_;
  bool has_schemas_;
};

}  // namespace

std::unique_ptr<Format> MakeDebeziumJsonFormat() {
  const ChangeEnvelope envelope{.code_field = "op",
                                .insert = "c",
                                .update = "u",
                                .remove = "d",
                                .snapshot = "r",
                                .passed = ""};
  return std::make_unique<ChangeFormat>("debezium-json", envelope, /*has_schemas=*/true);
}

std::unique_ptr<Format> MakeOggJsonFormat() {
  const ChangeEnvelope envelope{.code_field = "op_type",
                                .insert = "I",
                                .update = "U",
                                .remove = "D",
                                .snapshot = "",
                                .passed = "T"};
  return std::make_unique<ChangeFormat>("ogg-json", envelope, /*has_schemas=*/false);
}

}  // namespace millrace
