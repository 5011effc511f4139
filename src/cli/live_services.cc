// SPDX-License-Identifier: Apache-2.0
#include "cli/live_services.h"

#include "cli/client/door_address.h"
#include "data/option_text.h"
#include "log/local_kafka.h"

namespace millrace {
namespace {

constexpr const char* kAnyLocalPort = "127.0.0.1:0";  // nobody but our own commands looks for it
constexpr int64_t kMaintenanceNanos = 60'000'000'000;
/// How long rows stay in the log at least; the pipeline has read them long before.
constexpr int64_t kLogRetentionMillis = 7LL * 24 * 3600 * 1000;

}  // namespace

void DoorOptions::Declare(CLI::App* app) {
  app->add_option("--listen", listen,
                  "Address of the HTTP listener (default 127.0.0.1:8080 with 'http' tables)")
      ->type_name("ADDRESS:PORT");
  app->add_option("--allow-host", allowed_hosts, "A further name by which the listener is known")
      ->type_name("NAME");
  app->add_option("--token-file", token_file,
                  "File with the token of control routes (or MILLRACE_TOKEN)")
      ->type_name("FILE");
  app->add_option("--tls-cert", tls_certificate,
                  "The listener speaks HTTPS with this certificate and its chain (PEM)")
      ->type_name("FILE");
  app->add_option("--tls-key", tls_key, "Key of the certificate (PEM)")->type_name("FILE");
  app->add_flag("--insecure-listen", insecure_listen,
                "Listen on an address that others reach without a token");
}

Result<std::unique_ptr<LiveServices>> LiveServices::Make(const Application* application,
                                                         const Program& program,
                                                         const std::string& data_dir,
                                                         bool local_kafka) {
  std::unique_ptr<LiveServices> live(new LiveServices(application));
  std::vector<TablePtr> tables;
  for (const Step& step : program.steps) {
    for (TablePtr& table : HttpTablesOf(step.roots)) tables.push_back(std::move(table));
  }
  if (!tables.empty() || local_kafka) {
    TopicStoreSettings settings;
    settings.log.retention_ms = kLogRetentionMillis;
    TRY_ASSIGN(live->topics_, TopicStore::Open(application->env.disk, application->env.clock,
                                               data_dir + "/topics", settings));
    if (local_kafka) live->kafka_ = MakeLocalKafkaClients(live->topics_.get());
    live->replies_ = std::make_unique<ReplyBoard>(EntropySeed());
  }
  live->pipelines_ = std::make_unique<RunningPipelines>(
      program.name, application->env, live->services(), application->registries.formats);
  for (TablePtr& table : tables) live->pipelines_->AddTable(std::move(table));
  CompilerOptions conditions;
  conditions.registries = application->registries;
  conditions.env = application->env;
  live->pipelines_->AllowTaps(std::move(conditions));
  live->data_dir_ = data_dir;
  return live;
}

LiveServices::~LiveServices() { Close(); }

ConnectorServices LiveServices::services() const {
  ConnectorServices services;
  services.topics = topics_.get();
  services.replies = replies_.get();
  return services;
}

Result<DoorSettings> LiveServices::SettingsOf(const DoorOptions& options) const {
  DoorSettings settings;
  if (pipelines_->tables().empty()) settings.listen = kAnyLocalPort;
  if (!options.listen.empty()) settings.listen = options.listen;
  settings.allowed_hosts = options.allowed_hosts;
  settings.insecure_listen = options.insecure_listen;
  settings.tls_certificate = options.tls_certificate;
  settings.tls_key = options.tls_key;
  const Environment& env = application_->env;
  if (!options.token_file.empty()) {
    TRY_ASSIGN(const std::string text, env.disk->ReadAll(options.token_file));
    settings.token = std::string(TrimOption(text));
    if (settings.token.empty()) {
      return UserError("MR0814", "the file " + options.token_file + " holds no token");
    }
  } else if (env.variables) {
    settings.token = env.variables(kTokenVariable).value_or("");
  }
  return settings;
}

Status LiveServices::OpenDoor(const DoorOptions& options, bool quiet) {
  const bool wanted = !options.listen.empty() || !pipelines_->tables().empty() || kafka_ != nullptr;
  if (!wanted || options.never || !application_->open_door) return OkStatus();
  TRY_ASSIGN(const DoorSettings settings, SettingsOf(options));
  TRY_ASSIGN(door_, application_->open_door(settings, pipelines_.get()));
  TRY(PublishAddress(application_->env.disk, data_dir_, door_->local_address()));
  published_ = true;
  if (quiet) return OkStatus();
  const std::string scheme = options.tls_certificate.empty() ? "http://" : "https://";
  application_->Say("listening on " + scheme + door_->address() + "\n");
  return OkStatus();
}

void LiveServices::Maintain(int64_t now_nanos) {
  if (topics_ == nullptr) return;
  int64_t last = maintained_at_.load();
  if (now_nanos - last < kMaintenanceNanos) return;
  if (!maintained_at_.compare_exchange_strong(last, now_nanos)) return;
  if (const Status status = topics_->Maintain(); !status) {
    application_->Say("the log cannot be cleaned: " + status.error().ToString() + "\n");
  }
}

void LiveServices::Close() {
  if (pipelines_ != nullptr) pipelines_->SetState(RunningPipelines::State::kStopping);
  if (replies_ != nullptr) replies_->Stop();
  if (published_) WithdrawAddress(application_->env.disk, data_dir_);
  published_ = false;
  if (door_ != nullptr) door_->Close();
}

}  // namespace millrace
