// SPDX-License-Identifier: Apache-2.0
#include "assistants/infer/topic_source.h"

#include <arrow/array/array_binary.h>
#include <arrow/array/array_primitive.h>

#include <map>

#include "runtime/job.h"
#include "sql/printer.h"

namespace millrace {
namespace {

constexpr const char* kDeadLetters = ".millrace/infer";

/// Keeps messages until there are enough, then asks for the end.
class Messages final : public RowConsumer {
 public:
  explicit Messages(const SampleLimits& limits) : limits_(limits) {}

  Status OnRows(const Schema&, const Batch& batch) override {
    const auto& column = static_cast<const arrow::BinaryArray&>(*batch.columns[0]);
    const auto& partitions = static_cast<const arrow::Int32Array&>(*batch.columns[1]);
    for (int64_t row = 0; row < batch.num_rows && !full(); ++row) {
      if (column.IsNull(row)) continue;
      by_partition_[partitions.Value(row)].emplace_back(column.GetView(row));
      bytes_ += column.GetView(row).size();
      ++count_;
    }
    if (full() && job_ != nullptr) job_->RequestStop();
    return OkStatus();
  }
  void Watch(Job* job) { job_ = job; }
  bool full() const { return count_ >= limits_.records_max || bytes_ >= limits_.bytes_max; }

  /// The samples, partition by partition.
  Samples Read() const {
    std::vector<std::string> messages;
    std::vector<size_t> ends;
    size_t bytes = 0;
    for (const auto& [partition, values] : by_partition_) {
      for (const std::string& value : values) {
        messages.push_back(value);
        bytes += value.size() + (value.ends_with('\n') ? 0 : 1);
      }
      ends.push_back(bytes);
    }
    Samples samples = ReadMessages(messages, limits_);
    SetGroups(ends, &samples);
    samples.cut = full();
    return samples;
  }

 private:
  const SampleLimits& limits_;
  Job* job_ = nullptr;
  std::map<int32_t, std::vector<std::string>> by_partition_;
  size_t count_ = 0;
  size_t bytes_ = 0;
};

std::string QueryText(const TopicChoice& choice) {
  std::string text =
      "CREATE TABLE sampled (message BYTES, part INT METADATA FROM 'partition' VIRTUAL) "
      "WITH ('connector' = 'kafka', 'format' = 'raw', "
      "'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset', 'topic' = " +
      sql::QuoteString(choice.topic);
  for (const auto& [key, value] : choice.properties) {
    text += ", " + sql::QuoteString(key) + " = " + sql::QuoteString(value);
  }
  return text + ");\nSELECT message, part FROM sampled;\n";
}

Status ReadTopic(const TopicChoice& choice, const CompilerOptions& options, Messages* messages) {
  Compiler compiler(options);
  DiagnosticList diagnostics;
  const Program program = compiler.Compile(QueryText(choice), &diagnostics);
  for (const Diagnostic& entry : diagnostics.entries()) {
    if (entry.severity == Severity::kError) {
      return UserError(entry.code, entry.message, entry.detail, entry.next_step);
    }
  }
  if (program.steps.size() != 1) return InternalError("the query for samples has no step");
  const Step& step = program.steps[0];
  JobSpec spec;
  spec.roots = step.roots;
  spec.pipeline = "infer";
  spec.dead_letter_dir = kDeadLetters;
  spec.session = step.session;
  TRY_ASSIGN(spec.settings, JobSettings::From(step.settings));
  spec.env = options.env;
  spec.collector = messages;
  TRY_ASSIGN(const auto job, Job::Create(std::move(spec)));
  messages->Watch(job.get());
  return job->Run();
}

}  // namespace

Result<InferSource> OpenTopicSource(const TopicChoice& choice, const SampleLimits& limits,
                                    const CompilerOptions& options) {
  Messages messages(limits);
  TRY(ReadTopic(choice, options, &messages));
  InferSource source;
  source.table = TableNameFrom(choice.topic);
  source.title = "topic " + choice.topic;
  source.connector = {{"connector", "kafka"}, {"topic", choice.topic}};
  source.connector.insert(source.connector.end(), choice.properties.begin(),
                          choice.properties.end());
  source.connector.emplace_back("scan.startup.mode", "earliest-offset");
  source.samples = messages.Read();
  return source;
}

}  // namespace millrace
