// SPDX-License-Identifier: Apache-2.0
#include "state/rocksdb/rocks_state.h"

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/checkpoint.h>

#include <algorithm>
#include <array>
#include <cstdarg>
#include <filesystem>
#include <limits>
#include <utility>

#include "state/encoding.h"
#include "state/rocksdb/stopping_files.h"

namespace millrace {
namespace {

constexpr size_t kBlockBytes = 2ull << 10;
constexpr int kFilesPerCompaction = 8;
constexpr uint64_t kFileBytes = 256ull << 20;
constexpr int kOpenFilesMax = 512;
constexpr size_t kKeysAtOnce = 256;
constexpr double kFilterBitsPerKey = 10;
/// No entry's key begins with a zero: it would be an operator without an id.
constexpr std::string_view kMarkerKey{"\0marker", 7};
/// A batch on its way into the database; what stands there at a start was never in.
constexpr const char* kIncomingFile = "/incoming";

std::unexpected<Error> Failed(const std::string& directory, const rocksdb::Status& status) {
  return ExternalError("MR0841", "the state in '" + directory + "' cannot be read or written",
                       status.ToString());
}

Status ToStatus(const std::string& directory, const rocksdb::Status& status) {
  if (status.ok()) return OkStatus();
  return Failed(directory, status);
}

rocksdb::Slice ToSlice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
std::string_view ToView(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

rocksdb::Options MakeOptions() {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.max_background_jobs = 2;
  // It is written all the time and read at a start, or by key where state is larger than memory:
  // small files are not worth the pipeline's processor.
  options.compression = rocksdb::kNoCompression;
  options.compaction_style = rocksdb::kCompactionStyleUniversal;
  options.level0_file_num_compaction_trigger = kFilesPerCompaction;
  // As many as a state of 100 GB has.
  options.max_open_files = kOpenFilesMax;
  options.target_file_size_base = kFileBytes;
  options.keep_log_file_num = 2;
  options.info_log_level = rocksdb::WARN_LEVEL;
  options.stats_dump_period_sec = 0;
  rocksdb::BlockBasedTableOptions table;
  table.block_size = kBlockBytes;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kFilterBitsPerKey));
  // What is used again is in the tables of state, what is left of the memory is the system's cache:
  // another one would hold the same blocks, and putting a block in costs as much as reading it.
  table.no_block_cache = true;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

std::string EncodeMarker(const StateMarker& marker) {
  std::string bytes;
  PutVarint(marker.epoch, &bytes);
  PutVarint(marker.hash, &bytes);
  bytes += marker.manifest;
  return bytes;
}

bool DecodeMarker(std::string_view bytes, StateMarker* marker) {
  if (!GetVarint(&bytes, &marker->epoch) || !GetVarint(&bytes, &marker->hash)) return false;
  marker->manifest = bytes;
  return true;
}

/// The least key above all that begin with `prefix`; empty if there is none.
std::string EndOf(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && static_cast<uint8_t>(end.back()) == 0xFF) end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(end.back() + 1);
  return end;
}

class SilentLogger final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

class RocksState final : public DurableState {
 public:
  explicit RocksState(std::string directory) : directory_(std::move(directory)) {}

  Status Open() {
    // Without it a database was never whole: the process died while it was made or removed.
    if (rocksdb::Env::Default()->FileExists(current_file()).IsNotFound()) TRY(Destroy());
    files_ = std::make_shared<StoppingFiles>(rocksdb::FileSystem::Default());
    env_ = rocksdb::NewCompositeEnv(files_);
    rocksdb::Options options = MakeOptions();
    options.env = env_.get();
    rocksdb::DB* db = nullptr;
    const rocksdb::Status opened = rocksdb::DB::Open(options, directory_, &db);
    db_.reset(db);
    TRY(ToStatus(directory_, opened));
    return ReadMarker();
  }

