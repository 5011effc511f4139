// SPDX-License-Identifier: Apache-2.0
// GET /pipeline: how the program is, as one JSON document: its jobs, their operators with counters,
// and their shards. Counters only grow; who wants rates asks twice (`millrace top` does).
#include "base/json_writer.h"
#include "server/answers.h"
#include "server/outbox_json.h"
#include "server/routes/builtin.h"

namespace millrace {
namespace {

constexpr int kFormatVersion = 1;
constexpr double kNanosPerSecond = 1e9;

double Seconds(uint64_t nanos) { return static_cast<double>(nanos) / kNanosPerSecond; }

void WriteLatency(const StageLatency& latency, JsonWriter* out) {
  const LatencyHistogram& total = latency.end_to_end;
  out->Key("latency_seconds").BeginObject().Field("count", total.count());
  out->Field("p50", Seconds(static_cast<uint64_t>(total.Quantile(0.5))));
  out->Field("p99", Seconds(static_cast<uint64_t>(total.Quantile(0.99))));
  out->Field("max", Seconds(static_cast<uint64_t>(total.max())));
  if (latency.budget_nanos > 0) {
    out->Field("budget", Seconds(static_cast<uint64_t>(latency.budget_nanos)));
    out->Field("over_budget", latency.over_budget);
  }
  out->EndObject();
}

void WriteNode(const NodeSnapshot& node, int64_t now_ms, JsonWriter* out) {
  out->BeginObject().Field("node", node.node).Field("id", node.id).Field("kind", node.kind);
  out->Field("table", node.table).Key("inputs").BeginArray();
  for (const int input : node.inputs) out->Int(input);
  out->EndArray().Field("rows_in", node.rows_in).Field("rows_out", node.rows_out);
  out->Field("batches_in", node.batches_in).Field("busy_seconds", Seconds(node.busy_nanos));
  out->Field("filtered", node.counters.rows_filtered).Field("late", node.counters.rows_late);
  out->Field("failed", node.counters.rows_failed);
  out->Field("state_entries", node.state_entries).Field("state_bytes", node.state_bytes);
  out->Key("watermark_delay_seconds");
  if (node.watermark == kMinWatermark || node.watermark == kMaxWatermark) {
    out->Null();
  } else {
    out->Double(static_cast<double>(now_ms - node.watermark) / 1000);
  }
  if (node.kind == "Scan" && node.inputs.empty()) {
    out->Key("source").BeginObject().Field("records", node.source.records_in);
    out->Field("bytes", node.source.bytes_in).Field("dead_lettered", node.source.dead_lettered);
    if (node.source.lag_ms >= 0) {
      out->Field("lag_seconds", static_cast<double>(node.source.lag_ms) / 1000);
    }
    if (node.source.lag_records >= 0) out->Field("lag_records", node.source.lag_records);
    out->EndObject();
  }
  if (node.outbox.bytes_max > 0) {
    out->Key("outbox");
    WriteOutbox(node.outbox, out);
  }
  if (node.latency != nullptr) WriteLatency(*node.latency, out);
  out->EndObject();
}

void WriteJob(const RunningPipelines::JobView& job, int64_t now_ms, JsonWriter* out) {
  out->BeginObject().Field("title", job.title).Field("state", StateName(job.state));
  if (!job.fault.empty()) out->Field("fault", job.fault);
  out->Field("elapsed_seconds", Seconds(static_cast<uint64_t>(job.snapshot.elapsed_nanos)));
  out->Field("epoch", job.snapshot.epoch).Key("operators").BeginArray();
  for (const NodeSnapshot& node : job.snapshot.nodes) WriteNode(node, now_ms, out);
  out->EndArray().Key("shards").BeginArray();
  for (const ShardSnapshot& shard : job.snapshot.shards) {
    out->BeginObject().Field("busy_seconds", Seconds(shard.busy_nanos));
    out->Field("idle_seconds", Seconds(shard.idle_nanos));
    out->Field("back_pressured_seconds", Seconds(shard.back_pressured_nanos)).EndObject();
  }
  out->EndArray().EndObject();
}

void HandlePipeline(const RouteContext& context, RoutedRequest, HttpResponder responder) {
  const RunningPipelines& pipelines = *context.pipelines;
  const int64_t now_ms = pipelines.env().clock->WallMillis();
  JsonWriter out;
  out.BeginObject().Field("format_version", kFormatVersion);
  out.Field("pipeline", pipelines.pipeline()).Field("state", StateName(pipelines.Look().state));
  out.Field("wall_ms", now_ms);
  out.Field("monotonic_seconds",
            Seconds(static_cast<uint64_t>(pipelines.env().clock->MonotonicNanos())));
  out.Key("jobs").BeginArray();
  for (const auto& job : pipelines.Jobs()) WriteJob(job, now_ms, &out);
  out.EndArray().EndObject();
  responder.Send(JsonAnswer(200, std::move(out).Finish() + "\n"));
}

}  // namespace

Route PipelineRoute() {
  return {
      .name = "pipeline", .method = "GET", .access = Access::kControl, .handle = HandlePipeline};
}

}  // namespace millrace
