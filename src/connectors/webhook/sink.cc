// SPDX-License-Identifier: Apache-2.0
#include "connectors/webhook/sink.h"

#include <deque>
#include <map>
#include <mutex>
#include <unordered_map>

#include "base/check.h"
#include "base/json_writer.h"
#include "connectors/dead_letter.h"
#include "connectors/webhook/options.h"
#include "connectors/webhook/signature.h"
#include "data/option_text.h"
#include "data/row_format.h"
#include "data/value_text.h"

namespace millrace {
namespace {

/// Rows waiting or in flight beyond which the shard is asked to pause.
constexpr size_t kPendingMax = 1024;
constexpr int kGone = 410;

struct Answer {
  uint64_t row = 0;
  Result<HttpResponse> response;
};

/// Shared with call-backs, which may outlive the sink.
struct Mailbox {
  std::mutex mutex;
  std::vector<Answer> answers;  // guarded by mutex
};

struct Delivery {
  std::string id;
  std::string body;
  std::string key;  // empty: no order
  int64_t retries = 0;
  int64_t not_before_ms = 0;  // monotonic
  bool in_flight = false;
  bool probe = false;
};

bool IsWorthRetrying(int status) {
  return status == 408 || status == 425 || status == 429 || status >= 500;
}

class WebhookSink final : public SinkWriter {
 public:
  WebhookSink(const TableContext& table, WebhookSettings settings)
      : table_(table),
        settings_(std::move(settings)),
        breaker_(settings_.breaker_failures, settings_.breaker_cooldown_ms),
        mailbox_(std::make_shared<Mailbox>()),
        origin_(table.pipeline + "\n" + table.table + "\n" + std::to_string(table.shard) + "\n"),
        random_(MakeRandom(std::hash<std::string>()(origin_))) {}

  Status Restore(std::string_view state) override {
    const auto rows = ParseOptionLong(state);
    if (!state.empty() && !rows) return InternalError("the saved state of a webhook is broken");
    next_row_ = static_cast<uint64_t>(rows.value_or(0));
    return OkStatus();
  }

  Status Write(const SinkInput& input) override;
  bool Ready() override {
    Pump();
    return pending_.size() < kPendingMax || !failure_.has_value();
  }
  Result<std::string> Prepare(uint64_t epoch) override {
    barriers_[epoch] = next_row_;
    Pump();
    if (!failure_) return std::unexpected(failure_.error());
    return std::to_string(next_row_);
  }
  Status Commit(uint64_t epoch) override {
    barriers_.erase(barriers_.begin(), barriers_.upper_bound(epoch));
    Pump();
    return failure_;
  }
  bool Draining() override {
    Pump();
    return !pending_.empty() && failure_.has_value();
  }
  uint64_t retries() const override { return retries_; }
  Result<bool> Delivered(uint64_t epoch) override {
    Pump();
    if (!failure_) return std::unexpected(failure_.error());
    const auto barrier = barriers_.find(epoch);
    if (pending_.empty()) return true;
    return barrier != barriers_.end() && pending_.begin()->first >= barrier->second;
  }

 private:
  int64_t Now() const { return table_.env.clock->MonotonicNanos() / 1'000'000; }
  std::string MakeBody(const Batch& batch, int64_t row, std::string_view record) const;
  std::string MakeKey(const Batch& batch, int64_t row) const;
  void Pump();
  void TakeAnswers();
  void OnAnswer(const Answer& answer);
  void Finish(uint64_t row);
  void GiveUp(uint64_t row, const std::string& reason);
  void SendWhatMayGo();
  void Send(uint64_t row, Delivery* delivery);

