// SPDX-License-Identifier: Apache-2.0
#include "state/row_history.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <ranges>

#include "base/check.h"
#include "state/encoding.h"
#include "state/entry_group.h"

namespace millrace {
namespace {

constexpr size_t kAhead = 8;  // of the row at hand, whose key's bytes are loaded

/// Without overflow: differences of times go round.
int64_t Minus(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
}
int64_t Plus(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}

}  // namespace

RowHistory::RowHistory(std::string name, bool track, KeyTable* keys, RowStore* rows,
                       bool short_lived)
    : name_(std::move(name)), track_(track), short_lived_(short_lived), keys_(keys), rows_(rows) {}

RowHistory::Keyed& RowHistory::At(uint32_t key) {
  if (key >= keyed_.size()) keyed_.resize(std::max<size_t>(key + 1, keys_->slot_limit()));
  return keyed_[key];
}

size_t RowHistory::Insert(uint32_t key, int64_t time, uint32_t row) {
  Keyed& keyed = At(key);
  const HistoryEntry entry{time, static_cast<uint32_t>(keyed.arrivals), row};
  ++keyed.arrivals;
  ++count_;
  if (track_) {
    CountIn(key, entry.number);
    inserted_.push_back({key, entry});
    // Rows that are gone would count as rows behind it.
    if (entries_of(key).empty()) keyed.open.size = 0;
  }
  Pool::List& entries = keyed.entries;
  // Room in front is used before the list grows: a frame of two rows stays where it is.
  if (entries.full() && keyed.begin * 2 >= entries.size) DropGap(&keyed);
  if (entries.size == keyed.begin || entries.items[entries.size - 1].time <= time) {
    pool_.Append(&entries, entry);
    return entries.size - 1 - keyed.begin;
  }
  const auto held = entries.values().subspan(keyed.begin);
  const auto place =
      std::upper_bound(held.begin(), held.end(), time,
                       [](int64_t t, const HistoryEntry& other) { return t < other.time; }) -
      held.begin();
  pool_.Insert(&entries, keyed.begin + static_cast<size_t>(place), entry);
  if (place == 0 && track_) WriteAgain(key);
  return static_cast<size_t>(place);
}

/// A row has come to the front, where rows that are gone and still in blocks would be taken for it.
void RowHistory::WriteAgain(uint32_t key) {
  Keyed& keyed = keyed_[key];
  keyed.open.size = 0;
  for (uint32_t i = 0; i + 1 < keyed.blocks.size; ++i) {
    Block& block = keyed.blocks.items[i];
    if (block.stale || block.rows == kBlockRows) continue;
    block.stale = true;
    if (block.carried) full_.push_back({key, Between(0, keyed.first_block + i), 0, 0});
  }
}

/// Counts a row that has arrived.
void RowHistory::CountIn(uint32_t key, uint32_t number) {
  Keyed& keyed = keyed_[key];
  const uint32_t block = BlockOf(number);
  if (keyed.blocks.size == 0) keyed.first_block = block;
  if (Between(keyed.first_block, block) == keyed.blocks.size) {
    if (keyed.blocks.size == 1 && keyed.blocks.items[0].rows == 0) {
      keyed.first_block = block;
    } else {
      block_pool_.Append(&keyed.blocks, Block());
    }
  }
  ++keyed.blocks.items[keyed.blocks.size - 1].rows;
}

void RowHistory::PrefetchBytes(uint32_t key) const {
  if (key >= keyed_.size()) return;
  const ListPool<char>::List& open = keyed_[key].open;
  PrefetchLine(open.items);
  PrefetchLine(open.items + open.size);
}

void RowHistory::EncodeInserted() {
  for (size_t i = 0; i < inserted_.size(); ++i) {
    if (i + 2 * kAhead < inserted_.size()) Prefetch(inserted_[i + 2 * kAhead].key);
    if (i + kAhead < inserted_.size()) PrefetchBytes(inserted_[i + kAhead].key);
    EncodeRow(inserted_[i].key, inserted_[i].entry);
  }
  inserted_.clear();
}

void RowHistory::EncodeRow(uint32_t key, const HistoryEntry& entry) {
  Keyed& keyed = keyed_[key];
  const uint32_t place = entry.number % kBlockRows;
  if (place == 0) CloseBlock(key, BlockOf(entry.number - 1));
  if (short_lived_) return;
  OpenHead head;
  if (keyed.open.size != 0) {
    head = HeadOf(keyed);
  } else if (place == 0) {
    byte_pool_.Append(&keyed.open, std::span(reinterpret_cast<const char*>(&head), sizeof head));
  } else {
    return;  // the rows before it are not there: the store has them, until the next block begins
  }
  scratch_.clear();
  PutVarint(ZigZag(Minus(entry.time, head.time)), &scratch_);
  rows_->Write(entry.row, &scratch_);
  byte_pool_.Append(&keyed.open, scratch_);
  head.time = entry.time;
  head.rows |= uint64_t{1} << place;
  std::memcpy(keyed.open.items, &head, sizeof head);
}

/// The block is full: what is known of its bytes waits for the delta.
void RowHistory::CloseBlock(uint32_t key, uint32_t block) {
  Keyed& keyed = keyed_[key];
  if (Between(keyed.first_block, block) < keyed.blocks.size) {
    const size_t begin = full_bytes_.size();
    if (OpenSuffices(keyed, block)) WriteOpen(keyed, &full_bytes_);
    full_.push_back({key, block, begin, full_bytes_.size() - begin});
  }
  keyed.open.size = 0;
}

RowHistory::OpenHead RowHistory::HeadOf(const Keyed& keyed) {
  OpenHead head;
  std::memcpy(&head, keyed.open.items, sizeof head);
  return head;
}

/// The open bytes are there, and not mostly of rows that have gone.
bool RowHistory::OpenSuffices(const Keyed& keyed, uint32_t block) const {
  if (keyed.open.size == 0) return false;
  const int rows = keyed.blocks.items[Between(keyed.first_block, block)].rows;
  return 2 * rows > std::popcount(HeadOf(keyed).rows);
}

void RowHistory::WriteOpen(const Keyed& keyed, std::string* out) const {
  WriteBlockHead(HeadOf(keyed).rows, form(), out);
  out->append(keyed.open.items + sizeof(OpenHead), keyed.open.size - sizeof(OpenHead));
}

void RowHistory::DropGap(Keyed* keyed) {
  if (keyed->begin == 0) return;
  pool_.Erase(&keyed->entries, 0, keyed->begin);
  keyed->begin = 0;
}

void RowHistory::Forget(uint32_t key, const HistoryEntry& entry) {
  rows_->Free(entry.row);
  --count_;
  if (!track_) return;
  Keyed& keyed = keyed_[key];
  const uint32_t index = Between(keyed.first_block, BlockOf(entry.number));
  Block& block = keyed.blocks.items[index];
  if (--block.rows != 0) return;
  if (block.carried) deleted_.push_back(KeyOf(key, BlockOf(entry.number)));
  block = Block();
  uint32_t empty = 0;
  while (empty + 1 < keyed.blocks.size && keyed.blocks.items[empty].rows == 0) ++empty;
  if (empty == 0) return;
  block_pool_.Erase(&keyed.blocks, 0, empty);
  keyed.first_block = Between(0, keyed.first_block + empty);
}

void RowHistory::TrimFront(uint32_t key, size_t count) {
  if (count == 0) return;
  CHECK(inserted_.empty());
  Keyed& keyed = keyed_[key];
  for (size_t i = 0; i < count; ++i) Forget(key, keyed.entries.items[keyed.begin + i]);
  keyed.begin += static_cast<uint32_t>(count);
  if (keyed.begin == keyed.entries.size) {
    pool_.Clear(&keyed.entries);
    keyed.begin = 0;
  } else if (WorthDroppingGap(keyed.begin, keyed.entries.size)) {
    DropGap(&keyed);
  }
}

void RowHistory::Clear(uint32_t key) {
  if (key >= keyed_.size()) return;
  TrimFront(key, entries_of(key).size());
  Drop(key);
}

std::string RowHistory::KeyOf(uint32_t key, uint32_t block) const {
  std::string out;
  PutBytes(keys_->key(key), &out);
  PutVarint(block, &out);
  return out;
}

/// Which rows of the block there are, as bits, and each with its time less that of the one before.
void RowHistory::WriteBlock(const Keyed& keyed, uint32_t block, std::string* out) const {
  std::array<const HistoryEntry*, kBlockRows> rows{};
  uint32_t missing = keyed.blocks.items[Between(keyed.first_block, block)].rows;
  for (uint32_t i = keyed.entries.size; missing > 0 && i > keyed.begin; --i) {
    const HistoryEntry& entry = keyed.entries.items[i - 1];
    if (BlockOf(entry.number) != block) continue;
    rows[entry.number % kBlockRows] = &entry;
    --missing;
  }
  uint64_t bits = 0;
  for (uint32_t i = 0; i < kBlockRows; ++i) {
    if (rows[i] != nullptr) bits |= uint64_t{1} << i;
  }
  WriteBlockHead(bits, form(), out);
  int64_t before = 0;
  for (const HistoryEntry* entry : rows) {
    if (entry == nullptr) continue;
    PutVarint(ZigZag(Minus(entry->time, before)), out);
    before = entry->time;
    rows_->Write(entry->row, out);
  }
}

Status RowHistory::ReadBlock(uint32_t key, uint32_t block, std::string_view* bytes) {
  uint32_t bits = 0;
  uint32_t written = 0;
  if (!ReadBlockHead(bytes, &bits, &written)) return CorruptStateEntry(name_);
  if (written != form()) {
    if (forms_ == nullptr) return CorruptStateEntry(name_);
    const auto known = forms_->earlier.find(written);
    if (known == forms_->earlier.end()) return CorruptStateEntry(name_);
    rows_->ReadAs(&known->second);
  }
  const Status status = ReadRows(key, block, bits, bytes);
  rows_->ReadAs(nullptr);
  return status;
}

Status RowHistory::ReadRows(uint32_t key, uint32_t block, uint32_t bits, std::string_view* bytes) {
  int64_t time = 0;
  for (uint32_t i = 0; i < kBlockRows; ++i) {
    if ((bits >> i & 1) == 0) continue;
    uint64_t distance = 0;
    if (!GetVarint(bytes, &distance)) return CorruptStateEntry(name_);
    time = Plus(time, FromZigZag(distance));
    TRY_ASSIGN(const uint32_t row, rows_->ReadFront(bytes));
    Put(key, {time, block * kBlockRows + i, row});
  }
  return OkStatus();
}

void RowHistory::Put(uint32_t key, const HistoryEntry& entry) {
  Keyed& keyed = keyed_[key];
  const auto held = keyed.entries.values();
  const auto place = std::upper_bound(held.begin(), held.end(), entry,
                                      [&](const HistoryEntry& a, const HistoryEntry& b) {
                                        if (a.time != b.time) return a.time < b.time;
                                        return ArrivalOf(key, a) < ArrivalOf(key, b);
                                      }) -
                     held.begin();
  pool_.Insert(&keyed.entries, static_cast<size_t>(place), entry);
  ++count_;
}

void RowHistory::WriteKey(uint32_t key, std::string* out) const {
  if (key >= keyed_.size() || keyed_[key].arrivals == 0) {
    out->push_back(0);
    return;
  }
  CHECK(inserted_.empty());
  const Keyed& keyed = keyed_[key];
  PutVarint(keyed.arrivals, out);
  PutVarint(keyed.entries.size - keyed.begin, out);
  const uint32_t last = BlockOf(static_cast<uint32_t>(keyed.arrivals - 1));
  if (keyed.blocks.size == 0) {
    WriteBlockHead(0, form(), out);
  } else if (OpenSuffices(keyed, last)) {
    WriteOpen(keyed, out);
  } else {
    WriteBlock(keyed, last, out);
  }
}

Status RowHistory::ReadKey(uint32_t key, std::string_view* bytes) {
  Clear(key);
  Keyed& keyed = At(key);
  uint64_t rows = 0;
  if (restored_rows_.size() < keyed_.size()) restored_rows_.resize(keyed_.size());
  if (!GetVarint(bytes, &keyed.arrivals)) return CorruptStateEntry(name_);
  if (keyed.arrivals == 0) return OkStatus();
  if (!GetVarint(bytes, &rows)) return CorruptStateEntry(name_);
  restored_rows_[key] = static_cast<uint32_t>(rows);
  return ReadBlock(key, BlockOf(static_cast<uint32_t>(keyed.arrivals - 1)), bytes);
}

Status RowHistory::Apply(const StateChange& change) {
  std::string_view bytes = change.key;
  std::string_view key_bytes;
  uint64_t block = 0;
  if (!GetBytes(&bytes, &key_bytes) || !GetVarint(&bytes, &block) || change.deleted) {
    return CorruptStateEntry(name_);
  }
  const uint32_t key = keys_->Find(key_bytes, HashBytes(key_bytes));
  if (key == KeyTable::kNone || key >= keyed_.size()) return CorruptStateEntry(name_);
  restored_.emplace_back(key, static_cast<uint32_t>(block));
  std::string_view value = change.value;
  TRY(ReadBlock(key, static_cast<uint32_t>(block), &value));
  return value.empty() ? OkStatus() : CorruptStateEntry(name_);
}

Status RowHistory::DropGone(uint32_t key) {
  Keyed& keyed = keyed_[key];
  const uint32_t kept = restored_rows_[key];
  restored_rows_[key] = 0;
  if (keyed.entries.size < kept) return CorruptStateEntry(name_);
  const uint32_t gone = keyed.entries.size - kept;
  for (uint32_t i = 0; i < gone; ++i) rows_->Free(keyed.entries.items[i].row);
  pool_.Erase(&keyed.entries, 0, gone);
  count_ -= gone;
  if (track_) CountBlocks(key);
  return OkStatus();
}

void RowHistory::MarkBlocksRead() {
  for (const auto& [key, block] : restored_) {
    Keyed& keyed = keyed_[key];
    const uint32_t index = Between(keyed.first_block, block);
    if (track_ && index < keyed.blocks.size) keyed.blocks.items[index].carried = true;
  }
  restored_.clear();
}

Status RowHistory::Restored() {
  restored_rows_.resize(keyed_.size());
  for (uint32_t key = 0; key < keyed_.size(); ++key) TRY(DropGone(key));
  MarkBlocksRead();
  restored_rows_ = {};
  return OkStatus();
}

void RowHistory::AttachCold(std::unique_ptr<ColdEntries> entries, bool) {
  cold_ = std::move(entries);
}

Status RowHistory::Load(std::span<const uint32_t> keys) {
  if (cold_ == nullptr || keys.empty()) return OkStatus();
  cold_->Begin();
  for (const uint32_t key : keys) {
    // Else all of its rows are in its value.
    if (keyed_[key].entries.size >= restored_rows_[key]) continue;
    const std::string_view bytes = keys_->key(key);
    cold_->Add(bytes, HashBytes(bytes), key);
  }
  if (cold_->asked() > 0) {
    const auto read = [this](size_t, std::string_view entry_key, std::string_view value) {
      return Apply({name_, entry_key, value, false, -1});
    };
    TRY(cold_->ReadLists(/*leading=*/0, read));
  }
  for (const uint32_t key : keys) TRY(DropGone(key));
  MarkBlocksRead();
  return OkStatus();
}

void RowHistory::Evict(uint32_t key) {
  if (key >= keyed_.size()) return;
  for (const HistoryEntry& entry : entries_of(key)) {
    rows_->Free(entry.row);
    --count_;
  }
  Drop(key);
}

void RowHistory::Drop(uint32_t key) {
  pool_.Clear(&keyed_[key].entries);
  block_pool_.Clear(&keyed_[key].blocks);
  byte_pool_.Clear(&keyed_[key].open);
  keyed_[key] = Keyed();
}

void RowHistory::Shrink(uint64_t, size_t) {}

/// From the first block with a row to the one that takes the next rows.
void RowHistory::CountBlocks(uint32_t key) {
  Keyed& keyed = keyed_[key];
  if (keyed.arrivals == 0) return;
  const uint32_t last = BlockOf(static_cast<uint32_t>(keyed.arrivals - 1));
  uint32_t span = 0;
  for (const HistoryEntry& entry : keyed.entries.values()) {
    span = std::max(span, Between(BlockOf(entry.number), last));
  }
  keyed.first_block = Between(span, last);
  for (uint32_t i = 0; i <= span; ++i) block_pool_.Append(&keyed.blocks, Block());
  for (const HistoryEntry& entry : keyed.entries.values()) {
    ++keyed.blocks.items[Between(keyed.first_block, BlockOf(entry.number))].rows;
  }
}

Status RowHistory::CollectDelta(const std::function<Status(const StateChange&)>& visit) {
  CHECK(inserted_.empty());
  for (const std::string& key : deleted_) TRY(visit({name_, key, {}, true, KeyGroupOfEntry(key)}));
  deleted_.clear();
  // The newest first: of the blocks of a slot that are numbered alike, it is the present key's.
  for (const FullBlock& full : std::views::reverse(full_)) {
    // Gone again since, or of an earlier key of the slot, or written already.
    Keyed& keyed = keyed_[full.key];
    const uint32_t index = Between(keyed.first_block, full.block);
    if (index + 1 >= keyed.blocks.size) continue;
    Block& block = keyed.blocks.items[index];
    if (block.rows == 0 || (block.carried && !block.stale)) continue;
    std::string_view value = std::string_view(full_bytes_).substr(full.begin, full.size);
    if (value.empty() || block.stale) {
      scratch_.clear();
      WriteBlock(keyed, full.block, &scratch_);
      value = scratch_;
    }
    block.carried = true;
    block.stale = false;
    TRY(visit({name_, KeyOf(full.key, full.block), value, false, keys_->key_group(full.key)}));
  }
  full_.clear();
  full_bytes_.clear();
  return OkStatus();
}

Status RowHistory::Snapshot(const std::function<Status(const StateChange&)>& visit) const {
  std::string value;
  for (uint32_t key = 0; key < keyed_.size(); ++key) {
    const Keyed& keyed = keyed_[key];
    for (uint32_t i = 0; i + 1 < keyed.blocks.size; ++i) {
      if (keyed.blocks.items[i].rows == 0) continue;
      const uint32_t block = Between(0, keyed.first_block + i);
      value.clear();
      WriteBlock(keyed, block, &value);
      TRY(visit({name_, KeyOf(key, block), value, false, keys_->key_group(key)}));
    }
  }
  return OkStatus();
}

size_t RowHistory::memory_bytes() const {
  if (reads_cold()) {
    // Room that rows have left is there for others: what counts is what is held.
    constexpr size_t kEntryBytes = sizeof(HistoryEntry) + sizeof(Block) / kBlockRows;
    const size_t row = rows_->memory_bytes() / std::max<size_t>(1, rows_->slot_limit());
    return keys_->entries() * sizeof(Keyed) + count_ * (kEntryBytes + row);
  }
  return keyed_.capacity() * sizeof(Keyed) + pool_.memory_bytes() + block_pool_.memory_bytes() +
         byte_pool_.memory_bytes() + inserted_.capacity() * sizeof(Inserted) +
         full_.capacity() * sizeof(FullBlock) + full_bytes_.capacity() + rows_->memory_bytes();
}

}  // namespace millrace
