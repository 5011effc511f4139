// SPDX-License-Identifier: Apache-2.0
#include "server/metrics_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>
#include <vector>

#include "connectors/reply_board.h"
#include "data/option_text.h"
#include "functions/python/python_counts.h"
#include "log/topic_store.h"

namespace millrace {
namespace {

constexpr double kNanosPerSecond = 1e9;
constexpr size_t kPageBytes = 4096;

/// Upper bounds of latency buckets, seconds.
constexpr std::array kBounds{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                             0.1,    0.25,    0.5,    1.0,   2.5,    5.0,   10.0, 30.0,  60.0};

using Labels = std::vector<std::pair<std::string_view, std::string>>;

void AppendEscaped(std::string_view text, std::string* out) {
  for (const char c : text) {
    if (c == '\\' || c == '"') *out += '\\';
    if (c == '\n') {
      *out += "\\n";
    } else {
      *out += c;
    }
  }
}

std::string Number(double value) {
  return value == static_cast<double>(static_cast<int64_t>(value))
             ? std::to_string(static_cast<int64_t>(value))
             : fmt::format("{}", value);
}

/// One family: HELP and TYPE before its samples, nothing at all without samples.
class Family {
 public:
  Family(std::string_view name, std::string_view type, std::string_view help, std::string* out)
      : name_(name), type_(type), help_(help), out_(out) {}

  void Add(const Labels& labels, double value) { AddAs("", labels, Number(value)); }
  void AddHistogram(Labels labels, const LatencyHistogram& histogram) {
    labels.emplace_back("le", "");
    for (const double bound : kBounds) {
      labels.back().second = fmt::format("{}", bound);
      const auto nanos = static_cast<int64_t>(bound * kNanosPerSecond);
      AddAs("_bucket", labels, std::to_string(histogram.CountUpTo(nanos)));
    }
    labels.back().second = "+Inf";
    AddAs("_bucket", labels, std::to_string(histogram.count()));
    labels.pop_back();
    AddAs("_sum", labels, Number(static_cast<double>(histogram.sum()) / kNanosPerSecond));
    AddAs("_count", labels, std::to_string(histogram.count()));
  }

 private:
  void AddAs(std::string_view suffix, const Labels& labels, const std::string& value) {
    if (std::exchange(first_, false)) {
      fmt::format_to(std::back_inserter(*out_),
                     "# HELP millrace_{0} {1}\n# TYPE millrace_{0} {2}\n", name_, help_, type_);
    }
    fmt::format_to(std::back_inserter(*out_), "millrace_{}{}", name_, suffix);
    char separator = '{';
    for (const auto& [key, text] : labels) {
      *out_ += separator;
      separator = ',';
      fmt::format_to(std::back_inserter(*out_), "{}=\"", key);
      AppendEscaped(text, out_);
      *out_ += '"';
    }
    if (!labels.empty()) *out_ += '}';
    *out_ += ' ';
    *out_ += value;
    *out_ += '\n';
  }

  std::string_view name_;
  std::string_view type_;
  std::string_view help_;
  std::string* out_;
  bool first_ = true;
};

struct NodeRow {
  const RunningPipelines::JobView* job;
  const NodeSnapshot* node;
  Labels labels;  // statement, operator, node, table

  bool is_source() const { return node->kind == "Scan"; }
  bool is_model() const { return node->kind == "Predict"; }
  bool has_inputs() const { return !node->inputs.empty(); }
  bool has_outbox() const { return node->outbox.bytes_max > 0; }
  bool is_sink() const { return node->latency != nullptr; }
};

class Writer {
 public:
  Writer(const RunningPipelines& pipelines, const HttpServerStatistics& http)
      : pipelines_(pipelines), http_(http), jobs_(pipelines.Jobs()) {
    for (const auto& job : jobs_) {
      for (const NodeSnapshot& node : job.snapshot.nodes) {
        nodes_.push_back({&job,
                          &node,
                          {{"statement", job.title},
                           {"operator", node.kind},
                           {"node", std::to_string(node.node)},
                           {"table", node.table}}});
      }
    }
  }

