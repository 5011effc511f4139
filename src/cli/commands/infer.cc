// SPDX-License-Identifier: Apache-2.0
// millrace infer FILE|DIRECTORY|TOPIC|-: proposes a CREATE TABLE from samples, compiled and tried
// on all of them. The statement goes to standard output, what is to be known about it to standard
// error.
#include "assistants/infer/file_source.h"
#include "assistants/infer/topic_source.h"
#include "cli/commands/builtin.h"
#include "log/followed_kafka.h"

#include <CLI/CLI.hpp>

#include <iostream>

namespace millrace {
namespace {

/// What --local ignores and a real run would reach.
constexpr std::string_view kAnyBroker = "localhost:9092";

class InferCommand final : public Command {
 public:
  std::string name() const override { return "infer"; }
  std::string help() const override { return "Propose a CREATE TABLE for a file or topic"; }

  void Declare(CLI::App* app) override {
    app->add_option("source", source_, "File, directory or topic; - reads standard input")
        ->required()
        ->type_name("FILE");
    app->add_option("--bootstrap-servers", bootstrap_servers_,
                    "Kafka brokers: the source is a topic")
        ->type_name("HOST:PORT");
    app->add_option("--property", properties_, "Of the Kafka client: security.protocol=SSL")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
    app->add_option("--local", local_,
                    "The source is a topic of the embedded log in this directory")
        ->type_name("DIR");
    app->add_option("--table", table_, "Name of the table (default: from the file's name)");
    app->add_option("--records", records_, "How many records are looked at (default 10000)")
        ->check(CLI::Range(1, 1000000));
    app->add_option("--header", header_, "Whether the first line of a CSV file names the columns")
        ->check(CLI::IsMember({"auto", "yes", "no"}));
    app->add_option("--delimiter", delimiter_, "Field delimiter of CSV (default: found out)");
    app->add_flag("--not-null", not_null_, "NOT NULL for columns that were never null");
  }

  int Run(Application* application, const CommonOptions& common) override {
    auto limits = Limits();
    if (!limits) return ShowUsage(*application, common, limits.error());
    auto source = Open(*application, *limits);
    if (!source) return ShowUsage(*application, common, source.error());
    if (!table_.empty()) source->table = table_;
    InferOptions options;
    options.not_null = not_null_;
    options.compiler = CompilerOptionsOf(*application);
    const auto inferred = InferTable(*std::move(source), options);
    if (!inferred) return ShowUsage(*application, common, inferred.error());
    application->Print(common.json ? InferredJson(*inferred) + "\n" : inferred->sql);
    if (!common.quiet) SayOutcome(*application, *inferred);
    return kExitOk;
  }

 private:
  static CompilerOptions CompilerOptionsOf(const Application& application) {
    CompilerOptions options;
    options.registries = application.registries;
    options.env = application.env;
    options.check_files = false;
    return options;
  }

  Result<SampleLimits> Limits() const {
    SampleLimits limits;
    limits.records_max = records_;
    if (header_ == "yes") limits.header = HeaderChoice::kYes;
    if (header_ == "no") limits.header = HeaderChoice::kNo;
    limits.delimiter = delimiter_ == "\\t" ? "\t" : delimiter_;
    if (limits.delimiter.size() > 1) {
      return UserError("MR0902", "--delimiter takes one character, found '" + delimiter_ + "'");
    }
    return limits;
  }

  Result<InferSource> Open(const Application& application, const SampleLimits& limits) const {
    if (source_ == "-") {
      std::string bytes;
      bytes.resize(limits.bytes_max);
      std::cin.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
      bytes.resize(static_cast<size_t>(std::cin.gcount()));
      return OpenPipeSource(bytes, std::cin.eof(), limits);
    }
    if (!bootstrap_servers_.empty() || !local_.empty()) return OpenTopic(application, limits);
    if (!properties_.empty()) {
      return UserError("MR0902", "--property is for topics, which need --bootstrap-servers");
    }
    return OpenFileSource(source_, limits, application.env, *application.registries.formats);
  }

  Result<InferSource> OpenTopic(const Application& application, const SampleLimits& limits) const {
    TopicChoice choice;
    choice.topic = source_;
    choice.properties.emplace_back("properties.bootstrap.servers", bootstrap_servers_.empty()
                                                                       ? std::string(kAnyBroker)
                                                                       : bootstrap_servers_);
    for (const std::string& property : properties_) {
      const size_t equals = property.find('=');
      if (equals == std::string::npos || equals == 0) {
        return UserError("MR0902", "--property takes key=value, found '" + property + "'");
      }
      choice.properties.emplace_back("properties." + property.substr(0, equals),
                                     property.substr(equals + 1));
    }
    CompilerOptions options = CompilerOptionsOf(application);
    std::unique_ptr<KafkaClients> followed;
    if (!local_.empty()) {
      followed = MakeFollowedKafkaClients(application.env.disk, local_ + "/topics");
      options.env.kafka = followed.get();
    }
    return OpenTopicSource(choice, limits, options);
  }

  static void SayOutcome(const Application& application, const Inferred& inferred) {
    std::string text = "compiled; " + std::to_string(inferred.decoded) + " of " +
                       std::to_string(inferred.decoded + inferred.broken) +
                       " records decode as this table\n";
    if (!inferred.first_error.empty()) text += "  " + inferred.first_error + "\n";
    application.Say(text);
  }

  std::string source_;
  std::string bootstrap_servers_;
  std::vector<std::string> properties_;
  std::string local_;  // data directory
  std::string table_;
  size_t records_ = 10000;
  std::string header_ = "auto";
  std::string delimiter_;
  bool not_null_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeInferCommand() { return std::make_unique<InferCommand>(); }

}  // namespace millrace
