// SPDX-License-Identifier: Apache-2.0
// Any bytes as samples: records lie inside them, types are guessed, the samples decode as the
// guessed columns after widening, and the columns can be written down as a table. The first byte
// chooses how the rest comes: whole or cut, with a header or without, as messages.
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "assistants/infer/column_profile.h"
#include "assistants/infer/sample_decoder.h"
#include "assistants/infer/samples.h"
#include "assistants/infer/type_guess.h"
#include "base/check.h"
#include "formats/format.h"
#include "sql/parser.h"
#include "sql/printer.h"

namespace {

using namespace millrace;  // NOLINT(google-build-using-namespace)

const FormatRegistry& Formats() {
  static const FormatRegistry* const kFormats = [] {
    auto* formats = new FormatRegistry();
    RegisterBuiltinFormats(formats);
    return formats;
  }();
  return *kFormats;
}

Samples SamplesOf(uint8_t choice, std::string_view text) {
  SampleLimits limits{.records_max = 200, .bytes_max = 1 << 16};
  if ((choice & 2) != 0) limits.header = HeaderChoice::kYes;
  if ((choice & 4) != 0) limits.header = HeaderChoice::kNo;
  if ((choice & 8) == 0) return ReadSamples(text, (choice & 1) != 0, limits);
  std::vector<std::string> messages;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    messages.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return ReadMessages(messages, limits);
}

void CheckRecords(const Samples& samples) {
  for (const RecordSlice& record : samples.records) {
    CHECK_LE(size_t{record.offset} + record.length + kDecodePadding, samples.bytes.size());
  }
  CHECK_LE(samples.values.size(), samples.records.size());
}

/// A name and a type that were found must be words of the language.
void CheckTable(const Schema& schema) {
  const std::vector<std::string> names = schema.names();
  CHECK_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
  std::string text = "CREATE TABLE t (";
  for (size_t i = 0; i < schema.size(); ++i) {
    text += (i > 0 ? ", " : "") + sql::QuoteIdentifier(schema[i].name) + " " +
            schema[i].type.ToString();
  }
  text += ") WITH ('connector' = 'print');";
  DiagnosticList diagnostics;
  CHECK(sql::ParseStatement(text, &diagnostics) != nullptr);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Samples samples = SamplesOf(data[0], text);
  CheckRecords(samples);
  if (samples.records.empty()) return 0;
  const Format* format = Formats().Find(samples.format);
  CHECK(format != nullptr);
  TypeGuess whole;
  for (const SampleValue& value : samples.values) whole.Add(value);
  Schema schema;
  for (const std::string& name : whole.field_names()) {
    if (!name.empty()) schema.Append({name, whole.field(name).type()});
  }
  if (schema.size() == 0) return 0;
  CheckTable(schema);
  const SampleDecoder decoder(format, &samples);
  if (!WidenUntilDecodable(decoder, samples.options, &schema)) return 0;
  const auto decoded = decoder.Decode(schema, samples.options);
  if (!decoded) return 0;
  const auto columns = ProfileColumns(schema, decoded->batches, decoded->groups);
  CHECK_EQ(columns.size(), schema.size());
  const int time = ChooseEventTime(columns);
  CHECK(time < static_cast<int>(columns.size()));
  CHECK(ChooseKey(columns, time) < static_cast<int>(columns.size()));
  CHECK(ChooseEntity(columns, time) < static_cast<int>(columns.size()));
  if (time >= 0) CHECK(RoundUpDuration(columns[static_cast<size_t>(time)].disorder_ms) >= 0);
  return 0;
}
