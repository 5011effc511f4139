// SPDX-License-Identifier: Apache-2.0
// What `make bench-live` needs on the Kafka side, on librdkafka alone:
//
//   kafka_tool fill BROKER TOPIC RECORDS          payments as JSON, as fast as it goes
//   kafka_tool copy BROKER IN OUT RECORDS         the bare loop: reads RECORDS, writes those online
//   kafka_tool pace BROKER IN OUT RATE SECONDS    writes RATE a second to IN, reads OUT, prints the
//                                                 time from due to seen in milliseconds as JSON
//
// A record's due time (wall clock, microseconds) stands in its field sent_us. A record that is
// written late because the writer fell behind keeps its due time: no coordinated omission.
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::system_clock;

int64_t NowMicros() {
  return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now().time_since_epoch())
      .count();
}

[[noreturn]] void Die(const std::string& what) {
  std::fprintf(stderr, "kafka_tool: %s\n", what.c_str());
  std::exit(1);
}

using Properties = std::vector<std::pair<const char*, std::string>>;

struct DestroyHandle {
  void operator()(rd_kafka_t* handle) const { rd_kafka_destroy(handle); }
};
struct DestroyMessage {
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
};
using Handle = std::unique_ptr<rd_kafka_t, DestroyHandle>;
using Message = std::unique_ptr<rd_kafka_message_t, DestroyMessage>;

Handle Make(rd_kafka_type_t type, const Properties& properties) {
  char error[512];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  for (const auto& [key, value] : properties) {
    if (rd_kafka_conf_set(conf, key, value.c_str(), error, sizeof error) != RD_KAFKA_CONF_OK) {
      Die(error);
    }
  }
  Handle handle(rd_kafka_new(type, conf, error, sizeof error));
  if (!handle) Die(error);
  return handle;
}

/// At-least-once and in order, as a pipeline's sink; `linger_ms` as the caller needs.
class Producer {
 public:
  Producer(const std::string& broker, const std::string& topic, const std::string& linger_ms)
      : handle_(Make(RD_KAFKA_PRODUCER, {{"bootstrap.servers", broker},
                                         {"enable.idempotence", "true"},
                                         {"linger.ms", linger_ms},
                                         {"queue.buffering.max.messages", "500000"}})),
        topic_(rd_kafka_topic_new(handle_.get(), topic.c_str(), nullptr)) {}
  ~Producer() { rd_kafka_topic_destroy(topic_); }

