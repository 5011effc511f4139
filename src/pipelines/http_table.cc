// SPDX-License-Identifier: Apache-2.0
#include "pipelines/http_table.h"

#include <arrow/api.h>

#include <algorithm>
#include <optional>

#include "connectors/http_topic.h"
#include "data/key_codec.h"
#include "functions/json/json_node.h"

namespace millrace {
namespace {

constexpr size_t kIdleCodecsMax = 16;
/// Bytes that wait for the disk, beyond which new rows are refused.
constexpr uint64_t kUnsyncedBytesMax = 64ull << 20;
constexpr std::string_view kJson = "json";
constexpr std::string_view kCsv = "csv";

Error BadRow(size_t row, const std::string& reason) {
  return Error{.code = "MR0741",
               .domain = ErrorDomain::kUser,
               .message = "row " + std::to_string(row) + ": " + reason,
               .detail = "no row of the request was taken"};
}

/// A body and the bytes that decoders may read behind it.
std::string Padded(std::string_view body) {
  std::string text;
  text.reserve(body.size() + kDecodePadding);
  text.append(body);
  return text;
}

/// One JSON object or array, as it will be sent.
Result<std::string> ReadFallback(const std::string& text) {
  std::string fallback;
  if (text.empty()) return fallback;
  const auto value = ParseJson(text);
  if (!value || !value->is_container() || !SplitJson(text, HttpTable::kDecideRowsMax)) {
    return UserError("MR0503", "'decide.fallback' is no JSON object or array: " + text);
  }
  AppendJson(*value, &fallback);
  return fallback;
}

}  // namespace

struct HttpTable::Codec {
  std::unique_ptr<RecordDecoder> own;      // of the table's format
  std::unique_ptr<RecordDecoder> json;     // made on first use
  std::unique_ptr<RecordDecoder> csv;      // made on first use
  std::unique_ptr<RecordEncoder> encoder;  // into the table's format; made on first use
  std::optional<KeyCodec> keys;
};

struct HttpTable::Rows {
  bool single = false;
  std::string text;  // what the slices point into
  std::vector<RecordSlice> records;
  EncodedKeys keys;  // empty: the table has no key
};

HttpTable::HttpTable(TablePtr table, const RunningPipelines* pipelines)
    : table_(std::move(table)),
      pipelines_(pipelines),
      extras_(table_->connector->extra_options(), table_->extras),
      schema_(table_->physical_schema()),
      topic_(HttpTopicName(table_->name)) {}

HttpTable::~HttpTable() = default;

Result<std::unique_ptr<HttpTable>> HttpTable::Make(TablePtr table,
                                                   const RunningPipelines* pipelines) {
  auto made = std::unique_ptr<HttpTable>(new HttpTable(std::move(table), pipelines));
  HttpTable& self = *made;
  const Options& options = self.table_->connector_options;
  self.partitions_ = static_cast<int32_t>(options.GetLong("partitions"));
  for (const std::string& name : options.GetList("key")) {
    self.key_columns_.push_back(static_cast<int>(self.schema_.Find(name).value_or(0)));
  }
  self.body_bytes_max_ = self.extras_.GetMemorySize("ingest.body.max");
  self.backlog_max_ = static_cast<uint64_t>(self.extras_.GetLong("ingest.backlog.max"));
  self.deadline_nanos_ = self.extras_.GetDuration("decide.deadline").count() * 1'000'000;
  self.durable_decisions_ = self.extras_.GetBoolean("decide.durable");
  TRY_ASSIGN(self.fallback_, ReadFallback(self.extras_.GetString("decide.fallback")));
  self.api_keys_ = self.extras_.GetList("api-keys");
  self.origins_ = self.extras_.GetList("cors.origins");
  TopicStore* const topics = pipelines->services().topics;
  if (topics == nullptr || pipelines->services().replies == nullptr) {
    return InternalError("table '" + self.table_->name + "' has no log");
  }
  TRY_ASSIGN(const TopicInfo topic, topics->EnsureTopic(self.topic_, self.partitions_));
  self.partitions_ = topic.partitions;
  TRY(topics->SetRetention(self.topic_, {.bytes = self.extras_.GetMemorySize("log.retention.size"),
                                         .ms = self.extras_.GetDuration("log.retention").count()}));
  TRY_ASSIGN(auto codec, self.Borrow());
  self.Return(std::move(codec));
  return made;
}

Result<std::unique_ptr<HttpTable::Codec>> HttpTable::Borrow() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_codecs_.empty()) {
      auto codec = std::move(idle_codecs_.back());
      idle_codecs_.pop_back();
      return codec;
    }
  }
  auto codec = std::make_unique<Codec>();
  TRY_ASSIGN(codec->own, table_->format->MakeDecoder(schema_, table_->format_options));
  if (!key_columns_.empty()) {
    std::vector<DataType> types;
    for (const int column : key_columns_) {
      types.push_back(schema_[static_cast<size_t>(column)].type);
    }
    codec->keys.emplace(key_columns_, std::move(types));
  }
  return codec;
}

