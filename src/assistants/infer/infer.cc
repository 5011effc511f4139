// SPDX-License-Identifier: Apache-2.0
#include "assistants/infer/infer.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "assistants/infer/sample_decoder.h"
#include "assistants/infer/table_text.h"
#include "assistants/infer/type_guess.h"
#include "base/json_writer.h"
#include "formats/file_schema.h"

namespace millrace {
namespace {

constexpr int kFormatVersion = 1;
constexpr int64_t kGuessedDelayMs = 5000;  // where the samples are in order
constexpr double kDelayMargin = 1.5;       // over the disorder that was seen
constexpr std::array<std::string_view, 3> kComputedNames = {"event_time", "rowtime",
                                                            "event_time_1"};

/// What is found out step by step.
class Inference {
 public:
  Inference(InferSource source, const InferOptions& options)
      : source_(std::move(source)), options_(options) {}

  Result<Inferred> Run() {
    TRY(GuessColumns());
    const SampleDecoder decoder = MakeDecoder();
    TRY_ASSIGN(const size_t widened, WidenUntilDecodable(decoder, format_options_, &schema_));
    if (widened > 0) {
      source_.notes.push_back(std::to_string(widened) +
                              (widened == 1 ? " column is" : " columns are") +
                              " STRING since some values do not fit a narrower type.");
    }
    TRY_ASSIGN(const DecodedSamples decoded, decoder.Decode(schema_, format_options_));
    Profile(decoded);
    TRY(WriteAndCompile());
    TRY_ASSIGN(const DecodedSamples final_rows, DecodeAsCompiled());
    inferred_.decoded = final_rows.rows;
    inferred_.broken = source_.samples.broken + final_rows.errors;
    inferred_.first_error = final_rows.first_error;
    return std::move(inferred_);
  }

 private:
  Status GuessColumns() {
    inferred_.table = source_.table;
    if (source_.file_format != nullptr) return TakeFileSchema();
    if (source_.samples.values.empty()) {
      return UserError("MR0904", "no record was found in " + source_.title,
                       source_.samples.broken > 0
                           ? std::to_string(source_.samples.broken) + " looked broken"
                           : "",
                       "records are JSON objects, CSV lines, lines of text or a parquet file");
    }
    format_ = options_.compiler.registries.formats->Find(source_.samples.format);
    if (format_ == nullptr) return InternalError("no format " + source_.samples.format);
    inferred_.format = source_.samples.format;
    inferred_.shape = source_.samples.shape;
    inferred_.records = source_.samples.records.size();
    format_options_ = source_.samples.options;
    TypeGuess whole;
    for (const SampleValue& value : source_.samples.values) whole.Add(value);
    for (const std::string& name : whole.field_names()) {
      if (!name.empty()) schema_.Append({name, whole.field(name).type()});
    }
    if (schema_.size() == 0) {
      return UserError("MR0904", "the records of " + source_.title + " have no fields");
    }
    if (inferred_.format == "json" && whole.has_iso_form()) {
      format_options_.emplace_back("json.timestamp-format.standard", "ISO-8601");
      if (whole.has_sql_form()) {
        source_.notes.emplace_back(
            "Timestamps are written with 'T' and with a blank; Flink reads one form per table.");
      }
    }
    return OkStatus();
  }

  Status TakeFileSchema();

  SampleDecoder MakeDecoder() const {
    if (source_.file != nullptr) return {format_, source_.file, source_.rows_max};
    return {format_, &source_.samples};
  }

  void Profile(const DecodedSamples& decoded) {
    inferred_.columns = ProfileColumns(schema_, decoded.batches, decoded.groups);
    if (source_.file != nullptr) inferred_.records = decoded.rows;
    const int time = ChooseEventTime(inferred_.columns);
    if (time >= 0) SetEventTime(inferred_.columns[static_cast<size_t>(time)]);
    const auto name_of = [&](int column) {
      return column < 0 ? std::string() : inferred_.columns[static_cast<size_t>(column)].name;
    };
    inferred_.key = name_of(ChooseKey(inferred_.columns, time));
    inferred_.entity = name_of(ChooseEntity(inferred_.columns, time));
  }

  void SetEventTime(const ColumnProfile& column) {
    Inferred::EventTime& time = inferred_.event_time;
    inferred_.has_event_time = true;
    time.from = column.name;
    time.column = EventTimeExpression(column).empty() ? column.name : FreeName();
    time.disorder_ms = column.disorder_ms;
    time.in_order = column.disorder_ms == 0;
    time.delay_ms = time.in_order ? kGuessedDelayMs
                                  : RoundUpDuration(static_cast<int64_t>(
                                        static_cast<double>(column.disorder_ms) * kDelayMargin));
    if (!time.in_order && column.disorder_ms * 2 > column.last_ms - column.first_ms) {
      source_.notes.emplace_back(
          "The records are not in the order of their time: sort them, or the watermark waits "
          "long.");
    }
  }

  std::string FreeName() const {
    for (const std::string_view name : kComputedNames) {
      if (!schema_.Find(name)) return std::string(name);
    }
    return "event_time_" + std::to_string(schema_.size());
  }

