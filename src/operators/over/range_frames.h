// SPDX-License-Identifier: Apache-2.0
// RangeFrames: the RANGE frames of one OVER, which all look at one list of rows per key
// (RowHistory, RowStore): a frame is how far it reaches back. Add goes through a batch once and
// tells every frame's calls which rows come in and go out; columns that are computed on the way are
// filled in later (Fill), before the calls that read them run.
//
// A frame of a key has a slot of accumulators only while there are rows in it. When all have gone
// it starts afresh with the next row, so nothing is taken out one by one and no rounding is left.
//
// What a row can see: entries not older than the watermark before it minus the frame's length. So
// whatever is older can be dropped at any moment without a trace. A row that comes on arrival out
// of order moves a frame back for one result and forth again, or its frame is added up anew,
// whichever is less work. One thread.
#pragma once

#include <optional>
#include <queue>
#include <string>
#include <vector>

#include "operators/over/frame_calls.h"

namespace millrace {

class Rebuilding;

class RangeFrames {
 public:
  struct Frame {
    int64_t preceding = 0;  // milliseconds
    FrameCalls* calls = nullptr;
  };
  struct Options {
    bool on_arrival = false;
    bool proctime = false;
    bool track = false;
  };

  /// `frames`: at least one; `columns`: the types of all columns that calls may read. `keys`
  /// outlives the object.
  RangeFrames(std::vector<Frame> frames, const std::vector<DataType>& columns, Options options,
              KeyTable* keys);

  RowHistory& table() { return history_; }
  const RowStore& rows() const { return rows_; }
  /// The columns that are kept, ascending.
  const std::vector<int>& columns() const { return columns_; }

  /// Takes in a batch whose row i belongs to key slots[i].
  void Add(const Batch& batch, std::span<const EventTime> times, std::span<const uint32_t> slots);
  /// Keeps those of the columns that are known by now.
  void Fill(const FrameCalls::Columns& columns);
  /// Frees what the batch has put out of sight, after all calls ran.
  void Settle();
  /// Drops rows of keys that no row after this watermark can see anything of, and names the keys.
  void Release(EventTime watermark, std::vector<uint32_t>* released);

  /// The parts of a key's value that are theirs: the sums of one frame, the rows, how many of them
  /// are in each frame.
  void WriteSums(uint32_t key, size_t frame, std::string* out) const;
  void WriteReach(uint32_t key, std::string* out) const;
  /// Starts to load what the three write of a key (KeyTable::Values).
  void PrefetchForWrite(uint32_t key, int step) const;
  /// Before a value of the key is read.
  void ReadBegin(uint32_t key);
  /// One of the frame's sum_calls().
  Status ReadSum(uint32_t key, size_t frame, size_t call, std::string_view bytes);
  /// Some of them follow from the rows, once these are there.
  void RebuildSums(uint32_t key, size_t frame, const std::vector<uint32_t>* sums) {
    without_sums_.push_back({key, frame, sums});
  }
  /// How many rows are in the frame; none: it is found out from their times.
  void ReadReach(uint32_t key, size_t frame, std::optional<uint64_t> inside);
  /// Makes room for all keys.
  void Fit();
  Status Restored();
  /// The rest of keys whose values have just been read.
  Status Load(std::span<const uint32_t> keys);
  /// Forgets what is in memory of a key.
  void Evict(uint32_t key);

 private:
  static constexpr uint32_t kNone = 0;
  static constexpr uint32_t kUnknown = 0xFFFFFFFF;  // of Reach::begin, until the rows are there

  /// How far a frame of a key reaches, counted in the key's entries.
  struct Reach {
    uint32_t begin = 0;     // entries before it are not in the accumulators
    uint32_t slot = kNone;  // of the frame's calls; none while no rows are in
  };
  /// Slots of accumulators of one frame. Slot 0 is always empty.
  struct Slots {
    std::vector<uint32_t> free;
    std::vector<uint32_t> given_back;  // by the batch at hand, whose results may still need them
    uint32_t limit = 1;
  };
  /// The row of the batch at hand.
  struct Row {
    size_t row;
    uint32_t key;
    EventTime time;
    uint32_t stored;
  };

  size_t width() const { return frames_.size(); }
  Reach& ReachOf(uint32_t key, size_t frame) { return reach_[key * width() + frame]; }
  uint32_t NewSlot(size_t frame);
  uint32_t SlotOf(Reach* reach, size_t frame);
  void GiveBack(Reach* reach, size_t frame);
  int64_t SequenceOf(uint32_t key, const HistoryEntry& entry) const {
    return options_.on_arrival ? entry.time : history_.ArrivalOf(key, entry);
  }
  void Prefetch(std::span<const uint32_t> slots, size_t row) const;
  void AddOnArrival(const Batch& batch, std::span<const EventTime> times,
                    std::span<const uint32_t> slots);
  void AddPeers(std::span<const EventTime> times, std::span<const uint32_t> slots);
  void Leave(size_t frame, uint32_t key, EventTime oldest);
  void AddRow(const Row& row, EventTime now);
  void AddInOrder(size_t frame, const Row& row);
  void AddOutOfOrder(size_t frame, const Row& row, size_t place, EventTime oldest);
  void AddUpAnew(size_t frame, const Row& row, size_t place, size_t low);
  void AddAlone(size_t frame, const Row& row);
  void MoveBackAndForth(size_t frame, const Row& row, size_t place, size_t low);
  void Queue(uint32_t key);
  void QueueAnew();
  Status PlaceReach(uint32_t key, size_t frame);
  Status AddFrame(uint32_t key, size_t frame, Rebuilding* rebuilding) const;
  Status RebuildMissing(size_t frame);
  Status Rebuild(std::span<const uint32_t> keys);

  std::vector<Frame> frames_;
  Options options_;
  int64_t longest_ = 0;
  KeyTable* keys_;
  std::vector<int> columns_;  // kept ones, ascending
  RowStore rows_;
  RowHistory history_;
  std::vector<Reach> reach_;  // by key and frame
  std::vector<Slots> slots_;  // by frame
  std::vector<bool> queued_;  // by key: it is in expiry_, which may have keys that left memory, too
  using Expiry = std::pair<EventTime, uint32_t>;
  std::priority_queue<Expiry, std::vector<Expiry>, std::greater<>> expiry_;

  // Of the batch at hand.
  std::vector<uint32_t> stored_;  // rows of rows_ that hold its rows
  std::vector<int32_t> all_;      // 0, 1, ..
  size_t filled_ = 0;             // so many of columns_ are in rows_
  struct Trim {
    uint32_t key;
    EventTime oldest;
  };
  std::vector<Trim> touched_;     // keys with entries to free, maybe more than once
  std::vector<uint32_t> unkept_;  // rows of rows_ that got no entry

  struct WithoutSums {
    uint32_t key;
    size_t frame;
    const std::vector<uint32_t>* sums;
  };
  std::vector<WithoutSums> without_sums_;  // of keys that were read, until Rebuild
};

}  // namespace millrace
