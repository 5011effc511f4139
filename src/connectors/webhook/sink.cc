// SPDX-License-Identifier: Apache-2.0
#include "connectors/webhook/sink.h"

#include <deque>
#include <limits>
#include <mutex>
#include <set>
#include <unordered_map>

#include "base/check.h"
#include "base/json_writer.h"
#include "base/mutant.h"
#include "connectors/dead_letter.h"
#include "connectors/keyed_message.h"
#include "connectors/outbox.h"
#include "connectors/webhook/options.h"
#include "connectors/webhook/signature.h"
#include "data/row_format.h"
#include "data/value_text.h"

namespace millrace {
namespace {

constexpr int kGone = 410;
constexpr int64_t kNanosPerMilli = 1'000'000;

struct Answer {
  uint64_t sequence = 0;
  Result<HttpResponse> response;
};

/// Shared with call-backs, which may outlive the sink.
struct Mailbox {
  std::mutex mutex;
  std::vector<Answer> answers;  // guarded by mutex
  std::function<void()> wake;   // guarded by mutex; empty once the sink is gone

  void Put(Answer answer) {
    const std::lock_guard lock(mutex);
    answers.push_back(std::move(answer));
    if (wake) wake();
  }
};

struct Delivery {
  KeyedMessage message;  // views into the outbox
  int64_t retries = 0;
  bool probe = false;
};

bool IsWorthRetrying(int status) {
  return status == 408 || status == 425 || status == 429 || status >= 500;
}

class WebhookSink final : public SinkWriter {
 public:
  WebhookSink(const TableContext& table, WebhookSettings settings)
      : table_(table),
        outbox_(table.outbox),
        settings_(std::move(settings)),
        breaker_(settings_.breaker_failures, settings_.breaker_cooldown_ms),
        mailbox_(std::make_shared<Mailbox>()),
        origin_(table.pipeline + "\n" + table.table + "\n" + std::to_string(table.shard) + "\n"),
        random_(MakeRandom(std::hash<std::string>()(origin_))) {
    mailbox_->wake = table.wake;
  }
  ~WebhookSink() override {
    const std::lock_guard lock(mailbox_->mutex);
    mailbox_->wake = nullptr;
  }

  Status Restore(std::string_view) override { return OkStatus(); }  // the outbox is what remains
  Status Write(const SinkInput& input) override;
  bool Ready() override { return failure_.has_value(); }
  Result<std::string> Prepare(uint64_t) override {
    if (!failure_) return std::unexpected(failure_.error());
    return std::string();
  }
  Status Commit(uint64_t) override {
    Tend();
    return failure_;
  }
  bool Draining() override {
    Tend();
    return !outbox_->empty() && failure_.has_value();
  }
  Result<bool> Delivered(uint64_t) override { return true; }
  int64_t Tend() override;
  std::string Waiting() override;
  uint64_t retries() const override { return retries_; }

 private:
  int64_t Now() const { return table_.env.clock->MonotonicNanos() / kNanosPerMilli; }
  std::string MakeBody(const Batch& batch, int64_t row, std::string_view record) const;
  std::string MakeLane(const Batch& batch, int64_t row) const;
  void TakeDecided();
  void Accept(uint64_t sequence, std::string_view bytes);
  void TakeAnswers();
  void OnAnswer(const Answer& answer);
  void Finish(uint64_t sequence);
  void GiveUp(uint64_t sequence, const std::string& reason);
  void SendWhatMayGo();
  void Send(uint64_t sequence, Delivery* delivery);

