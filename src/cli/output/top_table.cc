// SPDX-License-Identifier: Apache-2.0
#include "cli/output/top_table.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/json_writer.h"
#include "cli/output/padded_text.h"

namespace millrace {
namespace {

constexpr int kFormatVersion = 1;
constexpr size_t kNameWidth = 34;

/// The entry with the same value of `key`; a null document if there is none.
const JsonDocument& SameEntry(const JsonDocument& array, std::string_view key,
                              const JsonDocument& wanted) {
  static const JsonDocument kNothing;
  for (const JsonDocument& entry : array.items()) {
    if (entry[key].raw() == wanted[key].raw()) return entry;
  }
  return kNothing;
}

double Change(const JsonDocument& before, const JsonDocument& now, std::string_view name) {
  return std::max(0.0, now[name].number() - before[name].number());
}

std::optional<double> Optional(const JsonDocument& value) {
  return value.is_null() ? std::nullopt : std::optional(value.number());
}

TopRow CompareNode(const JsonDocument& before, const JsonDocument& now, double seconds) {
  TopRow row;
  row.node = static_cast<int>(now["node"].number());
  row.id = now["id"].text();
  row.kind = now["kind"].text();
  const bool is_source = now["inputs"].items().empty();
  const bool is_sink = row.kind == "Sink" || row.kind == "Collect";
  if (is_source || is_sink) row.table = now["table"].text();
  const double rows = Change(before, now, "rows_in");
  const double batches = Change(before, now, "batches_in");
  if (seconds > 0) {
    row.rows_in_per_second = rows / seconds;
    if (!now["source"].is_null()) {
      row.rows_in_per_second = Change(before["source"], now["source"], "records") / seconds;
    }
    row.rows_out_per_second = Change(before, now, "rows_out") / seconds;
    row.busy = Change(before, now, "busy_seconds") / seconds;
  }
  row.batch_rows = batches > 0 ? rows / batches : 0;
  row.watermark_delay = Optional(now["watermark_delay_seconds"]);
  row.lag_seconds = Optional(now["source"]["lag_seconds"]);
  row.lag_records = Optional(now["source"]["lag_records"]);
  if (now["latency_seconds"]["count"].number() > 0) {
    row.p99_seconds = Optional(now["latency_seconds"]["p99"]);
  }
  row.late = now["late"].number();
  row.failed = now["failed"].number() + now["source"]["dead_lettered"].number();
  row.state_bytes = now["state_bytes"].number();
  row.over_budget = now["latency_seconds"]["over_budget"].number();
  return row;
}

/// 1234567 -> "1.23M"
std::string Short(double value) {
  constexpr std::array<const char*, 5> kUnits = {"", "k", "M", "G", "T"};
  size_t unit = 0;
  while (value >= 999.5 && unit + 1 < kUnits.size()) {
    value /= 1000;
    ++unit;
  }
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), value < 9.995 && unit > 0 ? "%.2f%s" : "%.0f%s", value,
                kUnits[unit]);
  return text.data();
}

std::string Percent(double share) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.0f%%", share * 100);
  return text.data();
}

/// 0.0042 -> "4.2 ms"
std::string Duration(const std::optional<double>& seconds) {
  if (!seconds) return "-";
  if (*seconds == 0) return "0";
  std::array<char, 32> text{};
  if (*seconds < 0.001) {
    std::snprintf(text.data(), text.size(), "%.0f us", *seconds * 1e6);
  } else if (*seconds < 1) {
    std::snprintf(text.data(), text.size(), "%.1f ms", *seconds * 1e3);
  } else if (*seconds < 120) {
    std::snprintf(text.data(), text.size(), "%.1f s", *seconds);
  } else {
    std::snprintf(text.data(), text.size(), "%.0f min", *seconds / 60);
  }
  return text.data();
}

std::string NameOf(const TopRow& row) {
  std::string name = row.table.empty() ? row.kind : row.kind + " " + row.table;
  if (name.size() > kNameWidth) name = name.substr(0, kNameWidth - 2) + "..";
  return name;
}

void WriteOptional(const char* name, const std::optional<double>& value, JsonWriter* out) {
  out->Key(name);
  value ? out->Double(*value) : out->Null();
}

}  // namespace