void HttpTable::Return(std::unique_ptr<Codec> codec) {
  const std::lock_guard lock(mutex_);
  if (idle_codecs_.size() < kIdleCodecsMax) idle_codecs_.push_back(std::move(codec));
}

Result<HttpTable::Rows> HttpTable::Prepare(const Posting& posting, size_t rows_max) {
  TRY_ASSIGN(auto codec, Borrow());
  auto rows = PrepareWith(codec.get(), posting, rows_max);
  Return(std::move(codec));
  return rows;
}

namespace {

/// The decoder and the records of a body. `format` differs from the table's: rows are rewritten.
struct Framed {
  RecordDecoder* decoder = nullptr;
  bool foreign = false;
  std::vector<RecordSlice> records;
};

Result<std::unique_ptr<RecordDecoder>> MakeForeign(const FormatRegistry& formats,
                                                   std::string_view name, const Schema& schema) {
  const Format* const format = formats.Find(name);
  if (format == nullptr) return InternalError("there is no format '" + std::string(name) + "'");
  return format->MakeDecoder(schema, Options(format->options(), {}));
}

/// The columns that the first line of a CSV names, in its order.
Result<Schema> HeaderSchema(const Schema& table, std::string_view line) {
  Schema schema;
  while (true) {
    const size_t comma = line.find(',');
    std::string_view name = line.substr(0, comma);
    while (!name.empty() && (name.back() == '\r' || name.back() == ' ')) name.remove_suffix(1);
    while (!name.empty() && name.front() == ' ') name.remove_prefix(1);
    if (name.size() >= 2 && name.front() == '"' && name.back() == '"') {
      name = name.substr(1, name.size() - 2);
    }
    const auto column = table.Find(name);
    if (!column || schema.Find(name)) {
      return UserError("MR0741", "the header names '" + std::string(name) + "', which is " +
                                     (column ? "there twice" : "no column of the table"));
    }
    schema.Append(table[*column]);
    if (comma == std::string_view::npos) return schema;
    line.remove_prefix(comma + 1);
  }
}

/// Columns of `batch` (schema `from`) as the columns of `to`; what is missing is NULL.
Result<Batch> Arrange(const Batch& batch, const Schema& from, const Schema& to) {
  std::vector<std::shared_ptr<arrow::Array>> columns;
  for (const Column& column : to) {
    if (const auto found = from.Find(column.name)) {
      columns.push_back(batch.columns[*found]);
      continue;
    }
    auto nulls = arrow::MakeArrayOfNull(column.type.ToArrow(), batch.num_rows);
    if (!nulls.ok()) return InternalError("no NULLs", nulls.status().ToString());
    columns.push_back(*std::move(nulls));
  }
  return batch.WithColumns(std::move(columns));
}

}  // namespace

Result<HttpTable::Rows> HttpTable::PrepareWith(Codec* codec, const Posting& posting,
                                               size_t rows_max) {
  const std::string_view own = table_->format->name();
  BodyKind kind = posting.type.kind;
  if (kind == BodyKind::kUnknown) {
    return UserError("MR0744", "the body's type is not understood", {},
                     "send application/json, application/x-ndjson or text/csv, in UTF-8");
  }
  if (kind == BodyKind::kTable && own == kJson) kind = BodyKind::kJson;
  if (kind == BodyKind::kTable && own == kCsv) kind = BodyKind::kCsv;

  Rows rows;
  rows.text = Padded(posting.body);
  Framed framed{.decoder = codec->own.get()};
  Schema decoded_schema = schema_;
  std::unique_ptr<RecordDecoder> with_header;
  if (kind == BodyKind::kJson || kind == BodyKind::kNdjson) {
    framed.foreign = own != kJson;
    if (framed.foreign && codec->json == nullptr) {
      TRY_ASSIGN(codec->json, MakeForeign(pipelines_->formats(), kJson, schema_));
    }
    if (framed.foreign) framed.decoder = codec->json.get();
    TRY_ASSIGN(framed.records, kind == BodyKind::kJson ? SplitJson(rows.text, rows_max)
                                                       : SplitLines(rows.text, rows_max));
    rows.single = kind == BodyKind::kJson && framed.records.size() == 1 &&
                  rows.text[framed.records[0].offset] == '{' &&
                  rows.text.find_first_not_of(" \t\r\n") == framed.records[0].offset;
  } else if (kind == BodyKind::kCsv) {
    framed.foreign = own != kCsv || posting.type.csv_header;
    size_t begin = 0;
    if (posting.type.csv_header) {
      const size_t end = std::min(rows.text.find('\n'), rows.text.size());
      TRY_ASSIGN(decoded_schema, HeaderSchema(schema_, posting.body.substr(0, end)));
      TRY_ASSIGN(with_header, MakeForeign(pipelines_->formats(), kCsv, decoded_schema));
      framed.decoder = with_header.get();
      begin = std::min(end + 1, rows.text.size());
    } else if (framed.foreign) {
      if (codec->csv == nullptr) {
        TRY_ASSIGN(codec->csv, MakeForeign(pipelines_->formats(), kCsv, schema_));
      }
      framed.decoder = codec->csv.get();
    }
    framed.decoder->Frame(std::string_view(rows.text).substr(begin), /*at_end=*/true,
                          &framed.records);
    for (RecordSlice& record : framed.records) record.offset += static_cast<uint32_t>(begin);
    if (framed.records.empty()) return UserError("MR0741", "the body is empty");
  } else {
    framed.records.push_back({0, static_cast<uint32_t>(rows.text.size())});
    rows.single = true;
  }
  if (framed.records.size() > rows_max) {
    return UserError("MR0742", "a request may bring " + std::to_string(rows_max) + " rows at most");
  }
  return Decode(codec, framed.decoder, framed.foreign, decoded_schema, framed.records,
                std::move(rows));
}