  TableContext table_;
  Outbox* outbox_;
  WebhookSettings settings_;
  CircuitBreaker breaker_;
  uint64_t retries_ = 0;
  std::shared_ptr<Mailbox> mailbox_;
  std::string origin_;
  std::unique_ptr<Random> random_;
  std::unordered_map<uint64_t, Delivery> pending_;  // to be delivered, by sequence
  std::unordered_map<std::string_view, std::deque<uint64_t>>
      lanes_;                                   // keys are of the first's bytes
  std::set<std::pair<int64_t, uint64_t>> due_;  // when (ms) which may be sent; first of their lanes
  size_t in_flight_ = 0;
  std::string trouble_;  // of the last attempt
  Status failure_;       // the dead letters failed: the pipeline must stop
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

std::string WebhookSink::MakeLane(const Batch& batch, int64_t row) const {
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
  if (settings_.at_once) TakeDecided();  // of a run before: they go first
  for (int64_t row = 0; row < input.batch->num_rows; ++row) {
    const auto i = static_cast<size_t>(row);
    const size_t begin = i == 0 ? 0 : input.ends[i - 1];
    const std::string_view record = input.bytes.substr(begin, input.ends[i] - begin);
    const uint64_t sequence = outbox_->next_sequence();
    const std::string id =
        "msg_" + ShortSha256(origin_ + std::to_string(sequence) + "\n" + std::string(record));
    const std::string lane = MakeLane(*input.batch, row);
    const std::string body = MakeBody(*input.batch, row, record);
    const std::string_view bytes = outbox_->Add(
        KeyedMessage{.id = id, .lane = lane, .body = body}.Encode(), settings_.at_once);
    if (settings_.at_once) Accept(sequence, bytes);
  }
  if (settings_.at_once) SendWhatMayGo();
  return failure_;
}

void WebhookSink::TakeDecided() {
  OutboxMessage message;
  while (outbox_->Take(&message)) Accept(message.sequence, message.bytes);
}

void WebhookSink::Accept(uint64_t sequence, std::string_view bytes) {
  auto message = KeyedMessage::Decode(bytes);
  if (!message) {
    failure_ = std::unexpected(message.error());
    return;
  }
  pending_[sequence] = {.message = *message};
  if (message->lane.empty()) {
    due_.emplace(0, sequence);
    return;
  }
  std::deque<uint64_t>& lane = lanes_[message->lane];
  lane.push_back(sequence);
  if (lane.size() == 1 || MUTANT("lanes-overtake")) due_.emplace(0, sequence);
}

int64_t WebhookSink::Tend() {
  TakeAnswers();
  TakeDecided();
  SendWhatMayGo();
  if (due_.empty() || in_flight_ >= settings_.max_in_flight || !failure_) {
    return std::numeric_limits<int64_t>::max();
  }
  return std::max(due_.begin()->first, breaker_.next_permit_ms()) * kNanosPerMilli;
}

std::string WebhookSink::Waiting() {
  if (trouble_.empty()) return {};
  return std::to_string(pending_.size()) + " messages wait: " + trouble_;
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
  const auto found = pending_.find(answer.sequence);
  CHECK(found != pending_.end());
  Delivery& delivery = found->second;
  --in_flight_;
  const int status = answer.response ? answer.response->status : 0;
  const bool lost = MUTANT("lost-request-is-delivered") && !answer.response;
  if ((status >= 200 && status < 300) || lost) {
    trouble_.clear();
    breaker_.OnOutcome(true, Now());
    return Finish(answer.sequence);
  }
  const bool retryable =
      answer.response ? IsWorthRetrying(status) : answer.response.error().retryable;
  const std::string reason = answer.response ? "the receiver answered " + std::to_string(status)
                                             : answer.response.error().ToString();
  // A refusal of this one request says that the receiver is well.
  breaker_.OnOutcome(!retryable && status != 0, Now());
  if (!retryable) {
    return GiveUp(answer.sequence, status == kGone ? reason + " (gone)" : reason);
  }
  trouble_ = reason;
  if (!delivery.probe && ++delivery.retries > settings_.retry.max_retries) {
    return GiveUp(answer.sequence,
                  reason + ", after " + std::to_string(settings_.retry.max_retries) + " retries");
  }
  std::optional<int64_t> wish;
  if (answer.response) {
    for (const auto& [name, value] : answer.response->headers) {
      if (name == "retry-after") wish = ParseRetryAfter(value, table_.env.clock->WallMillis());
    }
  }
  ++retries_;
  due_.emplace(Now() + settings_.retry.DelayMillis(std::max<int64_t>(1, delivery.retries), wish,
                                                   random_.get()),
               answer.sequence);
}

/// The message is off; the next one of its lane may go.
void WebhookSink::Finish(uint64_t sequence) {
  const auto found = pending_.find(sequence);
  const std::string_view name = found->second.message.lane;
  if (!name.empty()) {
    auto lane = lanes_.extract(name);
    std::deque<uint64_t>& waiting = lane.mapped();
    CHECK_EQ(waiting.front(), sequence);
    waiting.pop_front();
    if (!waiting.empty()) {
      lane.key() = pending_.at(waiting.front()).message.lane;
      due_.emplace(0, waiting.front());
      lanes_.insert(std::move(lane));
    }
  }
  pending_.erase(found);
  outbox_->Done(sequence);
}

void WebhookSink::GiveUp(uint64_t sequence, const std::string& reason) {
  const Delivery& delivery = pending_.at(sequence);
  const std::string position = "shard " + std::to_string(sequence >> kOutboxShardShift) + ", row " +
                               std::to_string(sequence & kOutboxNumberMask);
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
                                           .raw = delivery.message.body,
                                           .key = delivery.message.id,
                                           .attempts = delivery.retries + 1});
  }
  if (failure_) Finish(sequence);
}