  Status OpenForReading() {
    rocksdb::Options options = MakeOptions();
    options.create_if_missing = false;
    options.info_log = std::make_shared<SilentLogger>();  // else it writes a file
    rocksdb::DB* db = nullptr;
    TRY(ToStatus(directory_, rocksdb::DB::OpenForReadOnly(options, directory_, &db)));
    db_.reset(db);
    return ReadMarker();
  }

  Status ReadMarker() {
    std::string bytes;
    const auto found = db_->Get(rocksdb::ReadOptions(), ToSlice(kMarkerKey), &bytes);
    marker_.reset();
    if (found.IsNotFound()) return OkStatus();
    TRY(ToStatus(directory_, found));
    marker_.emplace();
    if (DecodeMarker(bytes, &*marker_)) return OkStatus();
    return Failed(directory_, rocksdb::Status::Corruption("the marker is not one"));
  }

  std::optional<StateMarker> marker() const override { return marker_; }

  // A batch is a sorted file that becomes part of the database as a whole. Written so, entries are
  // copied once; through a memtable they are copied, sorted and written again.
  Status Begin(const StateMarker& marker) override {
    begun_ = marker;
    batch_.reset();
    // A process that died may have left it as a second name of a file that is in: it is removed,
    // not written over.
    rocksdb::Env* env = rocksdb::Env::Default();
    if (env->FileExists(incoming_file()).ok()) {
      TRY(ToStatus(directory_, env->DeleteFile(incoming_file())));
    }
    batch_ = std::make_unique<rocksdb::SstFileWriter>(rocksdb::EnvOptions(), db_->GetOptions(),
                                                      /*column_family=*/nullptr,
                                                      /*invalidate_page_cache=*/false);
    TRY(ToStatus(directory_, batch_->Open(incoming_file())));
    return Put(kMarkerKey, EncodeMarker(marker));
  }

  Status Put(std::string_view key, std::string_view value) override {
    return ToStatus(directory_, batch_->Put(ToSlice(key), ToSlice(value)));
  }
  Status Delete(std::string_view key) override {
    return ToStatus(directory_, batch_->Delete(ToSlice(key)));
  }

  Status Commit() override {
    TRY(ToStatus(directory_, batch_->Finish()));
    batch_.reset();
    rocksdb::IngestExternalFileOptions options;
    options.move_files = true;
    options.write_global_seqno = false;
    TRY(ToStatus(directory_, db_->IngestExternalFile({incoming_file()}, options)));
    marker_ = begun_;
    return OkStatus();
  }

  Status Clear() override {
    batch_.reset();
    TRY(ToStatus(directory_, db_->Close()));
    db_.reset();
    // First that by which it is one, so that what a crash leaves is none.
    TRY(ToStatus(directory_, rocksdb::Env::Default()->DeleteFile(current_file())));
    return Open();
  }

  Status Get(std::span<const std::string_view> keys,
             const std::function<Status(size_t, std::string_view)>& found) const override {
    std::array<rocksdb::Slice, kKeysAtOnce> slices;
    std::array<rocksdb::PinnableSlice, kKeysAtOnce> values;
    std::array<rocksdb::Status, kKeysAtOnce> statuses;
    for (size_t begin = 0; begin < keys.size(); begin += kKeysAtOnce) {
      const size_t count = std::min(kKeysAtOnce, keys.size() - begin);
      for (size_t i = 0; i < count; ++i) slices[i] = ToSlice(keys[begin + i]);
      db_->MultiGet(rocksdb::ReadOptions(), db_->DefaultColumnFamily(), count, slices.data(),
                    values.data(), statuses.data(), /*sorted_input=*/true);
      for (size_t i = 0; i < count; ++i) {
        if (!statuses[i].IsNotFound()) {
          TRY(ToStatus(directory_, statuses[i]));
          TRY(found(begin + i, ToView(values[i])));
        }
        values[i].Reset();
      }
    }
    return OkStatus();
  }

  size_t memory_bytes() const override {
    uint64_t bytes = 0;
    db_->GetIntProperty(rocksdb::DB::Properties::kEstimateTableReadersMem, &bytes);
    return bytes;
  }