  std::string Write() {
    WriteJobs();
    WriteBackups();
    WriteRows();
    WritePython();
    WriteSources();
    WriteShards();
    WriteLatency();
    WriteBudget();
    WriteHttp();
    WriteLog();
    WriteProcess();
    return std::move(out_);
  }

 private:
  Family Counter(std::string_view name, std::string_view help) {
    return {name, "counter", help, &out_};
  }
  Family Gauge(std::string_view name, std::string_view help) {
    return {name, "gauge", help, &out_};
  }
  template <typename Value>
  void PerNode(Family family, Value value, bool (NodeRow::*only)() const = nullptr) {
    for (const NodeRow& row : nodes_) {
      if (only != nullptr && !(row.*only)()) continue;
      family.Add(row.labels, static_cast<double>(value(*row.node)));
    }
  }

  void WriteJobs() {
    Family up = Gauge("job_running", "Whether the job runs.");
    for (const auto& job : jobs_) {
      up.Add({{"statement", job.title}}, job.state == RunningPipelines::State::kRunning ? 1 : 0);
    }
    Family held = Gauge("sources_held",
                        "Whether nothing is read: no room on the disk, or for state "
                        "in flight, or no memory.");
    for (const auto& job : jobs_) {
      held.Add({{"statement", job.title}}, job.snapshot.sources_held ? 1 : 0);
    }
    Family epoch = Counter("epochs_total", "Epochs completed.");
    for (const auto& job : jobs_) {
      epoch.Add({{"statement", job.title}}, static_cast<double>(job.snapshot.epoch));
    }
    Family restarts = Counter("restarts_total", "Starts from the last epoch after a failure.");
    for (const auto& job : jobs_) {
      restarts.Add({{"statement", job.title}}, static_cast<double>(job.snapshot.restarts));
    }
  }

  template <typename Value>
  void PerBackup(Family family, Value value) {
    for (const auto& job : jobs_) {
      if (!job.snapshot.backup.enabled) continue;
      family.Add({{"statement", job.title}}, static_cast<double>(value(job.snapshot.backup)));
    }
  }

  void WriteBackups() {
    PerBackup(Gauge("backup_age_seconds",
                    "Time since everything durable was in the newest backup, or since the start."),
              [](const BackupStatus& backup) {
                return static_cast<double>(backup.age_nanos) / kNanosPerSecond;
              });
    PerBackup(Gauge("backup_bytes", "What the newest backup consists of."),
              [](const BackupStatus& backup) { return backup.bytes; });
    PerBackup(Counter("backup_uploaded_bytes_total", "Bytes written to where backups go."),
              [](const BackupStatus& backup) { return backup.uploaded_bytes; });
    PerBackup(Counter("backups_total", "Backups made."),
              [](const BackupStatus& backup) { return backup.made; });
    PerBackup(Counter("backup_failures_total", "Backups that could not be made."),
              [](const BackupStatus& backup) { return backup.failures; });
  }

  template <typename Value>
  void PerPythonFunction(Family family, Value value) {
    for (const PythonCounts* counts : AllPythonCounts()) {
      family.Add({{"function", counts->function}}, static_cast<double>(value(*counts)));
    }
  }

  void WritePython() {
    PerPythonFunction(Counter("python_calls_total", "Batches given to a Python function."),
                      [](const PythonCounts& counts) { return counts.calls.load(); });
    PerPythonFunction(Counter("python_rows_total", "Rows given to a Python function."),
                      [](const PythonCounts& counts) { return counts.rows.load(); });
    PerPythonFunction(Counter("python_failures_total", "Rows on which a Python function failed."),
                      [](const PythonCounts& counts) { return counts.failures.load(); });
    PerPythonFunction(
        Counter("python_workers_lost_total", "Workers that ended or were silent for too long."),
        [](const PythonCounts& counts) { return counts.losses.load(); });
    PerPythonFunction(Counter("python_seconds_total", "Time that shards waited for workers."),
                      [](const PythonCounts& counts) {
                        return static_cast<double>(counts.nanos.load()) / kNanosPerSecond;
                      });
  }

