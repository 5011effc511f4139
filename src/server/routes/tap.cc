// SPDX-License-Identifier: Apache-2.0
// GET /tap?name=GLOB&side=outputs|inputs&where=SQL&rows=N opens a look at edges of the running jobs
// and answers its session; GET /tap?session=N answers what went by since it was asked the last
// time. Rows are a sample: `seen` says of how many.
#include <algorithm>

#include "base/json_writer.h"
#include "data/row_format.h"
#include "pipelines/tap_sessions.h"
#include "server/answers.h"
#include "server/query_parameters.h"
#include "server/routes/builtin.h"

namespace millrace {
namespace {

constexpr uint64_t kRowsDefault = 1000;
constexpr uint64_t kRowsMax = 10'000;

/// The rows as JSON objects by the format of that name; texts as `print` shows them where it
/// cannot carry a type.
Result<std::vector<std::string>> RowTexts(const Schema& schema, const Batch& batch,
                                          const FormatRegistry& formats) {
  std::vector<std::string> rows;
  const Format* format = formats.Find("json");
  const Options options(format == nullptr ? std::vector<OptionSpec>() : format->options(), {});
  if (format == nullptr || !format->CheckSchema(schema, options, /*for_write=*/true)) {
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      std::string text;
      AppendJsonString(FormatRow(schema, batch, row), &text);
      rows.push_back(std::move(text));
    }
    return rows;
  }
  TRY_ASSIGN(const auto encoder, format->MakeEncoder(schema, options));
  std::string bytes;
  std::vector<size_t> ends;
  TRY(encoder->Encode(batch, &bytes, &ends));
  size_t begin = 0;
  for (const size_t end : ends) {
    rows.push_back(bytes.substr(begin, end - begin));
    begin = end;
  }
  return rows;
}

void WriteEdge(const TapAnswer::Edge& edge, JsonWriter* out) {
  out->BeginObject().Field("job", edge.job).Field("id", edge.description.id);
  out->Field("kind", edge.description.kind).Field("table", edge.description.table);
  out->Key("readers").BeginArray();
  for (const std::string& reader : edge.description.readers) out->String(reader);
  out->EndArray().Key("columns").BeginArray();
  for (const Column& column : edge.description.schema) {
    out->BeginObject().Field("name", column.name).Field("type", column.type.ToString());
    out->EndObject();
  }
  out->EndArray();
  if (!edge.skipped.empty()) out->Field("skipped", edge.skipped);
  out->EndObject();
}

Status WriteRows(const TapAnswer& answer, const FormatRegistry& formats, JsonWriter* out) {
  for (const TapAnswer::Rows& rows : answer.rows) {
    const Schema& schema = answer.edges[rows.edge].description.schema;
    TRY_ASSIGN(const auto texts, RowTexts(schema, rows.batch, formats));
    for (size_t row = 0; row < texts.size(); ++row) {
      const auto index = static_cast<int64_t>(row);
      out->BeginObject().Field("edge", rows.edge);
      out->Field("change", ShortName(rows.batch.kind(index)));
      out->Key("row").Raw(texts[row]);
      out->Field("text", FormatRow(schema, rows.batch, index)).EndObject();
    }
  }
  return OkStatus();
}

Result<std::string> Answer(RunningPipelines* pipelines, const QueryParameters& query) {
  if (pipelines->taps() == nullptr) return UserError("MR0762", "this program allows no taps");
  TapSessions& taps = *pipelines->taps();
  TRY_ASSIGN(uint64_t session, query.Number("session", 0, 1, UINT64_MAX));
  if (session == 0) {
    TapRequest request;
    request.pattern = query.Text("name");
    if (request.pattern.empty()) return UserError("MR0764", "parameter 'name' is missing");
    const std::string side = query.Text("side");
    if (!side.empty() && side != "outputs" && side != "inputs") {
      return UserError("MR0764", "parameter 'side' takes outputs or inputs");
    }
    request.side = side == "inputs" ? TapSide::kInputs : TapSide::kOutputs;
    request.where = query.Text("where");
    TRY_ASSIGN(request.rows, query.Number("rows", kRowsDefault, 1, kRowsMax));
    TRY_ASSIGN(session, taps.Open(request));
  }
  TRY_ASSIGN(const TapAnswer answer, taps.Read(session));
  JsonWriter out;
  out.BeginObject().Field("session", session).Key("edges").BeginArray();
  for (const TapAnswer::Edge& edge : answer.edges) WriteEdge(edge, &out);
  out.EndArray().Field("seen", answer.seen).Field("looked_at", answer.looked_at);
  out.Key("names").BeginArray();
  for (const std::string& name : answer.names) out.String(name);
  out.EndArray().Key("rows").BeginArray();
  TRY(WriteRows(answer, pipelines->formats(), &out));
  out.EndArray().EndObject();
  return std::move(out).Finish() + "\n";
}

void HandleTap(const RouteContext& context, RoutedRequest routed, HttpResponder responder) {
  const std::string_view target = routed.request.target;
  auto query =
      QueryParameters::Parse(target.substr(std::min(target.find('?'), target.size() - 1) + 1));
  if (!query) return responder.Send(ErrorAnswer(query.error()));
  auto answer = Answer(context.pipelines, *query);
  responder.Send(answer ? JsonAnswer(200, *std::move(answer)) : ErrorAnswer(answer.error()));
}

}  // namespace

Route TapRoute() {
  return {.name = "tap", .method = "GET", .access = Access::kControl, .handle = HandleTap};
}

}  // namespace millrace