  Status Visit(std::string_view prefix, const Visitor& visit) const override {
    rocksdb::ReadOptions options;
    options.fill_cache = false;
    const std::string end = EndOf(prefix);
    const rocksdb::Slice bound(end);
    if (!end.empty()) options.iterate_upper_bound = &bound;
    const std::unique_ptr<rocksdb::Iterator> entry(db_->NewIterator(options));
    for (entry->Seek(ToSlice(prefix)); entry->Valid(); entry->Next()) {
      TRY(visit(ToView(entry->key()), ToView(entry->value())));
    }
    return ToStatus(directory_, entry->status());
  }

  Status VisitRanges(std::span<const std::string_view> prefixes,
                     const RangeVisitor& visit) const override {
    rocksdb::ReadOptions options;
    options.fill_cache = false;
    const std::unique_ptr<rocksdb::Iterator> entry(db_->NewIterator(options));
    for (size_t i = 0; i < prefixes.size(); ++i) {
      const rocksdb::Slice prefix = ToSlice(prefixes[i]);
      for (entry->Seek(prefix); entry->Valid() && entry->key().starts_with(prefix); entry->Next()) {
        TRY(visit(i, ToView(entry->key()), ToView(entry->value())));
      }
    }
    return ToStatus(directory_, entry->status());
  }

  Status VisitSome(std::string_view prefix, std::string_view from, size_t count,
                   const Visitor& visit) const override {
    rocksdb::ReadOptions options;
    options.fill_cache = false;
    const std::unique_ptr<rocksdb::Iterator> entry(db_->NewIterator(options));
    for (entry->Seek(ToSlice(std::max(prefix, from)));
         count > 0 && entry->Valid() && entry->key().starts_with(ToSlice(prefix));
         entry->Next(), --count) {
      TRY(visit(ToView(entry->key()), ToView(entry->value())));
    }
    return ToStatus(directory_, entry->status());
  }

  Result<std::optional<StateMarker>> Snapshot(const std::string& directory) const override {
    rocksdb::Checkpoint* made = nullptr;
    TRY(ToStatus(directory_, rocksdb::Checkpoint::Create(db_.get(), &made)));
    const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
    // Nothing is ever in memory only, so there is nothing to flush.
    constexpr uint64_t kNever = std::numeric_limits<uint64_t>::max();
    const std::string path = std::filesystem::absolute(directory).lexically_normal().string();
    TRY(ToStatus(directory_, checkpoint->CreateCheckpoint(path, kNever)));
    RocksState copy(directory);
    TRY(copy.OpenForReading());
    return copy.marker_;
  }

 private:
  std::string current_file() const { return directory_ + "/CURRENT"; }
  std::string incoming_file() const { return directory_ + kIncomingFile; }

  Status Destroy() const {
    return ToStatus(directory_, rocksdb::DestroyDB(directory_, MakeOptions()));
  }

  /// A change that failed is the reason of whatever RocksDB says about it, success included.
  Status ToStatus(const std::string& directory, const rocksdb::Status& status) const {
    if (files_ != nullptr) TRY(files_->Check());
    return millrace::ToStatus(directory, status);
  }

  std::string directory_;
  std::shared_ptr<StoppingFiles> files_;  // of what is written; before what uses it
  std::unique_ptr<rocksdb::Env> env_;
  std::unique_ptr<rocksdb::DB> db_;
  std::optional<StateMarker> marker_;
  StateMarker begun_;
  std::unique_ptr<rocksdb::SstFileWriter> batch_;
};

}  // namespace

Result<std::unique_ptr<DurableState>> OpenRocksStateForReading(const std::string& directory) {
  auto state = std::make_unique<RocksState>(directory);
  TRY(state->OpenForReading());
  return state;
}

Result<std::unique_ptr<DurableState>> OpenRocksState(const std::string& directory) {
  auto state = std::make_unique<RocksState>(directory);
  TRY(state->Open());
  return state;
}

}  // namespace millrace
