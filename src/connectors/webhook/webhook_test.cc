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
  std::unique_ptr<SinkWriter> Open(std::map<std::string, OptionValue> values = {}) {
    values.try_emplace("url", OptionValue{"http://localhost/hook"});
    values.try_emplace("body", OptionValue{"{{n}}"});
    if (values["body"].text.empty()) values.erase("body");
    values.try_emplace("retry-backoff", OptionValue{"1 s"});
    TableContext table{.table = "alerts", .schema = TestSchema(), .pipeline = "p"};
    table.options = Options(connector_->options(), std::move(values));
    table.env = {.clock = &clock_, .http = &http_};
    table.dead_letters = &letters_;
    EXPECT_TRUE(connector_->Check(table, true).has_value());
    auto sink = connector_->MakeSink(table);
    EXPECT_TRUE(sink.has_value());
    EXPECT_TRUE((*sink)->Restore("").has_value());
    return std::move(*sink);
  }

  static Status Write(SinkWriter* sink, const std::vector<std::pair<int, const char*>>& rows) {
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
  Letters letters_;
  std::unique_ptr<Connector> connector_ = MakeWebhookConnector();
};

TEST_F(WebhookSinkTest, SendsSignedRowsAtOnce) {
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

TEST_F(WebhookSinkTest, IdsSurviveReplaysAndRetries) {
  const auto ids_of = [&](SinkWriter* sink, int from, int to) {
    std::vector<std::string> ids;
    for (int i = from; i < to; ++i) {
      EXPECT_TRUE(Write(sink, {{i, "a"}}).has_value());
      auto pending = http_.Take();
      ids.push_back(Header(pending.request, "webhook-id"));
      pending.done(HttpResponse{.status = 200});
    }
    return ids;
  };
  auto first = Open();
  const auto early = ids_of(first.get(), 0, 3);
  const auto state = first->Prepare(1);
  ASSERT_TRUE(state.has_value());
  const auto late = ids_of(first.get(), 3, 6);
  auto second = Open();
  ASSERT_TRUE(second->Restore(*state));
  EXPECT_EQ(ids_of(second.get(), 3, 6), late);
  EXPECT_NE(early[0], early[1]);
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

TEST_F(WebhookSinkTest, BoundsWhatIsInFlightAndWaiting) {
  auto sink = Open({{"max-in-flight", {"2"}}});
  std::vector<std::pair<int, const char*>> rows(2000, {1, "a"});
  ASSERT_TRUE(Write(sink.get(), rows));
  EXPECT_EQ(http_.waiting(), 2u);
  EXPECT_FALSE(sink->Ready());
  http_.SetHandler([](const HttpRequest&) { return HttpResponse{.status = 200}; });
  while (http_.Deliver() > 0) sink->Ready();
  EXPECT_TRUE(sink->Ready());
  EXPECT_FALSE(sink->Draining());
}

TEST_F(WebhookSinkTest, AnEpochWaitsForTheRowsBeforeIt) {
  auto sink = Open();
  ASSERT_TRUE(Write(sink.get(), {{1, "a"}}) && sink->Prepare(1));
  ASSERT_TRUE(Write(sink.get(), {{2, "a"}}));
  EXPECT_FALSE(*sink->Delivered(1));
  EXPECT_EQ(Answer(200), "1");
  EXPECT_TRUE(*sink->Delivered(1));
  EXPECT_TRUE(sink->Draining());
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