void WebhookSink::SendWhatMayGo() {
  const int64_t now = Now();
  while (!due_.empty() && due_.begin()->first <= now && in_flight_ < settings_.max_in_flight &&
         failure_ && breaker_.Permits(now)) {
    const uint64_t sequence = due_.begin()->second;
    due_.erase(due_.begin());
    Send(sequence, &pending_.at(sequence));
  }
}

void WebhookSink::Send(uint64_t sequence, Delivery* delivery) {
  const KeyedMessage& message = delivery->message;
  HttpRequest request{.method = settings_.method,
                      .url = settings_.url,
                      .headers = settings_.headers,
                      .body = std::string(message.body),
                      .timeout = settings_.timeout,
                      .max_response_bytes = 64 << 10,
                      .allow_private_addresses = settings_.allow_private_addresses};
  const int64_t timestamp = table_.env.clock->WallMillis() / 1000;
  request.headers.emplace_back("webhook-id", message.id);
  request.headers.emplace_back("webhook-timestamp", std::to_string(timestamp));
  if (!settings_.keys.empty()) {
    request.headers.emplace_back("webhook-signature",
                                 SignWebhook(settings_.keys, message.id, timestamp, message.body));
  }
  delivery->probe = breaker_.OnSend();
  ++in_flight_;
  table_.env.http->Send(std::move(request),
                        [mailbox = mailbox_, sequence](Result<HttpResponse> response) {
                          mailbox->Put({sequence, std::move(response)});
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
    return {
        {.key = "dead-letter.path", .help = "File for rows that could not be delivered."},
        {.key = "delivery",
         .type = OptionType::kEnum,
         .default_value = "decided",
         .choices = {"decided", "at-least-once"},
         .help = "'decided': a row is sent once its epoch has happened, so what is sent is never "
                 "computed again; 'at-least-once': at once, and again after a crash before that."},
        {.key = "outbox.max-bytes",
         .type = OptionType::kMemorySize,
         .default_value = "256 MB",
         .help = "What may wait for a receiver that is slow or away; then the pipeline waits."},
    };
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
  bool uses_outbox(const TableContext&) const override { return true; }
};

}  // namespace

Result<std::unique_ptr<SinkWriter>> MakeWebhookSink(const TableContext& table) {
  TRY_ASSIGN(WebhookSettings settings, ReadWebhookSettings(table));
  CHECK(table.env.http != nullptr && table.env.clock != nullptr && table.outbox != nullptr);
  return std::make_unique<WebhookSink>(table, std::move(settings));
}

std::unique_ptr<Connector> MakeWebhookConnector() { return std::make_unique<WebhookConnector>(); }

}  // namespace millrace