  void Send(std::string_view value) {
    while (rd_kafka_produce(topic_, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY,
                            const_cast<char*>(value.data()), value.size(), nullptr, 0,
                            nullptr) != 0) {
      const rd_kafka_resp_err_t error = rd_kafka_last_error();
      if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) Die(rd_kafka_err2str(error));
      rd_kafka_poll(handle_.get(), 10);
    }
    rd_kafka_poll(handle_.get(), 0);
  }
  /// A millisecond, unless a delivery report comes before.
  void Wait() { rd_kafka_poll(handle_.get(), 1); }
  void Flush() {
    if (rd_kafka_flush(handle_.get(), 60'000) != 0) Die("not all records were delivered");
  }

 private:
  Handle handle_;
  rd_kafka_topic_t* topic_;
};

/// Reads every partition of a topic, from the beginning or the end.
class Consumer {
 public:
  Consumer(const std::string& broker, const std::string& topic, int64_t offset)
      : handle_(Make(RD_KAFKA_CONSUMER, {{"bootstrap.servers", broker},
                                         {"group.id", "bench"},
                                         {"enable.auto.commit", "false"},
                                         {"check.crcs", "true"},
                                         {"fetch.wait.max.ms", "10"}})) {
    rd_kafka_poll_set_consumer(handle_.get());
    rd_kafka_topic_t* asked = rd_kafka_topic_new(handle_.get(), topic.c_str(), nullptr);
    const struct rd_kafka_metadata* metadata = nullptr;
    if (rd_kafka_metadata(handle_.get(), 0, asked, &metadata, 10'000) != 0) {
      Die("no metadata of " + topic);
    }
    rd_kafka_topic_partition_list_t* partitions = rd_kafka_topic_partition_list_new(4);
    for (int i = 0; i < metadata->topics[0].partition_cnt; ++i) {
      rd_kafka_topic_partition_list_add(partitions, topic.c_str(),
                                        metadata->topics[0].partitions[i].id)
          ->offset = offset;
    }
    rd_kafka_metadata_destroy(metadata);
    rd_kafka_topic_destroy(asked);
    if (partitions->cnt == 0) Die("no such topic: " + topic);
    if (rd_kafka_assign(handle_.get(), partitions) != 0) Die("assign");
    rd_kafka_topic_partition_list_destroy(partitions);
  }
  ~Consumer() { rd_kafka_consumer_close(handle_.get()); }

  /// Null: nothing within the time.
  Message Next(int timeout_ms) {
    Message message(rd_kafka_consumer_poll(handle_.get(), timeout_ms));
    if (message && message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      Die(rd_kafka_message_errstr(message.get()));
    }
    return message;
  }

 private:
  Handle handle_;
};

std::string_view ValueOf(const Message& message) {
  return {static_cast<const char*>(message->payload), message->len};
}

/// Payments of some 250 bytes; a quarter of them are online.
class Payments {
 public:
  std::string_view Next(int64_t sent_us) {
    const uint64_t id = next_id_++;
    const int length = std::snprintf(
        text_, sizeof text_,
        "{\"id\":%llu,\"sent_us\":%lld,\"ts\":\"2026-01-02 03:%02llu:%02llu.%03llu\",\"card\":"
        "\"c%06llu\",\"merchant\":\"merchant-%04llu\",\"category\":\"groceries\",\"channel\":\"%"
        "s\","
        "\"device\":\"d%06llu\",\"amount\":%llu.%02llu,\"lat\":%llu.%05llu,\"lon\":%llu.%05llu}",
        static_cast<unsigned long long>(id), static_cast<long long>(sent_us), id / 60'000 % 60,
        id / 1000 % 60, id % 1000, Random(100'000), Random(5000),
        Random(4) == 0 ? "online" : "shop", Random(120'000), Random(900) + 1, Random(100),
        Random(90), Random(100'000), Random(180), Random(100'000));
    return {text_, static_cast<size_t>(length)};
  }

 private:
  unsigned long long Random(uint64_t below) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return (state_ >> 33) % below;
  }
  uint64_t state_ = 42;
  uint64_t next_id_ = 0;
  char text_[512];
};

int Fill(const std::string& broker, const std::string& topic, int64_t records) {
  Producer producer(broker, topic, "20");
  Payments payments;
  for (int64_t i = 0; i < records; ++i) producer.Send(payments.Next(0));
  producer.Flush();
  return 0;
}

/// `records` 0: everything that comes, until killed, for `pace`.
int Copy(const std::string& broker, const std::string& in, const std::string& out,
         int64_t records) {
  const bool endless = records == 0;
  Producer producer(broker, out, endless ? "0" : "5");
  Consumer consumer(broker, in, endless ? RD_KAFKA_OFFSET_END : RD_KAFKA_OFFSET_BEGINNING);
  if (endless) std::fprintf(stderr, "ready\n");
  constexpr std::string_view kOnline = "\"channel\":\"online\"";
  for (int64_t seen = 0; endless || seen < records;) {
    const Message message = consumer.Next(100);
    if (!message) continue;
    ++seen;
    const std::string_view value = ValueOf(message);
    if (endless || value.find(kOnline) != std::string_view::npos) producer.Send(value);
  }
  producer.Flush();
  return 0;
}

int64_t SentMicros(std::string_view record) {
  constexpr std::string_view kField = "\"sent_us\":";
  const size_t at = record.find(kField);
  return at == std::string_view::npos ? -1 : std::atoll(record.data() + at + kField.size());
}

int Pace(const std::string& broker, const std::string& in, const std::string& out, int64_t rate,
         int64_t seconds) {
  Consumer consumer(broker, out, RD_KAFKA_OFFSET_END);
  for (int i = 0; i < 20; ++i) (void)consumer.Next(50);  // until it has its position
  const int64_t total = rate * seconds;
  const int64_t warm_up = rate;  // the first second is not measured
  std::atomic<bool> written = false;
  std::thread writer([&] {
    Producer producer(broker, in, "0");
    Payments payments;
    const int64_t start = NowMicros();
    for (int64_t i = 0; i < total + warm_up;) {
      const int64_t due = std::min(total + warm_up, (NowMicros() - start) * rate / 1'000'000 + 1);
      for (; i < due; ++i) {
        producer.Send(payments.Next(start + i * 1'000'000 / rate));
      }
      producer.Wait();
    }
    producer.Flush();
    written = true;
  });
  std::vector<int64_t> micros;
  int64_t seen = 0;
  for (auto last = Clock::now(); !written || Clock::now() - last < std::chrono::seconds(2);) {
    const Message message = consumer.Next(50);
    if (!message) continue;
    last = Clock::now();
    const int64_t sent = SentMicros(ValueOf(message));
    if (++seen > warm_up && sent >= 0) micros.push_back(NowMicros() - sent);
    if (seen == total + warm_up) break;
  }
  writer.join();
  if (micros.empty()) Die("nothing came out of " + out);
  std::sort(micros.begin(), micros.end());
  const auto at = [&](double q) {
    return static_cast<double>(
               micros[static_cast<size_t>(q * static_cast<double>(micros.size() - 1))]) /
           1000;
  };
  std::printf(
      "{\"records\": %zu, \"p50_ms\": %.3f, \"p95_ms\": %.3f, \"p99_ms\": %.3f, \"max_ms\": "
      "%.3f}\n",
      micros.size(), at(0.5), at(0.95), at(0.99), at(1));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> args(argv + 1, argv + argc);
  if (args.size() == 4 && args[0] == "fill") return Fill(args[1], args[2], std::stoll(args[3]));
  if (args.size() == 5 && args[0] == "copy") {
    return Copy(args[1], args[2], args[3], std::stoll(args[4]));
  }
  if (args.size() == 6 && args[0] == "pace") {
    return Pace(args[1], args[2], args[3], std::stoll(args[4]), std::stoll(args[5]));
  }
  std::fprintf(stderr, "usage: see the head of kafka_tool.cc\n");
  return 2;
}