  void WriteRows() {
    PerNode(Counter("operator_rows_in_total", "Rows that an operator received."),
            [](const NodeSnapshot& node) { return node.rows_in; });
    PerNode(Counter("operator_rows_out_total", "Rows that an operator emitted."),
            [](const NodeSnapshot& node) { return node.rows_out; });
    PerNode(Counter("operator_batches_in_total", "Batches that an operator received."),
            [](const NodeSnapshot& node) { return node.batches_in; });
    PerNode(Counter("operator_busy_seconds_total", "Time an operator worked."),
            [](const NodeSnapshot& node) {
              return static_cast<double>(node.busy_nanos) / kNanosPerSecond;
            });
    PerNode(Counter("filtered_rows_total", "Rows that a condition left out."),
            [](const NodeSnapshot& node) { return node.counters.rows_filtered; });
    PerNode(Counter("late_rows_total", "Rows that came behind the watermark."),
            [](const NodeSnapshot& node) { return node.counters.rows_late; });
    PerNode(Counter("error_rows_total", "Rows that could not be processed."),
            [](const NodeSnapshot& node) { return node.counters.rows_failed; });
    PerNode(Counter("dead_letters_total", "Rows that went to the dead letters."),
            [](const NodeSnapshot& node) {
              return node.counters.rows_failed + node.source.dead_lettered;
            });
    PerNode(Gauge("state_entries", "Entries of keyed state."),
            [](const NodeSnapshot& node) { return node.state_entries; });
    PerNode(Gauge("state_bytes", "Memory of keyed state."),
            [](const NodeSnapshot& node) { return node.state_bytes; });
    PerNode(
        Gauge("operator_queue_depth", "Batches and marks that wait at the inputs of an operator."),
        [](const NodeSnapshot& node) { return node.queued; }, &NodeRow::has_inputs);
    PerNode(
        Counter("sink_rows_total", "Rows written."),
        [](const NodeSnapshot& node) { return node.rows_in; }, &NodeRow::is_sink);
    PerNode(
        Counter("sink_retries_total", "Deliveries that were tried again."),
        [](const NodeSnapshot& node) { return node.sink_retries; }, &NodeRow::is_sink);
    WriteOutboxes();
    PerNode(
        Counter("model_calls_total", "Batches given to a model."),
        [](const NodeSnapshot& node) { return node.counters.model_calls; }, &NodeRow::is_model);
    PerNode(
        Counter("model_failed_rows_total", "Rows that a model could not answer."),
        [](const NodeSnapshot& node) { return node.counters.model_failures; }, &NodeRow::is_model);
  }

  void WriteOutboxes() {
    PerNode(
        Gauge("outbox_messages", "Messages that were decided or wait for it, and not delivered."),
        [](const NodeSnapshot& node) { return node.outbox.messages; }, &NodeRow::has_outbox);
    PerNode(
        Gauge("outbox_bytes", "Memory of an outbox."),
        [](const NodeSnapshot& node) { return node.outbox.bytes; }, &NodeRow::has_outbox);
    PerNode(
        Gauge("outbox_bytes_max", "What an outbox may hold before the pipeline waits."),
        [](const NodeSnapshot& node) { return node.outbox.bytes_max; }, &NodeRow::has_outbox);
    PerNode(
        Gauge("outbox_oldest_seconds", "Age of the oldest message that is not delivered."),
        [](const NodeSnapshot& node) {
          return static_cast<double>(node.outbox.oldest_age_ms) / 1000;
        },
        &NodeRow::has_outbox);
    Family covers = Gauge("outbox_covers_seconds",
                          "How long an outage of the receiver the rest of an outbox covers at the "
                          "present rate.");
    for (const NodeRow& row : nodes_) {
      const auto seconds = row.node->outbox.covers_seconds();
      if (row.has_outbox() && seconds) covers.Add(row.labels, *seconds);
    }
  }

