// SPDX-License-Identifier: Apache-2.0
// Connector: sources with positions, and sinks. Moves bytes or batches, never parses a record.
//
// A source has splits (files, partitions). Each split is read by one shard through a SplitReader
// whose position is an opaque text: what was read before it never comes again after Seek to it. A
// sink has one SinkWriter per shard; what it wrote becomes visible by the epoch protocol below.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "data/batch.h"
#include "data/options.h"
#include "data/schema.h"
#include "env/environment.h"

namespace arrow::io {
class RandomAccessFile;
class OutputStream;
}  // namespace arrow::io

namespace millrace {

class DeadLetterSink;
class EpochTransaction;  // connectors/epoch_transaction.h
class Outbox;            // connectors/outbox.h
class ReplyBoard;
class TopicStore;

/// A metadata column a source can fill or a sink can take: 'file.path', 'timestamp', ...
struct MetadataColumn {
  std::string key;
  DataType type;
  bool readable = true;
  bool writable = false;
};

/// Writes batches into one whole file of a file format (parquet). operators/io makes it from the
/// format.
class FileEncoder {
 public:
  virtual ~FileEncoder() = default;
  virtual Status Write(const Batch& batch) = 0;
  virtual Status Finish() = 0;
  virtual uint64_t bytes_written() const = 0;
};

/// What the process offers its connectors besides the outside world. Not owning; null where absent.
struct ConnectorServices {
  TopicStore* topics = nullptr;   // embedded durable topics of this pipeline (log/topic_store.h)
  ReplyBoard* replies = nullptr;  // requests that wait for an answer (connectors/reply_board.h)
  /// How long a connector waits for its peer when a pipeline starts; 0 = for ever.
  int64_t connect_timeout_ms = 0;
  /// Told what a connector waits for while the pipeline starts. May be empty.
  std::function<void(const std::string&)> on_waiting;
  /// True once the user wants to stop; a connector that waits must ask. May be empty.
  std::function<bool()> stopping;
  /// Sources read only the records that are to be replayed (operators/io/replay/replay_source.h).
  bool replays_only = false;
};

/// `--copy i/n`: this process is copy `index` of `count`, each of which reads its own partitions.
struct CopyShare {
  int index = 0;
  int count = 1;
};

/// Everything a connector is told about the table and the pipeline it serves.
struct TableContext {
  std::string table;  // name as written, for messages and metrics
  Schema schema;      // physical columns (source: what to produce; sink: write schema)
  std::vector<size_t> primary_key;  // indexes into schema; empty = none
  std::vector<std::string> partition_keys;
  Options options;  // connector options, validated
  std::map<std::string, OptionValue>
      extras;            // SET 'millrace.table.<t>.<option>' values, by <option>
  std::string pipeline;  // identity of the pipeline
  std::string data_dir;  // private folder of the pipeline (exists)
  Environment env;
  ConnectorServices services;
  CopyShare copy;
  int shard = 0;  // of the writer or reader
  int shards = 1;
  std::vector<std::string> metadata_keys;  // metadata columns asked for, in order
  bool keyed_records = false;              // records have a key of their own (key.format)
  bool whole_files = false;                // the table's format is a file format (parquet)
  DeadLetterSink* dead_letters = nullptr;  // where rows go that the sink gives up; not owning
  /// Sinks for which Connector::transactional is true: what they write through; not owning.
  EpochTransaction* transaction = nullptr;
  /// Sinks for which Connector::uses_outbox is true: where decided messages wait; not owning.
  Outbox* outbox = nullptr;
  /// Readers: data has come, the shard is to poll now. Writers: Tend has something to do.
  /// Thread-safe, cheap; valid until the reader or writer is destroyed. May be empty.
  std::function<void()> wake;
  /// Sinks of a file format only; null for record formats, whose bytes come with SinkInput.
  std::function<Result<std::unique_ptr<FileEncoder>>(std::shared_ptr<arrow::io::OutputStream>)>
      make_file_encoder;
};

// ---------------------------------------------------------------- sources

/// Length of a key or value that is null.
constexpr uint32_t kNullRecord = 0xffffffff;

/// Readable bytes behind those of a chunk: what decoders want (kDecodePadding).
constexpr size_t kChunkPadding = 64;

/// Bytes with their position. `bytes` has kChunkPadding readable bytes behind it.
struct RawChunk {
  std::shared_ptr<const std::string> bytes;  // size() excludes the padding
  bool framed = false;  // true: `records` are given (messages); false: a stream
  std::vector<std::pair<uint32_t, uint32_t>> records;  // offset, length (or kNullRecord)
  std::vector<std::pair<uint32_t, uint32_t>> keys;     // framed: of each record; empty = none
  /// Framed: the number of each record in the split, ascending, or empty. With numbers the reader
  /// is asked for PositionAt(number of the next record).
  std::vector<int64_t> numbers;
  /// Framed: what is known of the records beside their bytes; null: nothing.
  std::shared_ptr<const RecordDetails> details;
  bool end_of_file = false;  // a stream's last chunk: the rest is the last record
  uint64_t offset = 0;       // stream: byte offset of bytes[0] in the split
};

/// A whole file for a file format; the io operator opens a FileReader on it.
struct WholeFile {
  std::shared_ptr<arrow::io::RandomAccessFile> file;
};

struct ReadResult {
  enum class Kind { kData, kIdle, kEnd } kind = Kind::kIdle;
  std::variant<std::monostate, RawChunk, Batch, WholeFile> data;
  /// Values of TableContext::metadata_keys as typed Arrow arrays: of length 1, which holds for all
  /// rows of the chunk, or (framed chunks) with one value per record.
  std::vector<std::shared_ptr<arrow::Array>> metadata;
  int64_t arrival = 0;     // monotonic nanoseconds when the data was there (0: now)
  int64_t wait_nanos = 0;  // kIdle: nothing can come before this many nanoseconds (0 = unknown)
};

/// One split, used by one shard. Read never blocks longer than a disk read.
class SplitReader {
 public:
  virtual ~SplitReader() = default;
  virtual Status Seek(std::string_view position) = 0;  // before the first Read
  virtual Result<ReadResult> Read(int64_t max_rows) = 0;
  /// Position behind everything returned so far. For streams the io operator asks for the position
  /// at a byte offset instead, since its last record may be incomplete.
  virtual std::string Position() const = 0;
  virtual std::string PositionAt(uint64_t offset) const {
    (void)offset;
    return Position();
  }
  /// Why nothing comes, if something is wrong that may pass; else empty.
  virtual std::string Waiting() { return {}; }
};

struct Split {
  std::string id;  // stable over restarts: path, partition
  bool bounded = true;
  std::string position;  // where a run starts that knows none; empty = the beginning
};

class Source {
 public:
  virtual ~Source() = default;
  virtual bool bounded() const = 0;
  /// All splits known now; asked again from time to time when not bounded (new files, partitions).
  virtual Result<std::vector<Split>> Discover() = 0;
  virtual Result<std::unique_ptr<SplitReader>> Open(const Split& split) = 0;
  /// Where the run starts, after Discover on the same instance; may be refused.
  virtual Status CheckStart(std::span<const Split> positions) {
    (void)positions;
    return OkStatus();
  }
  /// Positions of an epoch whose outputs are out, for display elsewhere. Called on the instance
  /// that discovers, from the thread that does. Does not wait.
  virtual void OnEpochCompleted(std::span<const Split> positions) { (void)positions; }
};

// ---------------------------------------------------------------- sinks

/// Rows for a sink: the batch (write schema), and with a record format its encoded records.
struct SinkInput {
  const Batch* batch = nullptr;
  std::string_view bytes;        // concatenated records
  std::span<const size_t> ends;  // end offset of each record in `bytes`
  std::string_view delimiter;
  std::string_view keys;             // with keyed records: concatenated keys
  std::span<const size_t> key_ends;  // end offset of each key; empty = no keys
  /// 1 where the record has no key at all, which is not an empty key; empty = all have one.
  std::span<const uint8_t> null_keys;
  /// 1 where the record has no value (a delete of an upsert sink); empty = all have one.
  std::span<const uint8_t> null_values;
  /// One array per TableContext::metadata_keys, of the connector's type.
  std::span<const std::shared_ptr<arrow::Array>> metadata;
};

/// One per shard. Called by that shard's thread only.
///
/// Per epoch: Write* -> Prepare(n) (make what was written since n-1 durable but invisible; returns
/// state to keep) -> the runtime makes the state of all sinks durable -> Commit(n) (make it
/// visible, may be repeated). After a crash: Restore(state of the last durable epoch) first, which
/// removes anything newer, and then Commit of that epoch again. Sinks without invisible output
/// (print, webhook) return "".
class SinkWriter {
 public:
  virtual ~SinkWriter() = default;
  virtual Status Restore(std::string_view state) = 0;
  virtual Status Write(const SinkInput& input) = 0;
  /// False while its bounded buffer is full: the shard does not call Write until it is true again.
  virtual bool Ready() { return true; }
  virtual Result<std::string> Prepare(uint64_t epoch) = 0;
  virtual Status Commit(uint64_t epoch) = 0;
  /// After the last Commit of a bounded run: closes open files under their final names.
  virtual Status Finish() { return OkStatus(); }
  /// True while deliveries are in flight that the end of the run must wait for.
  virtual bool Draining() { return false; }
  /// True once everything written before Prepare(epoch) has been delivered; the epoch waits for it.
  /// A writer that always has something in flight must tell epochs apart.
  /// An error ends the pipeline: the epoch will never be durable.
  virtual Result<bool> Delivered(uint64_t epoch) {
    (void)epoch;
    return !Draining();
  }
  /// Takes outcomes and does what is due; called again and again while the writer lives, and soon
  /// after TableContext::wake. Answers when something is due next (monotonic nanoseconds).
  virtual int64_t Tend() { return std::numeric_limits<int64_t>::max(); }
  /// Why rows are not delivered, if something is wrong that may pass; else empty.
  virtual std::string Waiting() { return {}; }
  /// Deliveries that were tried again so far.
  virtual uint64_t retries() const { return 0; }
  /// Called when an interrupted run is started afresh: removes what that run (its last state) left.
  virtual Status Discard(std::string_view state) {
    (void)state;
    return OkStatus();
  }
};

/// Time for which a sink keeps rows back on purpose, at worst, e.g. until a file is full.
struct HoldTime {
  int64_t ms = 0;
  std::string reason;            // "files are closed every 30 min"
  std::string option;            // that decides about it
  bool ends_with_epoch = false;  // the end of an epoch ends it, too
};

struct SinkTraits {
  ChangelogMode accepts = ChangelogMode::InsertOnly();
  bool needs_primary_key_for_updates = false;
  bool upserts = false;  // takes no update-before; a delete is a record with a key only
};

// ---------------------------------------------------------------- the seam

class Connector {
 public:
  virtual ~Connector() = default;
  virtual std::string_view name() const = 0;
  virtual std::string_view summary() const = 0;  // one sentence for the docs
  virtual std::vector<OptionSpec> options() const = 0;
  virtual bool can_read() const = 0;
  virtual bool can_write() const = 0;
  /// Whether a 'format' option is required (filesystem, webhook yes; datagen, print no).
  virtual bool needs_format() const = 0;
  /// What the records of such a connector have besides a value.
  enum class RecordKeys {
    kNone,        // no key
    kOptional,    // 'key.format' with 'key.fields'
    kPrimaryKey,  // 'key.format' is required, the key is the PRIMARY KEY
  };
  virtual RecordKeys record_keys() const { return RecordKeys::kNone; }
  /// A source that gives upserts and deletes by key instead of rows (upsert-kafka).
  virtual bool reads_upserts() const { return false; }
  virtual std::vector<MetadataColumn> metadata() const { return {}; }
  /// Extras understood as SET 'millrace.table.<t>.<key>'.
  virtual std::vector<OptionSpec> extra_options() const { return {}; }
  virtual SinkTraits sink_traits() const { return {}; }
  virtual HoldTime sink_hold_time(const Options& options) const {
    (void)options;
    return {};
  }
  /// Static checks of options against the schema at `check` time; connects nothing.
  virtual Status Check(const TableContext& table, bool for_write) const = 0;
  virtual Result<std::unique_ptr<Source>> MakeSource(const TableContext& table) const;
  virtual Result<std::unique_ptr<SinkWriter>> MakeSink(const TableContext& table) const;
  /// Whether the sink's output becomes visible by a commit in its own system (exactly once there).
  virtual bool transactional(const TableContext& table) const {
    (void)table;
    return false;
  }
  /// The one transaction of all transactional sinks of a pipeline, each of this connector. Refused
  /// when they cannot share one. Connects nothing.
  virtual Result<std::unique_ptr<EpochTransaction>> MakeTransaction(
      std::span<const TableContext> tables) const;
  /// Whether the sink sends messages that were decided, from an outbox.
  virtual bool uses_outbox(const TableContext& table) const {
    (void)table;
    return false;
  }
};

class ConnectorRegistry {
 public:
  void Register(std::unique_ptr<Connector> connector);
  const Connector* Find(std::string_view name) const;
  std::vector<std::string> Names() const;

 private:
  std::vector<std::unique_ptr<Connector>> connectors_;
};

/// connectors/builtin.cc
void RegisterBuiltinConnectors(ConnectorRegistry* registry);

}  // namespace millrace