Result<HttpTable::Rows> HttpTable::Decode(Codec* codec, RecordDecoder* decoder, bool foreign,
                                          const Schema& decoded_schema,
                                          const std::vector<RecordSlice>& records, Rows rows) {
  std::string rewritten;
  std::vector<size_t> ends;
  EncodedKeys keys;
  if (foreign && codec->encoder == nullptr) {
    TRY_ASSIGN(codec->encoder, table_->format->MakeEncoder(schema_, table_->format_options));
  }
  for (size_t begin = 0; begin < records.size(); begin += kMaxBatchRows) {
    const size_t count = std::min<size_t>(kMaxBatchRows, records.size() - begin);
    TRY_ASSIGN(Decoded decoded,
               decoder->Decode(rows.text, std::span(records).subspan(begin, count)));
    if (!decoded.errors.empty()) {
      return std::unexpected(
          BadRow(begin + decoded.errors[0].record + 1, decoded.errors[0].reason));
    }
    Batch batch = std::move(decoded.batch);
    if (foreign) {
      TRY_ASSIGN(batch, Arrange(batch, decoded_schema, schema_));
    }
    TRY(CheckNulls(batch, begin));
    if (codec->keys) {
      if (static_cast<size_t>(batch.num_rows) != count) {
        return UserError("MR0744", "a table with a key takes no rows that its format would skip");
      }
      codec->keys->Encode(batch, &keys);
      for (size_t i = 0; i < keys.size(); ++i) {
        rows.keys.offsets.push_back(static_cast<uint32_t>(rows.keys.bytes.size()));
        rows.keys.bytes += keys.key(i);
        rows.keys.hashes.push_back(keys.hashes[i]);
      }
    }
    if (foreign) TRY(codec->encoder->Encode(batch, &rewritten, &ends));
  }
  rows.keys.offsets.push_back(static_cast<uint32_t>(rows.keys.bytes.size()));
  if (!foreign) {
    rows.records = records;
    return rows;
  }
  rows.text = std::move(rewritten);
  uint32_t begin = 0;
  for (const size_t end : ends) {
    rows.records.push_back({begin, static_cast<uint32_t>(end) - begin});
    begin = static_cast<uint32_t>(end);
  }
  return rows;
}

Status HttpTable::CheckNulls(const Batch& batch, size_t first_row) const {
  for (size_t column = 0; column < schema_.size(); ++column) {
    if (schema_[column].type.nullable() || batch.columns[column]->null_count() == 0) continue;
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      if (batch.columns[column]->IsValid(row)) continue;
      return std::unexpected(BadRow(first_row + static_cast<size_t>(row) + 1,
                                    "column '" + schema_[column].name + "' is NOT NULL"));
    }
  }
  return OkStatus();
}

Status HttpTable::CheckRoom() const {
  const TopicStore& topics = *pipelines_->services().topics;
  TRY(topics.status());
  if (topics.statistics().unsynced_bytes > kUnsyncedBytesMax) {
    return ExternalError("MR0743", "the disk does not keep up", {}, /*retryable=*/true);
  }
  uint64_t unread = 0;
  for (int32_t partition = 0; partition < partitions_; ++partition) {
    const int64_t read = pipelines_->services().replies->ReadOffset(topic_, partition);
    if (read < 0) continue;
    TRY_ASSIGN(const PartitionOffsets offsets, topics.Offsets(topic_, partition));
    unread += static_cast<uint64_t>(std::max<int64_t>(0, offsets.end - read));
  }
  if (unread < backlog_max_) return OkStatus();
  return ExternalError(
      "MR0743",
      "the pipeline is " + std::to_string(unread) + " rows behind on table '" + table_->name + "'",
      "'ingest.backlog.max' is the limit", /*retryable=*/true);
}

