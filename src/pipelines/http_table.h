// SPDX-License-Identifier: Apache-2.0
// HttpTable: what takes the rows that are posted to one 'http' table. Decodes all rows of a request
// with the table's own decoder before any of them is appended, so a request is taken as a whole or
// refused with the number and the fault of the row. What lies in the log afterwards is in the
// table's format, whatever format it came in.
//
// Thread-safe: decoders are lent to one request at a time.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/reply_board.h"
#include "formats/posted_rows.h"
#include "log/topic_store.h"
#include "pipelines/running_pipelines.h"

namespace millrace {

struct IngestReceipt {
  size_t rows = 0;
  bool duplicate = false;  // the idempotency key was known: nothing was appended
};

struct Posting {
  std::string_view body;
  BodyType type;
  std::string_view idempotency_key;  // empty: none
};

class HttpTable {
 public:
  static constexpr size_t kRowsMax = 100'000;  // of one request
  static constexpr size_t kDecideRowsMax = 100;

  /// `pipelines` outlives this.
  static Result<std::unique_ptr<HttpTable>> Make(TablePtr table, const RunningPipelines* pipelines);
  ~HttpTable();

  const std::string& name() const { return table_->name; }
  const Options& extras() const { return extras_; }
  size_t body_bytes_max() const { return body_bytes_max_; }
  const std::string& fallback() const { return fallback_; }  // JSON; empty: none
  /// Whether it has one of the keys; false without keys.
  const std::vector<std::string>& api_keys() const { return api_keys_; }
  const std::vector<std::string>& origins() const { return origins_; }

  using Ingested = std::function<void(Result<IngestReceipt>)>;
  /// The callback comes when the rows are on the disk; with an error at once. Errors: MR0741 bad
  /// rows, MR0742 too many, MR0743 not now, MR0744 unknown type, MR0802 and MR0808 of the log.
  void Ingest(const Posting& posting, Ingested done);

  /// Appends the rows and waits for their answers. `single`: one object came, not an array.
  struct Decision {
    bool single = false;
    RequestReplies replies;
  };
  using Decided = std::function<void(Result<Decision>)>;
  void Decide(const Posting& posting, int64_t arrival_nanos, Decided done);

 private:
  struct Codec;  // decoders and encoder, of one request at a time
  struct Rows;   // a request's rows in the table's format, decoded once

  HttpTable(TablePtr table, const RunningPipelines* pipelines);
  Result<std::unique_ptr<Codec>> Borrow();
  void Return(std::unique_ptr<Codec> codec);
  Result<Rows> Prepare(const Posting& posting, size_t rows_max);
  Result<Rows> PrepareWith(Codec* codec, const Posting& posting, size_t rows_max);
  Result<Rows> Decode(Codec* codec, RecordDecoder* decoder, bool foreign,
                      const Schema& decoded_schema, const std::vector<RecordSlice>& records,
                      Rows rows);
  Status CheckNulls(const Batch& batch, size_t first_row) const;
  Status CheckRoom() const;
  Result<std::vector<AppendedRange>> Append(const Rows& rows, const std::vector<std::string>& ids,
                                            std::string_view idempotency_key,
                                            DurableCallback durable);

  TablePtr table_;
  const RunningPipelines* pipelines_;
  Options extras_;
  Schema schema_;
  std::string topic_;
  int32_t partitions_ = 1;
  std::vector<int> key_columns_;
  size_t body_bytes_max_ = 0;
  uint64_t backlog_max_ = 0;
  int64_t deadline_nanos_ = 0;
  bool durable_decisions_ = false;
  std::string fallback_;
  std::vector<std::string> api_keys_;
  std::vector<std::string> origins_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Codec>> idle_codecs_;
};

}  // namespace millrace