  void WriteSources() {
    PerNode(
        Counter("source_records_total", "Records read."),
        [](const NodeSnapshot& node) { return node.source.records_in; }, &NodeRow::is_source);
    PerNode(
        Counter("source_rows_total", "Rows decoded."),
        [](const NodeSnapshot& node) { return node.source.rows_out; }, &NodeRow::is_source);
    PerNode(
        Counter("source_bytes_total", "Bytes read."),
        [](const NodeSnapshot& node) { return node.source.bytes_in; }, &NodeRow::is_source);
    PerNode(
        Counter("source_skipped_total", "Records skipped by the format's options."),
        [](const NodeSnapshot& node) { return node.source.skipped; }, &NodeRow::is_source);
    Family lag = Gauge("source_lag_seconds", "Age of what is read while more waits.");
    for (const NodeRow& row : nodes_) {
      if (row.node->source.lag_ms < 0) continue;
      lag.Add(row.labels, static_cast<double>(row.node->source.lag_ms) / 1000);
    }
    Family unread = Gauge("source_lag_records", "Records that wait to be read.");
    for (const NodeRow& row : nodes_) {
      if (row.node->source.lag_records < 0) continue;
      unread.Add(row.labels, static_cast<double>(row.node->source.lag_records));
    }
    Family delay = Gauge("watermark_delay_seconds", "Wall clock minus watermark.");
    const auto now = static_cast<double>(pipelines_.env().clock->WallMillis());
    for (const NodeRow& row : nodes_) {
      const EventTime watermark = row.node->watermark;
      if (watermark == kMinWatermark || watermark == kMaxWatermark) continue;
      delay.Add(row.labels, (now - static_cast<double>(watermark)) / 1000);
    }
  }

  void PerShard(Family family, uint64_t ShardSnapshot::* nanos) {
    for (const auto& job : jobs_) {
      for (size_t shard = 0; shard < job.snapshot.shards.size(); ++shard) {
        family.Add({{"statement", job.title}, {"shard", std::to_string(shard)}},
                   static_cast<double>(job.snapshot.shards[shard].*nanos) / kNanosPerSecond);
      }
    }
  }

  void WriteShards() {
    PerShard(Counter("shard_busy_seconds_total", "Time a shard worked."),
             &ShardSnapshot::busy_nanos);
    PerShard(Counter("shard_idle_seconds_total", "Time a shard had nothing to do."),
             &ShardSnapshot::idle_nanos);
    PerShard(Counter("shard_back_pressured_seconds_total", "Time a shard could not go on."),
             &ShardSnapshot::back_pressured_nanos);
  }

  void WriteLatency() {
    Family family("latency_seconds", "histogram",
                  "Time per event and stage, from its arrival to its sink.", &out_);
    constexpr std::array<std::pair<std::string_view, LatencyHistogram StageLatency::*>, 5> kStages{{
        {"ingest", &StageLatency::ingest},
        {"processing", &StageLatency::processing},
        {"inference", &StageLatency::inference},
        {"action", &StageLatency::action},
        {"end_to_end", &StageLatency::end_to_end},
    }};
    for (const NodeRow& row : nodes_) {
      if (row.node->latency == nullptr) continue;
      for (const auto& [stage, histogram] : kStages) {
        family.AddHistogram({{"statement", row.job->title},
                             {"table", row.node->table},
                             {"stage", std::string(stage)}},
                            *row.node->latency.*histogram);
      }
    }
  }

  void WriteBudget() {
    Family budget = Gauge("latency_budget_seconds", "Declared time from arrival to action.");
    PerSinkWithBudget(&budget, [](const StageLatency& latency) {
      return static_cast<double>(latency.budget_nanos) / kNanosPerSecond;
    });
    Family over = Counter("latency_over_budget_total", "Events later than the latency budget.");
    PerSinkWithBudget(&over, [](const StageLatency& latency) { return latency.over_budget; });
  }

  template <typename Value>
  void PerSinkWithBudget(Family* family, Value value) {
    for (const NodeRow& row : nodes_) {
      if (row.node->latency == nullptr || row.node->latency->budget_nanos == 0) continue;
      family->Add({{"statement", row.job->title}, {"table", row.node->table}},
                  static_cast<double>(value(*row.node->latency)));
    }
  }