  TableContext table_;
  WebhookSettings settings_;
  CircuitBreaker breaker_;
  uint64_t retries_ = 0;
  std::shared_ptr<Mailbox> mailbox_;
  std::string origin_;
  std::unique_ptr<Random> random_;
  uint64_t next_row_ = 0;
  std::map<uint64_t, Delivery> pending_;                         // by row number
  std::unordered_map<std::string, std::deque<uint64_t>> lanes_;  // rows of each key, in order
  std::map<uint64_t, uint64_t> barriers_;  // epoch -> number of the first row behind it
  size_t in_flight_ = 0;
  Status failure_;  // the dead letters failed: the pipeline must stop
};

std::string WebhookSink::MakeBody(const Batch& batch, int64_t row, std::string_view record) const {
  if (settings_.body) return settings_.body->Render(batch, row, record);
  std::string body = "{\"type\":";
  AppendJsonString(settings_.type, &body);
  body += ",\"timestamp\":\"";
  AppendInstant(table_.env.clock->WallMillis(), 1000, &body);
  body += "\",\"data\":";
  body += record;
  body += '}';
  return body;
}

std::string WebhookSink::MakeKey(const Batch& batch, int64_t row) const {
  std::string key;
  for (const size_t column : settings_.key_columns) {
    std::string value;
    AppendValueText(table_.schema[column].type, *batch.columns[column], row, &value);
    key += std::to_string(value.size()) + ":" + value;
  }
  return key;
}

Status WebhookSink::Write(const SinkInput& input) {
  TRY(failure_);
  for (int64_t row = 0; row < input.batch->num_rows; ++row) {
    const auto i = static_cast<size_t>(row);
    const size_t begin = i == 0 ? 0 : input.ends[i - 1];
    const std::string_view record = input.bytes.substr(begin, input.ends[i] - begin);
    const uint64_t number = next_row_++;
    Delivery delivery;
    delivery.id =
        "msg_" + ShortSha256(origin_ + std::to_string(number) + "\n" + std::string(record));
    delivery.body = MakeBody(*input.batch, row, record);
    delivery.key = MakeKey(*input.batch, row);
    if (!delivery.key.empty()) lanes_[delivery.key].push_back(number);
    pending_.emplace(number, std::move(delivery));
  }
  Pump();
  return failure_;
}

void WebhookSink::Pump() {
  TakeAnswers();
  SendWhatMayGo();
}

void WebhookSink::TakeAnswers() {
  std::vector<Answer> answers;
  {
    const std::lock_guard lock(mailbox_->mutex);
    answers.swap(mailbox_->answers);
  }
  for (const Answer& answer : answers) OnAnswer(answer);
}

void WebhookSink::OnAnswer(const Answer& answer) {
  const auto found = pending_.find(answer.row);
  CHECK(found != pending_.end());
  Delivery& delivery = found->second;
  delivery.in_flight = false;
  --in_flight_;
  const int status = answer.response ? answer.response->status : 0;
  if (status >= 200 && status < 300) {
    breaker_.OnOutcome(true, Now());
    return Finish(answer.row);
  }
  const bool retryable =
      answer.response ? IsWorthRetrying(status) : answer.response.error().retryable;
  const std::string reason = answer.response ? "the receiver answered " + std::to_string(status)
                                             : answer.response.error().ToString();
  // A refusal of this one request says that the receiver is well.
  breaker_.OnOutcome(!retryable && status != 0, Now());
  if (!retryable) {
    return GiveUp(answer.row, status == kGone ? reason + " (gone)" : reason);
  }
  if (!delivery.probe && ++delivery.retries > settings_.retry.max_retries) {
    return GiveUp(answer.row,
                  reason + ", after " + std::to_string(settings_.retry.max_retries) + " retries");
  }
  std::optional<int64_t> wish;
  if (answer.response) {
    for (const auto& [name, value] : answer.response->headers) {
      if (name == "retry-after") wish = ParseRetryAfter(value, table_.env.clock->WallMillis());
    }
  }
  ++retries_;
  delivery.not_before_ms = Now() + settings_.retry.DelayMillis(
                                       std::max<int64_t>(1, delivery.retries), wish, random_.get());
}

void WebhookSink::Finish(uint64_t row) {
  const auto found = pending_.find(row);
  const auto lane = lanes_.find(found->second.key);
  if (lane != lanes_.end()) {
    CHECK_EQ(lane->second.front(), row);
    lane->second.pop_front();
    if (lane->second.empty()) lanes_.erase(lane);
  }
  pending_.erase(found);
}

void WebhookSink::GiveUp(uint64_t row, const std::string& reason) {
  const Delivery& delivery = pending_.at(row);
  const std::string position =
      "shard " + std::to_string(table_.shard) + ", row " + std::to_string(row);
  if (table_.dead_letters == nullptr) {
    failure_ = ExternalError("MR0705", "a row of table '" + table_.table + "' was not delivered",
                             reason + "; " + position);
    return;
  }
  if (failure_) {
    failure_ = table_.dead_letters->Write({.table = table_.table,
                                           .stage = "delivery",
                                           .position = position,
                                           .reason = reason,
                                           .raw = delivery.body});
  }
  if (failure_) Finish(row);
}

void WebhookSink::SendWhatMayGo() {
  const int64_t now = Now();
  for (auto& [row, delivery] : pending_) {
    if (in_flight_ >= settings_.max_in_flight || !failure_ || !breaker_.Permits(now)) return;
    if (delivery.in_flight || delivery.not_before_ms > now) continue;
    if (!delivery.key.empty() && lanes_[delivery.key].front() != row) continue;
    Send(row, &delivery);
  }
}

void WebhookSink::Send(uint64_t row, Delivery* delivery) {
  HttpRequest request{.method = settings_.method,
                      .url = settings_.url,
                      .headers = settings_.headers,
                      .body = delivery->body,
                      .timeout = settings_.timeout,
                      .max_response_bytes = 64 << 10,
                      .allow_private_addresses = settings_.allow_private_addresses};
  const int64_t timestamp = table_.env.clock->WallMillis() / 1000;
  request.headers.emplace_back("webhook-id", delivery->id);
  request.headers.emplace_back("webhook-timestamp", std::to_string(timestamp));
  if (!settings_.keys.empty()) {
    request.headers.emplace_back(
        "webhook-signature", SignWebhook(settings_.keys, delivery->id, timestamp, delivery->body));
  }
  delivery->in_flight = true;
  delivery->probe = breaker_.OnSend();
  ++in_flight_;
  table_.env.http->Send(std::move(request),
                        [mailbox = mailbox_, row](Result<HttpResponse> response) {
                          const std::lock_guard lock(mailbox->mutex);
                          mailbox->answers.push_back({row, std::move(response)});
                        });
}

class WebhookConnector final : public Connector {
 public:
  std::string_view name() const override { return "webhook"; }
  std::string_view summary() const override {
    return "Sends each row to an HTTP receiver, signed, retried and in order per key.";
  }
  std::vector<OptionSpec> options() const override { return WebhookOptions(); }
  std::vector<OptionSpec> extra_options() const override {
    return {{.key = "dead-letter.path", .help = "File for rows that could not be delivered."}};
  }
  bool can_read() const override { return false; }
  bool can_write() const override { return true; }
  bool needs_format() const override { return true; }
  Status Check(const TableContext& table, bool) const override {
    if (table.whole_files) {
      return UserError("MR0506", "a webhook cannot send whole files", {}, "use 'format' = 'json'");
    }
    TRY(ReadWebhookSettings(table));
    return OkStatus();
  }
  Result<std::unique_ptr<SinkWriter>> MakeSink(const TableContext& table) const override {
    return MakeWebhookSink(table);
  }
};

}  // namespace

Result<std::unique_ptr<SinkWriter>> MakeWebhookSink(const TableContext& table) {
  TRY_ASSIGN(WebhookSettings settings, ReadWebhookSettings(table));
  CHECK(table.env.http != nullptr && table.env.clock != nullptr);
  return std::make_unique<WebhookSink>(table, std::move(settings));
}

std::unique_ptr<Connector> MakeWebhookConnector() { return std::make_unique<WebhookConnector>(); }

}  // namespace millrace