TopView CompareLooks(const JsonDocument& before, const JsonDocument& now) {
  TopView view;
  view.pipeline = now["pipeline"].text();
  view.state = now["state"].text();
  view.seconds = now["monotonic_seconds"].number() - before["monotonic_seconds"].number();
  static const JsonDocument kNothing;
  for (const JsonDocument& job : now["jobs"].items()) {
    const JsonDocument& earlier =
        view.seconds > 0 ? SameEntry(before["jobs"], "title", job) : kNothing;
    const double seconds = earlier.is_null() ? job["elapsed_seconds"].number() : view.seconds;
    for (const JsonDocument& node : job["operators"].items()) {
      TopRow row = CompareNode(SameEntry(earlier["operators"], "node", node), node, seconds);
      row.job = job["title"].text();
      view.rows.push_back(std::move(row));
    }
    for (size_t i = 0; i < job["shards"].items().size(); ++i) {
      const JsonDocument& shard = job["shards"].items()[i];
      const auto& shards_before = earlier["shards"].items();
      const JsonDocument& shard_before = i < shards_before.size() ? shards_before[i] : kNothing;
      view.busy += Change(shard_before, shard, "busy_seconds");
      view.idle += Change(shard_before, shard, "idle_seconds");
      view.back_pressured += Change(shard_before, shard, "back_pressured_seconds");
    }
  }
  const double passed = view.busy + view.idle + view.back_pressured;
  if (passed > 0) {
    view.busy /= passed;
    view.idle /= passed;
    view.back_pressured /= passed;
  }
  return view;
}

std::string TopText(const TopView& view) {
  std::string text = view.pipeline + " (" + view.state + "): busy " + Percent(view.busy) +
                     ", back-pressured " + Percent(view.back_pressured) + ", idle " +
                     Percent(view.idle) + "\n";
  constexpr std::array kHeads = {"in/s",      "out/s", "busy", "batch",  "unread", "lag",
                                 "watermark", "p99",   "late", "failed", "state"};
  constexpr std::array<size_t, 11> kWidths = {8, 8, 5, 6, 7, 9, 9, 9, 6, 6, 7};
  text += Padded("operator", kNameWidth);
  for (size_t i = 0; i < kHeads.size(); ++i)
    text += " " + Padded(kHeads[i], kWidths[i], Align::kRight);
  text += "\n";
  std::string job;
  for (const TopRow& row : view.rows) {
    if (row.job != job) {
      job = row.job;
      text += job + "\n";
    }
    const bool source = row.kind == "Scan";
    const bool sink = row.kind == "Sink" || row.kind == "Collect";
    const std::array<std::string, 11> cells = {Short(row.rows_in_per_second),
                                               sink ? "-" : Short(row.rows_out_per_second),
                                               Percent(row.busy),
                                               source ? "-" : Short(row.batch_rows),
                                               row.lag_records ? Short(*row.lag_records) : "-",
                                               Duration(row.lag_seconds),
                                               Duration(row.watermark_delay),
                                               Duration(row.p99_seconds),
                                               Short(row.late),
                                               Short(row.failed),
                                               Short(row.state_bytes)};
    text += Padded("  " + NameOf(row), kNameWidth);
    for (size_t i = 0; i < cells.size(); ++i)
      text += " " + Padded(cells[i], kWidths[i], Align::kRight);
    text += "\n";
    if (row.over_budget > 0) {
      text += "    " + Short(row.over_budget) + " events later than the latency budget\n";
    }
  }
  return text;
}

std::string TopJson(const TopView& view) {
  JsonWriter out;
  out.BeginObject().Field("format_version", kFormatVersion).Field("pipeline", view.pipeline);
  out.Field("state", view.state).Field("seconds", view.seconds).Field("busy", view.busy);
  out.Field("idle", view.idle).Field("back_pressured", view.back_pressured);
  out.Key("operators").BeginArray();
  for (const TopRow& row : view.rows) {
    out.BeginObject().Field("job", row.job).Field("node", row.node).Field("id", row.id);
    out.Field("kind", row.kind).Field("table", row.table);
    out.Field("rows_in_per_second", row.rows_in_per_second);
    out.Field("rows_out_per_second", row.rows_out_per_second).Field("busy", row.busy);
    out.Field("batch_rows", row.batch_rows);
    WriteOptional("lag_seconds", row.lag_seconds, &out);
    WriteOptional("lag_records", row.lag_records, &out);
    WriteOptional("watermark_delay_seconds", row.watermark_delay, &out);
    WriteOptional("p99_seconds", row.p99_seconds, &out);
    out.Field("late", row.late).Field("failed", row.failed);
    out.Field("state_bytes", row.state_bytes).Field("over_budget", row.over_budget).EndObject();
  }
  out.EndArray().EndObject();
  return std::move(out).Finish();
}

}  // namespace millrace