  void WriteHttp() {
    const auto add = [](Family family, uint64_t value) {
      family.Add({}, static_cast<double>(value));
    };
    add(Gauge("http_connections", "Connections that are open."), http_.connections);
    add(Counter("http_connections_total", "Connections accepted."), http_.connections_accepted);
    add(Counter("http_connections_refused_total", "Connections refused by a limit."),
        http_.connections_refused);
    add(Counter("http_requests_total", "Requests handed to a route."), http_.requests);
    add(Counter("http_requests_refused_total", "Requests refused before a route saw them."),
        http_.requests_refused);
    add(Counter("http_timeouts_total", "Connections and requests that ran out of time."),
        http_.timeouts);
    if (const ReplyBoard* replies = pipelines_.services().replies; replies != nullptr) {
      add(Gauge("decisions_waiting", "Requests that wait for the pipeline's answer."),
          replies->waiting());
    }
  }

  void WriteLog() {
    const TopicStore* const topics = pipelines_.services().topics;
    if (topics == nullptr) return;
    const TopicStoreStatistics log = topics->statistics();
    Gauge("log_bytes", "Size of the embedded log.").Add({}, static_cast<double>(log.bytes));
    Gauge("log_unsynced_bytes", "Bytes appended and not yet on the disk.")
        .Add({}, static_cast<double>(log.unsynced_bytes));
    Counter("log_records_total", "Records appended.")
        .Add({}, static_cast<double>(log.records_appended));
    Counter("log_syncs_total", "Times the log was synced.").Add({}, static_cast<double>(log.syncs));
    Counter("log_duplicates_total", "Requests whose idempotency key was known.")
        .Add({}, static_cast<double>(log.duplicates));
  }

  /// A file of the kernel, where there is one: it has no size to ask for.
  std::string ReadKernelFile(const std::string& path) const {
    auto file = pipelines_.env().disk->OpenForRead(path);
    if (!file) return "";
    std::string text(4096, '\0');
    const auto bytes = (*file)->ReadAt(0, text.size(), text.data());
    text.resize(bytes.value_or(0));
    return text;
  }

  void WriteProcess() {
    WriteLimits();
    const std::string text = ReadKernelFile("/proc/self/statm");  // size and resident pages
    const std::string_view fields(text);
    const size_t begin = fields.find(' ');
    if (begin == std::string_view::npos) return;
    const size_t end = fields.find(' ', begin + 1);
    const auto pages = ParseOptionLong(fields.substr(begin + 1, end - begin - 1));
    if (!pages) return;
    Gauge("process_resident_memory_bytes", "Memory of the process.")
        .Add({}, static_cast<double>(*pages) * static_cast<double>(kPageBytes));
  }

  /// What of the limits of the process is used up.
  void WriteLimits() {
    uint64_t used = 0;
    uint64_t budget = 0;
    for (const auto& job : jobs_) {
      used = std::max(used, job.snapshot.memory_used);
      budget = std::max(budget, job.snapshot.memory_budget);
    }
    if (budget > 0) {
      Gauge("memory_used_bytes", "Memory that counts against the budget.")
          .Add({}, static_cast<double>(used));
      Gauge("memory_budget_bytes", "What the process may hold before sources are held.")
          .Add({}, static_cast<double>(budget));
    }
    if (const auto open = pipelines_.env().disk->List("/proc/self/fd", false)) {
      Gauge("process_open_fds", "Open files and connections.")
          .Add({}, static_cast<double>(open->size()));
    }
    const std::string limits = ReadKernelFile("/proc/self/limits");
    constexpr std::string_view kFiles = "Max open files";
    const size_t line = limits.find(kFiles);
    if (line == std::string::npos) return;
    const std::string_view rest = TrimOption(std::string_view(limits).substr(line + kFiles.size()));
    if (const auto most = ParseOptionLong(rest.substr(0, rest.find(' ')))) {
      Gauge("process_max_fds", "How many there may be.").Add({}, static_cast<double>(*most));
    }
  }

  const RunningPipelines& pipelines_;
  const HttpServerStatistics& http_;
  std::vector<RunningPipelines::JobView> jobs_;
  std::vector<NodeRow> nodes_;
  std::string out_;
};

}  // namespace

std::string MetricsText(const RunningPipelines& pipelines, const HttpServerStatistics& http) {
  return Writer(pipelines, http).Write();
}

}  // namespace millrace