  Status WriteAndCompile() {
    Schema shown;
    for (size_t i = 0; i < schema_.size(); ++i) {
      const bool never_null = inferred_.columns[i].nulls == 0;
      const DataType& type = schema_[i].type;
      shown.Append(
          {schema_[i].name, options_.not_null && never_null ? type.NotNull() : type.Nullable()});
    }
    inferred_.sql = WriteTableText({&source_, inferred_.format, format_options_, shown}, inferred_);
    Compiler compiler(options_.compiler);
    DiagnosticList diagnostics;
    static_cast<void>(compiler.Compile(inferred_.sql, &diagnostics));
    for (const Diagnostic& entry : diagnostics.entries()) {
      if (entry.severity == Severity::kError) {
        return UserError(entry.code, "the proposed table does not compile: " + entry.message,
                         inferred_.sql);
      }
    }
    for (const std::string& name : compiler.catalog().TableNames()) {
      if (name != inferred_.table) continue;
      compiled_ = compiler.catalog().FindTable(std::string(kDefaultCatalog) + "." +
                                               std::string(kDefaultDatabase) + "." + name);
    }
    return compiled_ != nullptr ? OkStatus()
                                : Status(InternalError("the proposed table is not declared"));
  }

  Result<DecodedSamples> DecodeAsCompiled() const {
    std::vector<std::pair<std::string, std::string>> options;
    for (const auto& [key, value] : compiled_->raw_options) options.emplace_back(key, value.text);
    return MakeDecoder().Decode(compiled_->physical_schema(), options);
  }

  InferSource source_;
  const InferOptions& options_;
  const Format* format_ = nullptr;
  std::vector<std::pair<std::string, std::string>> format_options_;
  Schema schema_;
  TablePtr compiled_;
  Inferred inferred_;
};

Status Inference::TakeFileSchema() {
  const auto* reader = dynamic_cast<const FileSchemaReader*>(source_.file_format);
  if (reader == nullptr) {
    return InternalError("format " + std::string(source_.file_format->name()) +
                         " does not say its columns");
  }
  format_ = source_.file_format;
  inferred_.format = std::string(format_->name());
  inferred_.shape = "a " + inferred_.format + " file";
  TRY_ASSIGN(const Schema found, reader->ReadSchema(source_.file));
  // Whether a column may hold NULL is said by what is seen, as for other formats.
  for (const Column& column : found) schema_.Append({column.name, column.type.Nullable()});
  if (schema_.size() == 0) {
    return UserError("MR0904", source_.title + " has no column that SQL has a type for");
  }
  return OkStatus();
}

}  // namespace

Result<Inferred> InferTable(InferSource source, const InferOptions& options) {
  return Inference(std::move(source), options).Run();
}

std::string NullBound(uint64_t records) {
  const double percent = records == 0 ? 100 : std::min(100.0, 300.0 / static_cast<double>(records));
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.2g %%", percent);
  return percent >= 99.5 ? "100 %" : text.data();
}

std::string TableNameFrom(std::string_view name) {
  while (name.size() > 1 && name.ends_with('/')) name.remove_suffix(1);
  const size_t slash = name.find_last_of('/');
  if (slash != std::string_view::npos) name.remove_prefix(slash + 1);
  const size_t dot = name.find('.');
  if (dot != std::string_view::npos && dot > 0) name = name.substr(0, dot);
  std::string out;
  for (const char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    const bool digit = c >= '0' && c <= '9';
    if (digit && out.empty()) out = "t";
    if (letter || digit) {
      out += c;
    } else if (!out.empty() && out.back() != '_') {
      out += '_';
    }
  }
  while (out.ends_with('_')) out.pop_back();
  return out.empty() ? "input" : out;
}

std::string InferredJson(const Inferred& inferred) {
  JsonWriter out;
  out.BeginObject().Field("format_version", kFormatVersion).Field("sql", inferred.sql);
  out.Field("table", inferred.table).Field("format", inferred.format);
  out.Field("shape", inferred.shape).Field("records", inferred.records);
  out.Field("decoded", inferred.decoded).Field("broken", inferred.broken);
  out.Key("columns").BeginArray();
  for (const ColumnProfile& column : inferred.columns) {
    out.BeginObject().Field("name", column.name);
    out.Field("type", column.type.Nullable().ToString()).Field("nulls", column.nulls);
    out.Field("distinct", column.distinct).EndObject();
  }
  out.EndArray().Key("event_time");
  if (inferred.has_event_time) {
    const Inferred::EventTime& time = inferred.event_time;
    out.BeginObject().Field("column", time.column).Field("from", time.from);
    out.Field("watermark_delay_ms", time.delay_ms).Field("disorder_ms", time.disorder_ms);
    out.EndObject();
  } else {
    out.Null();
  }
  out.Key("key");
  inferred.key.empty() ? out.Null() : out.String(inferred.key);
  out.Key("entity");
  inferred.entity.empty() ? out.Null() : out.String(inferred.entity);
  out.EndObject();
  return std::move(out).Finish();
}

}  // namespace millrace
