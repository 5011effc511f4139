// SPDX-License-Identifier: Apache-2.0
#include "cli/output/state_table.h"

#include <algorithm>
#include <functional>

#include "base/json_writer.h"
#include "cli/output/padded_text.h"

namespace millrace {
namespace {

std::string DescriptionOf(const OperatorSurvey& one) {
  return one.identity ? one.identity->description : "(not in the plan; dropped state)";
}

std::string KindOf(const OperatorSurvey& one) { return one.identity ? one.identity->kind : "?"; }

std::string Position(const SplitPosition& split) {
  if (split.done) return "done";
  return split.position.empty() ? "at its start" : "at " + split.position;
}

std::string SourcesText(const StateReader& reader) {
  std::string text;
  if (!reader.manifest()) return text;
  for (const auto& [id, splits] : reader.manifest()->sources) {
    const OperatorIdentity* identity = reader.plan() ? reader.plan()->plan.Find(id) : nullptr;
    text += "  " + (identity ? identity->description : id) + ":";
    for (const SplitPosition& split : splits)
      text += " " + split.split + " " + Position(split) + ",";
    if (text.back() == ',') text.pop_back();
    text += "\n";
  }
  return text;
}

void WriteValues(std::string_view name, const std::vector<DecodedValue>& values, JsonWriter* out) {
  out->Key(name).BeginObject();
  for (const DecodedValue& value : values) {
    out->Key(value.name);
    if (value.is_null) {
      out->Null();
    } else if (value.is_number) {
      out->Raw(value.text);
    } else {
      out->String(value.text);
    }
  }
  out->EndObject();
}

std::string ValuesText(const std::vector<DecodedValue>& values) {
  std::string text;
  for (const DecodedValue& value : values) {
    text += " " + value.name + "=" + (value.is_null ? "NULL" : value.text);
  }
  return text;
}

std::string CsvCell(std::string_view text, bool quote) {
  if (!quote && text.find_first_of(",\"\n\r") == std::string_view::npos) return std::string(text);
  std::string cell = "\"";
  for (const char c : text) cell += c == '"' ? "\"\"" : std::string(1, c);
  return cell + "\"";
}

std::string CsvLine(const DecodedEntry& decoded,
                    const std::function<std::string(const DecodedValue&)>& cell) {
  std::string line;
  bool first = true;
  for (const auto* values : {&decoded.key, &decoded.value}) {
    for (const DecodedValue& value : *values) {
      line += (first ? "" : ",") + cell(value);
      first = false;
    }
  }
  return line + "\n";
}

}  // namespace

std::string StateListText(const std::string& data_dir, const StateReader& reader,
                          const StateSurvey& survey) {
  std::string text = data_dir + ": epoch " + std::to_string(reader.epoch());
  if (reader.manifest()) {
    text += " of '" + reader.manifest()->pipeline + "', " +
            (reader.manifest()->finished ? "finished" : "not finished");
  }
  text += "; the journal has " + std::to_string(reader.journal_records()) + " records, " +
          std::to_string(reader.journal_bytes()) + " bytes\n";
  text += SourcesText(reader);
  size_t kind = 4;
  size_t entries = 7;
  size_t bytes = 5;
  for (const OperatorSurvey& one : survey.operators) {
    kind = std::max(kind, KindOf(one).size());
    entries = std::max(entries, std::to_string(one.entries).size());
    bytes = std::max(bytes, std::to_string(one.bytes).size());
  }
  const auto line = [&](const std::string& id, const std::string& of_kind, const std::string& count,
                        const std::string& size, const std::string& description) {
    text += "  " + Padded(id, 18) + " " + Padded(of_kind, kind) + "  " +
            Padded(count, entries, Align::kRight) + "  " + Padded(size, bytes, Align::kRight) +
            "  " + description + "\n";
  };
  if (survey.operators.empty()) text += "  no operator keeps state\n";
  if (!survey.operators.empty()) line("id", "kind", "entries", "bytes", "operator");
  for (const OperatorSurvey& one : survey.operators) {
    line(one.id, KindOf(one), std::to_string(one.entries), std::to_string(one.bytes),
         DescriptionOf(one));
  }
  for (const std::string& problem : survey.problems) text += "  damaged: " + problem + "\n";
  return text;
}

std::string StateListJson(const std::string& data_dir, const StateReader& reader,
                          const StateSurvey& survey) {
  JsonWriter out;
  out.BeginObject().Field("data_dir", data_dir).Field("epoch", reader.epoch());
  out.Field("pipeline", reader.manifest() ? reader.manifest()->pipeline : std::string());
  out.Field("finished", reader.manifest() && reader.manifest()->finished);
  out.Field("journal_records", reader.journal_records());
  out.Field("journal_bytes", reader.journal_bytes());
  out.Key("operators").BeginArray();
  for (const OperatorSurvey& one : survey.operators) {
    out.BeginObject().Field("id", one.id).Field("kind", KindOf(one));
    out.Field("description", DescriptionOf(one)).Field("in_plan", one.identity.has_value());
    out.Field("entries", one.entries).Field("bytes", one.bytes);
    out.Field("undecodable", one.undecodable).Key("tables").BeginObject();
    for (const auto& [table, count] : one.tables) out.Field(table, count);
    out.EndObject().EndObject();
  }
  out.EndArray().Key("problems").BeginArray();
  for (const std::string& problem : survey.problems) out.String(problem);
  out.EndArray().EndObject();
  return std::move(out).Finish();
}

std::string EntryText(const StateEntry& entry, const DecodedEntry& decoded) {
  return std::string(entry.table) + ":" + ValuesText(decoded.key) + " ->" +
         ValuesText(decoded.value) + "\n";
}

std::string EntryJson(const StateEntry& entry, const DecodedEntry& decoded) {
  JsonWriter out;
  out.BeginObject().Field("operator", std::string(entry.operator_id));
  out.Field("table", std::string(entry.table));
  WriteValues("key", decoded.key, &out);
  WriteValues("value", decoded.value, &out);
  out.EndObject();
  return std::move(out).Finish() + "\n";
}

std::string CsvHead(const DecodedEntry& decoded) {
  return CsvLine(decoded, [](const DecodedValue& value) { return CsvCell(value.name, false); });
}

std::string EntryCsv(const DecodedEntry& decoded) {
  // NULL is nothing, an empty text a pair of quotes.
  return CsvLine(decoded, [](const DecodedValue& value) {
    return value.is_null ? std::string() : CsvCell(value.text, value.text.empty());
  });
}

}  // namespace millrace