Result<std::vector<AppendedRange>> HttpTable::Append(const Rows& rows,
                                                     const std::vector<std::string>& ids,
                                                     std::string_view idempotency_key,
                                                     DurableCallback durable) {
  std::vector<TopicRecordView> records(rows.records.size());
  const int64_t now = pipelines_->env().clock->WallMillis();
  for (size_t i = 0; i < records.size(); ++i) {
    const RecordSlice& slice = rows.records[i];
    records[i].timestamp_ms = now;
    records[i].value = std::string_view(rows.text).substr(slice.offset, slice.length);
    if (rows.keys.size() > 0) records[i].key = rows.keys.key(i);
    if (!ids.empty()) records[i].headers.push_back({kRequestIdHeader, ids[i]});
  }
  AppendOptions options;
  options.identity.idempotency_key = idempotency_key;
  return pipelines_->services().topics->Append(topic_, records, options, std::move(durable));
}

void HttpTable::Ingest(const Posting& posting, Ingested done) {
  if (posting.idempotency_key.size() > kIdempotencyKeyBytesMax) {
    return done(UserError("MR0741", "Idempotency-Key is longer than 256 bytes"));
  }
  if (const Status room = CheckRoom(); !room) return done(std::unexpected(room.error()));
  auto rows = Prepare(posting, kRowsMax);
  if (!rows) return done(std::unexpected(std::move(rows).error()));
  if (rows->records.empty()) return done(IngestReceipt{});
  // The ranges are known only when Append returns, the callback may come before.
  struct Shared {
    std::mutex mutex;
    std::optional<Status> durable;
    std::optional<IngestReceipt> receipt;
    Ingested done;
    void Finish() {
      done(*durable ? Result<IngestReceipt>(*receipt) : std::unexpected(durable->error()));
    }
  };
  auto shared = std::make_shared<Shared>();
  shared->done = std::move(done);
  const auto appended = Append(*rows, {}, posting.idempotency_key, [shared](const Status& durable) {
    {
      const std::lock_guard lock(shared->mutex);
      shared->durable = durable;
      if (!shared->receipt) return;
    }
    shared->Finish();
  });
  if (!appended) return shared->done(std::unexpected(appended.error()));
  {
    const std::lock_guard lock(shared->mutex);
    shared->receipt = {.rows = rows->records.size(),
                       .duplicate = std::ranges::all_of(*appended, &AppendedRange::duplicate)};
    if (!shared->durable) return;
  }
  shared->Finish();
}

void HttpTable::Decide(const Posting& posting, int64_t arrival_nanos, Decided done) {
  if (const Status room = CheckRoom(); !room) return done(std::unexpected(room.error()));
  auto rows = Prepare(posting, kDecideRowsMax);
  if (!rows) return done(std::unexpected(std::move(rows).error()));
  if (rows->records.empty()) return done(Decision{});
  // Over when the answers are there and, if asked for, the rows are on the disk.
  struct Shared {
    std::mutex mutex;
    int missing = 1;
    Decision decision;
    Status durable;
    Decided done;
    void Arrive() {
      {
        const std::lock_guard lock(mutex);
        if (--missing > 0) return;
      }
      done(durable ? Result<Decision>(std::move(decision)) : std::unexpected(durable.error()));
    }
  };
  auto shared = std::make_shared<Shared>();
  shared->done = std::move(done);
  shared->decision.single = rows->single;
  shared->missing = durable_decisions_ ? 2 : 1;
  ReplyBoard& board = *pipelines_->services().replies;
  const auto posted = board.Post(rows->records.size(), arrival_nanos + deadline_nanos_,
                                 [shared](RequestReplies replies) {
                                   shared->decision.replies = std::move(replies);
                                   shared->Arrive();
                                 });
  DurableCallback durable;
  if (durable_decisions_) {
    durable = [shared](const Status& status) {
      shared->durable = status;
      shared->Arrive();
    };
  }
  const auto appended = Append(*rows, posted.ids, {}, std::move(durable));
  if (appended) return;
  // A request that has ended by itself would wait for the disk for ever.
  if (board.Withdraw(posted) || durable_decisions_) {
    shared->done(std::unexpected(appended.error()));
  }
}

}  // namespace millrace
