// SPDX-License-Identifier: Apache-2.0
#include <arrow/array/builder_binary.h>
#include <arrow/array/builder_primitive.h>
#include <gtest/gtest.h>

#include "connectors/dead_letter.h"
#include "connectors/webhook/body_template.h"
#include "connectors/webhook/retry_policy.h"
#include "connectors/webhook/signature.h"
#include "connectors/webhook/sink.h"
#include "env/simulated/clock.h"
#include "env/simulated/http_client.h"
#include "support/memory_outbox.h"

namespace millrace {
namespace {

TEST(WebhookSignatureTest, MatchesTheStandardsVector) {
  const auto key = ParseWebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  ASSERT_TRUE(key.has_value());
  const std::string signature =
      SignWebhook({*key}, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, "{\"test\": 2432232314}");
  EXPECT_EQ(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  EXPECT_EQ(SignWebhook({*key, *key}, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
                        "{\"test\": 2432232314}"),
            signature + " " + signature);
  EXPECT_FALSE(ParseWebhookSecret("MfKQ9r8G").has_value());
  EXPECT_FALSE(ParseWebhookSecret("whsec_???").has_value());
  EXPECT_EQ(ParseWebhookSecret("whsec_AQI=")->size(), 2u);
}

TEST(RetryPolicyTest, ReadsRetryAfter) {
  EXPECT_EQ(ParseRetryAfter("120", 0), 120000);
  EXPECT_EQ(ParseRetryAfter(" 99999999 ", 0), 3600000);
  EXPECT_EQ(ParseRetryAfter("Sun, 06 Nov 1994 08:49:37 GMT", 784111777000 - 5000), 5000);
  EXPECT_EQ(ParseRetryAfter("Sun, 06 Nov 1994 08:49:37 GMT", 784111777000 + 5000), 0);
  EXPECT_EQ(ParseRetryAfter("soon", 0), std::nullopt);
}

TEST(RetryPolicyTest, DoublesWithJitterUpToItsMaximum) {
  const RetryPolicy policy{.max_retries = 8, .backoff_ms = 1000, .backoff_ms_max = 5000};
  const auto random = MakeRandom(1);
  const std::vector<std::pair<int64_t, int64_t>> limits = {
      {1, 1000}, {2, 2000}, {3, 4000}, {4, 5000}};
  for (const auto& [retry, most] : limits) {
    for (int i = 0; i < 50; ++i) {
      const int64_t delay = policy.DelayMillis(retry, std::nullopt, random.get());
      EXPECT_LE(delay, most);
      EXPECT_GE(delay, most / 2);
    }
  }
  EXPECT_EQ(policy.DelayMillis(1, 9000, random.get()), 9000);
}

TEST(CircuitBreakerTest, OpensProbesAndCloses) {
  CircuitBreaker breaker(2, 1000);
  breaker.OnOutcome(false, 0);
  EXPECT_TRUE(breaker.Permits(0));
  breaker.OnOutcome(false, 0);
  EXPECT_FALSE(breaker.Permits(999));
  EXPECT_TRUE(breaker.Permits(1000));
  EXPECT_TRUE(breaker.OnSend());
  EXPECT_FALSE(breaker.Permits(1000));
  breaker.OnOutcome(false, 1000);
  EXPECT_FALSE(breaker.Permits(1999));
  EXPECT_TRUE(breaker.OnSend());
  breaker.OnOutcome(true, 2000);
  EXPECT_TRUE(breaker.Permits(2000));
  EXPECT_FALSE(breaker.OnSend());
}

Batch MakeBatch(const std::vector<std::pair<int, const char*>>& rows) {
  arrow::Int32Builder n;
  arrow::StringBuilder k;
  for (const auto& [number, key] : rows) EXPECT_TRUE(n.Append(number).ok() && k.Append(key).ok());
  return Batch{.num_rows = static_cast<int64_t>(rows.size()),
               .columns = {*n.Finish(), *k.Finish()}};
}

Schema TestSchema() { return Schema({{"n", DataType::Int()}, {"k", DataType::String()}}); }

TEST(BodyTemplateTest, EscapesValues) {
  const auto body =
      BodyTemplate::Parse("{\"text\": \"{{ k }} has {{n}}\", \"row\": {{*}}}", TestSchema());
  ASSERT_TRUE(body.has_value());
  EXPECT_EQ(body->Render(MakeBatch({{1, "a\"b\n"}}), 0, "{}"),
            "{\"text\": \"a\\\"b\\n has 1\", \"row\": {}}");
  EXPECT_EQ(BodyTemplate::Parse("{{kk}}", TestSchema()).error().hint, "did you mean '{{k}}'?");
  EXPECT_FALSE(BodyTemplate::Parse("{{k", TestSchema()).has_value());
}

struct Letters final : DeadLetterSink {
  Status Write(const UndeliveredRow& row) override {
    letters.push_back(std::string(row.position) + ": " + std::string(row.reason) + " " +
                      std::string(row.raw));
    return OkStatus();
  }
  std::vector<std::string> letters;
};

class WebhookSinkTest : public testing::Test {
 protected:
  std::unique_ptr<SinkWriter> Open(std::map<std::string, OptionValue> values = {},
                                   bool at_once = false) {
    values.try_emplace("url", OptionValue{"http://localhost/hook"});
    values.try_emplace("body", OptionValue{"{{n}}"});
    if (values["body"].text.empty()) values.erase("body");
    values.try_emplace("retry-backoff", OptionValue{"1 s"});
    TableContext table{.table = "alerts", .schema = TestSchema(), .pipeline = "p"};
    table.options = Options(connector_->options(), std::move(values));
    table.env = {.clock = &clock_, .http = &http_};
    table.dead_letters = &letters_;
    table.outbox = &outbox_;
    if (at_once) table.extras["delivery"] = {"at-least-once"};
    EXPECT_TRUE(connector_->Check(table, true).has_value());
    auto sink = connector_->MakeSink(table);
    EXPECT_TRUE(sink.has_value());
    EXPECT_TRUE((*sink)->Restore("").has_value());
    return std::move(*sink);
  }

  /// The rows and the epoch that decides them.
  Status Write(SinkWriter* sink, const std::vector<std::pair<int, const char*>>& rows) {
    TRY(Add(sink, rows));
    TRY(sink->Prepare(++epoch_));
    outbox_.Decide();
    return sink->Commit(epoch_);
  }

  static Status Add(SinkWriter* sink, const std::vector<std::pair<int, const char*>>& rows) {
    const Batch batch = MakeBatch(rows);
    std::string bytes;
    std::vector<size_t> ends;
    for (const auto& [number, key] : rows) {
      bytes += "{\"n\":" + std::to_string(number) + "}";
      ends.push_back(bytes.size());
    }
    return sink->Write({.batch = &batch, .bytes = bytes, .ends = ends, .delimiter = "\n"});
  }

  /// Answers the oldest request; returns its body.
  std::string Answer(int status, HttpHeaders headers = {}) {
    auto pending = http_.Take();
    pending.done(HttpResponse{.status = status, .headers = std::move(headers)});
    return pending.request.body;
  }
  static std::string Header(const HttpRequest& request, const std::string& name) {
    for (const auto& [key, value] : request.headers) {
      if (key == name) return value;
    }
    return "";
  }

  SimulatedClock clock_;
  SimulatedHttpClient http_;
  MemoryOutbox outbox_;
  Letters letters_;
  uint64_t epoch_ = 0;
  std::unique_ptr<Connector> connector_ = MakeWebhookConnector();
};

TEST_F(WebhookSinkTest, SendsSignedRows) {
  auto sink =
      Open({{"secret", {"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}}, {"headers.X-Team", {"fraud"}}});
  ASSERT_TRUE(Write(sink.get(), {{7, "a"}}));
  ASSERT_EQ(http_.waiting(), 1u);
  EXPECT_TRUE(sink->Draining());
  auto pending = http_.Take();
  const HttpRequest& request = pending.request;
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "http://localhost/hook");
  EXPECT_EQ(request.body, "7");
  EXPECT_EQ(Header(request, "X-Team"), "fraud");
  EXPECT_EQ(Header(request, "Content-Type"), "application/json");
  const std::string id = Header(request, "webhook-id");
  EXPECT_TRUE(id.starts_with("msg_"));
  const int64_t timestamp = std::stoll(Header(request, "webhook-timestamp"));
  EXPECT_EQ(timestamp, clock_.WallMillis() / 1000);
  EXPECT_EQ(Header(request, "webhook-signature"),
            SignWebhook({*ParseWebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")}, id,
                        timestamp, "7"));
  pending.done(HttpResponse{.status = 204});
  EXPECT_FALSE(sink->Draining());
}

TEST_F(WebhookSinkTest, TheDefaultBodyIsTheStandards) {
  auto sink = Open({{"type", {"alert.raised"}}, {"body", {""}}});
  ASSERT_TRUE(Write(sink.get(), {{7, "a"}}));
  EXPECT_EQ(Answer(200),
            "{\"type\":\"alert.raised\",\"timestamp\":\"2023-11-14T22:13:20Z\","
            "\"data\":{\"n\":7}}");
}

TEST_F(WebhookSinkTest, NothingGoesOutBeforeItsEpochHasHappened) {
  auto sink = Open();
  ASSERT_TRUE(Add(sink.get(), {{1, "a"}}));
  sink->Tend();
  EXPECT_EQ(http_.waiting(), 0u);
  ASSERT_TRUE(sink->Prepare(1));
  sink->Tend();
  EXPECT_EQ(http_.waiting(), 0u);
  outbox_.Decide();
  ASSERT_TRUE(Add(sink.get(), {{2, "a"}}) && sink->Commit(1));
  EXPECT_EQ(http_.waiting(), 1u);
  EXPECT_EQ(Answer(200), "1");
}

TEST_F(WebhookSinkTest, WhatWasDecidedIsSentAfterARestartWithItsIdAndBody) {
  auto first = Open({{"body", {""}}});
  ASSERT_TRUE(Write(first.get(), {{1, "a"}, {2, "b"}}));
  auto lost = http_.Take();
  auto answered = http_.Take();
  answered.done(HttpResponse{.status = 200});
  first->Tend();
  clock_.AdvanceMillis(86400000);  // the body has a time in it
  first = nullptr;
  outbox_.Restart();
  auto second = Open({{"body", {""}}});
  ASSERT_TRUE(Write(second.get(), {{3, "c"}}));
  auto again = http_.Take();
  EXPECT_EQ(again.request.body, lost.request.body);
  EXPECT_EQ(Header(again.request, "webhook-id"), Header(lost.request, "webhook-id"));
  const auto fresh = http_.Take();
  EXPECT_NE(Header(fresh.request, "webhook-id"), Header(lost.request, "webhook-id"));
  EXPECT_EQ(http_.waiting(), 0u);
  lost.done(HttpResponse{.status = 200});  // of the sink that is gone
  again.done(HttpResponse{.status = 200});
  fresh.done(HttpResponse{.status = 200});
  EXPECT_FALSE(second->Draining());
}

TEST_F(WebhookSinkTest, AtOnceGoesOutBeforeTheEpochAndAgainWithTheSameId) {
  const auto send = [&](SinkWriter* sink, int n) {
    EXPECT_TRUE(Add(sink, {{n, "a"}}).has_value());
    EXPECT_EQ(http_.waiting(), 1u);
    auto pending = http_.Take();
    pending.done(HttpResponse{.status = 200});
    sink->Tend();
    return Header(pending.request, "webhook-id");
  };
  auto first = Open({}, /*at_once=*/true);
  const std::string one = send(first.get(), 1);
  ASSERT_TRUE(first->Prepare(1) && first->Commit(1));
  outbox_.SetNext(1);
  const std::string two = send(first.get(), 2);
  outbox_.SetNext(1);  // epoch 2 never happened
  auto second = Open({}, /*at_once=*/true);
  EXPECT_EQ(send(second.get(), 2), two);
  outbox_.SetNext(1);
  EXPECT_NE(send(second.get(), 7), two) << "another row is another message";
  EXPECT_NE(one, two);
  EXPECT_TRUE(outbox_.empty());
}

TEST_F(WebhookSinkTest, RetriesWithBackoffAndHonoursRetryAfter) {
  auto sink = Open();
  ASSERT_TRUE(Write(sink.get(), {{7, "a"}}));
  Answer(500);
  EXPECT_TRUE(sink->Draining());
  EXPECT_EQ(http_.waiting(), 0u);
  clock_.AdvanceMillis(1000);
  EXPECT_TRUE(sink->Draining());
  ASSERT_EQ(http_.waiting(), 1u);
  Answer(429, {{"retry-after", "30"}});
  EXPECT_TRUE(sink->Draining());
  clock_.AdvanceMillis(29000);
  EXPECT_TRUE(sink->Draining());
  EXPECT_EQ(http_.waiting(), 0u);
  clock_.AdvanceMillis(1001);
  EXPECT_TRUE(sink->Draining());
  Answer(200);
  EXPECT_FALSE(sink->Draining());
  EXPECT_EQ(sink->retries(), 2u);
  EXPECT_TRUE(letters_.letters.empty());
}

TEST_F(WebhookSinkTest, GivesUpIntoTheDeadLetters) {
  auto sink = Open({{"max-retries", {"1"}}});
  ASSERT_TRUE(Write(sink.get(), {{7, "a"}, {8, "b"}}));
  Answer(400);
  Answer(503);
  EXPECT_TRUE(sink->Draining());
  clock_.AdvanceMillis(2000);
  EXPECT_TRUE(sink->Draining());
  auto pending = http_.Take();
  pending.done(ExternalError("MR0811", "connection refused", {}, true));
  EXPECT_FALSE(sink->Draining());
  EXPECT_EQ(letters_.letters, (std::vector<std::string>{
                                  "shard 0, row 0: the receiver answered 400 7",
                                  "shard 0, row 1: MR0811 connection refused, after 1 retries 8"}));
}

TEST_F(WebhookSinkTest, KeepsTheOrderOfEachKey) {
  auto sink = Open({{"key", {"k"}}});
  ASSERT_TRUE(Write(sink.get(), {{1, "a"}, {2, "a"}, {3, "b"}}));
  EXPECT_EQ(http_.waiting(), 2u);
  EXPECT_EQ(Answer(500), "1");
  EXPECT_EQ(Answer(200), "3");
  EXPECT_TRUE(sink->Draining());
  EXPECT_EQ(http_.waiting(), 0u);
  clock_.AdvanceMillis(1000);
  EXPECT_TRUE(sink->Draining());
  EXPECT_EQ(Answer(200), "1");
  EXPECT_TRUE(sink->Draining());
  EXPECT_EQ(Answer(200), "2");
  EXPECT_FALSE(sink->Draining());
}

TEST_F(WebhookSinkTest, BoundsWhatIsInFlight) {
  auto sink = Open({{"max-in-flight", {"2"}}});
  const std::vector<std::pair<int, const char*>> rows(2000, {1, "a"});
  ASSERT_TRUE(Write(sink.get(), rows));
  EXPECT_EQ(http_.waiting(), 2u);
  size_t sent = 0;
  http_.SetHandler([&](const HttpRequest&) {
    ++sent;
    return HttpResponse{.status = 200};
  });
  while (http_.Deliver() > 0) sink->Tend();
  EXPECT_EQ(sent, 2000u);
  EXPECT_FALSE(sink->Draining());
}

TEST_F(WebhookSinkTest, NoEpochWaitsForAReceiver) {
  auto sink = Open();
  ASSERT_TRUE(Write(sink.get(), {{1, "a"}}));
  EXPECT_TRUE(sink->Prepare(2));
  EXPECT_TRUE(*sink->Delivered(2));
  EXPECT_TRUE(sink->Ready());
  EXPECT_TRUE(sink->Draining());
}

TEST_F(WebhookSinkTest, SaysWhenItHasSomethingToDo) {
  constexpr int64_t kNever = std::numeric_limits<int64_t>::max();
  auto sink = Open();
  EXPECT_EQ(sink->Tend(), kNever);
  ASSERT_TRUE(Write(sink.get(), {{1, "a"}}));
  EXPECT_EQ(sink->Tend(), kNever) << "an answer wakes the shard";
  Answer(429, {{"retry-after", "30"}});
  EXPECT_EQ(sink->Tend(), clock_.MonotonicNanos() / 1'000'000 * 1'000'000 + 30'000'000'000);
  EXPECT_EQ(sink->Waiting(), "1 messages wait: the receiver answered 429");
}

TEST_F(WebhookSinkTest, TheBreakerSparesADeadReceiverWithoutCostingRetries) {
  auto sink = Open({{"circuit-breaker.failures", {"3"}},
                    {"circuit-breaker.cooldown", {"60 s"}},
                    {"max-retries", {"2"}},
                    {"max-in-flight", {"1"}}});
  ASSERT_TRUE(Write(sink.get(), {{1, "a"}, {2, "a"}, {3, "a"}}));
  for (int i = 0; i < 3; ++i) {
    Answer(503);
    sink->Draining();
  }
  EXPECT_EQ(http_.waiting(), 0u);
  for (int probe = 0; probe < 5; ++probe) {
    clock_.AdvanceMillis(61000);
    EXPECT_TRUE(sink->Draining());
    EXPECT_EQ(http_.waiting(), 1u);
    Answer(503);
    EXPECT_TRUE(sink->Draining());
  }
  clock_.AdvanceMillis(61000);
  http_.SetHandler([](const HttpRequest&) { return HttpResponse{.status = 200}; });
  while (sink->Draining()) http_.Deliver();
  EXPECT_TRUE(letters_.letters.empty());
}

TEST_F(WebhookSinkTest, ChecksItsOptions) {
  const auto check = [&](std::map<std::string, OptionValue> values) {
    values.try_emplace("url", OptionValue{"https://x/"});
    TableContext table{.table = "t", .schema = TestSchema()};
    table.options = Options(connector_->options(), std::move(values));
    const Status status = connector_->Check(table, true);
    return status ? std::string() : status.error().message;
  };
  EXPECT_EQ(check({}), "");
  EXPECT_EQ(check({{"url", {"file:///etc/passwd"}}}), "option 'url' is no http or https address");
  EXPECT_EQ(check({{"key", {"q"}}}), "option 'key': the table has no column 'q'");
  EXPECT_EQ(check({{"headers.webhook-id", {"x"}}}),
            "option 'headers.webhook-id': this header is made by the connector");
  EXPECT_EQ(check({{"headers.a", {"x\r\ny: z"}}}), "option 'headers.a' is no HTTP header");
}

}  // namespace
}  // namespace millrace
