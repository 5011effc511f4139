// SPDX-License-Identifier: Apache-2.0
#include "cli/output/run_report.h"

#include "base/json_writer.h"

namespace millrace {
namespace {

double Seconds(double nanos) { return nanos / 1e9; }

void WriteHistogram(const char* stage, const LatencyHistogram& histogram, JsonWriter* out) {
  out->Key(stage).BeginObject().Field("count", histogram.count());
  out->Field("p50", Seconds(histogram.Quantile(0.5)));
  out->Field("p95", Seconds(histogram.Quantile(0.95)));
  out->Field("p99", Seconds(histogram.Quantile(0.99)));
  out->Field("max", Seconds(histogram.max()));
  out->Field("mean", Seconds(histogram.mean())).EndObject();
}

void WriteLatency(const StageLatency& latency, JsonWriter* out) {
  out->Key("latency_seconds").BeginObject();
  WriteHistogram("ingest", latency.ingest, out);
  WriteHistogram("processing", latency.processing, out);
  WriteHistogram("inference", latency.inference, out);
  WriteHistogram("action", latency.action, out);
  WriteHistogram("end_to_end", latency.end_to_end, out);
  out->EndObject();
}

void WriteNodes(const JobSnapshot& job, JsonWriter* out) {
  out->Key("sources").BeginArray();
  for (const NodeSnapshot& node : job.nodes) {
    if (node.kind != "Scan" || !node.inputs.empty()) continue;  // inputs: columns of a shared scan
    out->BeginObject().Field("table", node.table).Field("records", node.source.records_in);
    out->Field("rows", node.source.rows_out).Field("bytes", node.source.bytes_in);
    out->Field("dead_lettered", node.source.dead_lettered);
    out->Field("skipped", node.source.skipped).EndObject();
  }
  out->EndArray().Key("sinks").BeginArray();
  for (const NodeSnapshot& node : job.nodes) {
    if (node.kind != "Sink" && node.kind != "Collect") continue;
    out->BeginObject().Field("table", node.table).Field("rows", node.rows_in);
    if (node.latency) {
      WriteLatency(*node.latency, out);
      if (node.latency->budget_nanos > 0) {
        out->Field("latency_budget_seconds", Seconds(node.latency->budget_nanos));
        out->Field("over_budget", node.latency->over_budget);
      }
    }
    out->EndObject();
  }
  out->EndArray().Key("operators").BeginArray();
  for (const NodeSnapshot& node : job.nodes) {
    out->BeginObject().Field("id", node.id).Field("kind", node.kind);
    out->Field("rows_in", node.rows_in).Field("rows_out", node.rows_out);
    out->Field("filtered", node.counters.rows_filtered).Field("late", node.counters.rows_late);
    out->Field("failed", node.counters.rows_failed).Field("batches", node.batches_in);
    out->Field("busy_seconds", Seconds(static_cast<int64_t>(node.busy_nanos)));
    out->Field("state_entries", node.state_entries).Field("state_bytes", node.state_bytes);
    out->EndObject();
  }
  out->EndArray();
}

}  // namespace

std::string RunReportJson(const std::vector<std::pair<std::string, JobSnapshot>>& jobs) {
  JsonWriter out(2);
  out.BeginObject().Field("format_version", 1).Key("jobs").BeginArray();
  for (const auto& [title, job] : jobs) {
    const double elapsed = Seconds(job.elapsed_nanos);
    out.BeginObject().Field("title", title).Field("elapsed_seconds", elapsed);
    out.Field("events_per_second",
              elapsed > 0 ? static_cast<double>(job.accounting.in) / elapsed : 0.0);
    out.Field("epochs", job.epoch).Key("accounting").BeginObject();
    out.Field("in", job.accounting.in).Field("out", job.accounting.out);
    out.Field("filtered", job.accounting.filtered);
    out.Field("dead_lettered", job.accounting.dead_lettered);
    out.Field("late", job.accounting.late).EndObject();
    WriteNodes(job, &out);
    out.Key("shards").BeginArray();
    for (const ShardSnapshot& shard : job.shards) {
      out.BeginObject().Field("busy_seconds", Seconds(static_cast<int64_t>(shard.busy_nanos)));
      out.Field("idle_seconds", Seconds(static_cast<int64_t>(shard.idle_nanos)));
      out.Field("back_pressured_seconds",
                Seconds(static_cast<int64_t>(shard.back_pressured_nanos)));
      out.EndObject();
    }
    out.EndArray().Key("dead_letters").BeginObject();
    for (const auto& [table, path] : job.dead_letter_files) out.Field(table, path);
    out.EndObject().EndObject();
  }
  out.EndArray().EndObject();
  return std::move(out).Finish();
}

}  // namespace millrace
