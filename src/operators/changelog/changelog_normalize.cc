// SPDX-License-Identifier: Apache-2.0
// ChangelogNormalize: keeps the last row of each key and says what an upsert or delete changed.
// Rows are kept in the bytes of the key codec, which are what two rows are compared by.
#include <arrow/api.h>

#include <algorithm>

#include "data/key_codec.h"
#include "data/take.h"
#include "operators/aggregate/cold_expiry.h"
#include "operators/aggregate/expiry_list.h"
#include "operators/builtin.h"
#include "operators/column_types.h"
#include "plan/nodes/changelog_nodes.h"
#include "state/encoding.h"
#include "state/key_table.h"

namespace millrace {
namespace {

class ChangelogNormalize final : public Operator {
 public:
  ChangelogNormalize(const ChangelogNormalizeNode& node, const OperatorContext& context)
      : ttl_ms_(node.state_ttl_ms()),
        keys_(node.keys(), TypesOf(node.schema(), node.keys())),
        rows_(AllColumns(node.schema()), TypesOf(node.schema())),
        table_("rows", context.state->track(),
               {.write =
                    [this](uint32_t slot, std::string* out) {
                      PutOrdered(expiry_.time(slot), out);
                      *out += last_[slot];
                    },
                .read = [this](uint32_t slot, std::string_view bytes) { return Read(slot, bytes); },
                .clear = [this](uint32_t slot) { Clear(slot); },
                .may_be_cold = true}),
        cold_expiry_(ttl_ms_, TouchedOf) {
    context.state->Register(&table_);
  }

  Status OnBatch(int, Batch batch, Output* output) override {
    keys_.Encode(batch, &encoded_keys_);
    rows_.Encode(batch, &encoded_rows_);
    TRY(table_.Load(encoded_keys_));
    for (const uint32_t slot : table_.loaded()) {
      if (!cold_expiry_.IsOver(expiry_.time(slot), now_ms_)) continue;
      table_.Erase(slot);
      Clear(slot);
    }
    changes_.clear();
    old_rows_.clear();
    for (int64_t row = 0; row < batch.num_rows; ++row) OnRow(batch, static_cast<int32_t>(row));
    return Emit(batch, output);
  }
  Status OnTime(int64_t now_ms, Output*) override {
    now_ms_ = now_ms;
    if (ttl_ms_ == 0) return OkStatus();
    while (const auto slot = expiry_.PopBefore(now_ms - ttl_ms_ + 1)) {
      table_.Erase(*slot);
      Clear(*slot);
    }
    return cold_expiry_.Sweep(now_ms, &table_);
  }
  Status OnRestore() override {
    if (ttl_ms_ != 0) expiry_.Sort();
    return OkStatus();
  }
  bool more() const override { return waiting_.num_rows > 0; }
  Status Continue(Output* output) override {
    const int64_t rows = std::min(kMaxBatchRows, waiting_.num_rows);
    output->Push(waiting_.Slice(0, rows));
    waiting_ = rows == waiting_.num_rows ? Batch() : waiting_.Slice(rows, waiting_.num_rows - rows);
    return OkStatus();
  }

 private:
  /// A row that goes out: of the batch, or an old version.
  struct Change {
    ChangeKind kind = ChangeKind::kInsert;
    int32_t row = 0;   // of the batch: its values (old < 0) and what it arrived with
    int32_t old = -1;  // of old_rows_
  };

  void Reserve() {
    if (last_.size() < table_.slot_limit()) last_.resize(table_.slot_limit());
  }
  void Clear(uint32_t slot) {
    last_[slot].clear();
    expiry_.Remove(slot);
  }
  static std::optional<int64_t> TouchedOf(std::string_view value) {
    int64_t touched_ms = 0;
    return GetOrdered(&value, &touched_ms) ? std::optional(touched_ms) : std::nullopt;
  }
  Status Read(uint32_t slot, std::string_view bytes) {
    Reserve();
    int64_t touched_ms = 0;
    if (!GetOrdered(&bytes, &touched_ms)) return CorruptStateEntry(table_.name());
    last_[slot] = std::string(bytes);
    // A start with a time-to-live that the run before did not have counts from now on.
    if (ttl_ms_ != 0) expiry_.Touch(slot, touched_ms);
    return OkStatus();
  }
  void PushOld(ChangeKind kind, int32_t row, std::string bytes) {
    changes_.push_back({kind, row, static_cast<int32_t>(old_rows_.size())});
    old_rows_.push_back(std::move(bytes));
  }

  void OnRow(const Batch& batch, int32_t row) {
    const auto i = static_cast<size_t>(row);
    const std::string_view key = encoded_keys_.key(i);
    const uint64_t hash = encoded_keys_.hashes[i];
    uint32_t slot = table_.Find(key, hash);
    const bool known = slot != KeyTable::kNone;
    // The new version follows; the old one is known.
    if (batch.kind(row) == ChangeKind::kUpdateBefore) return;
    if (!IsAddition(batch.kind(row))) {
      if (!known) return;
      PushOld(ChangeKind::kDelete, row, std::move(last_[slot]));
      Clear(slot);
      table_.Erase(slot);
      return;
    }
    const std::string_view now = encoded_rows_.key(i);
    if (known && ttl_ms_ == 0 && last_[slot] == now) return;
    if (known) {
      PushOld(ChangeKind::kUpdateBefore, row, std::move(last_[slot]));
      changes_.push_back({ChangeKind::kUpdateAfter, row});
    } else {
      slot = table_.FindOrInsert(key, hash);
      Reserve();
      changes_.push_back({ChangeKind::kInsert, row});
    }
    last_[slot] = std::string(now);
    table_.MarkDirty(slot);
    if (ttl_ms_ != 0) expiry_.Touch(slot, now_ms_);
  }

  Status Emit(const Batch& batch, Output* output) {
    if (changes_.empty()) return OkStatus();
    std::vector<std::string_view> old(old_rows_.begin(), old_rows_.end());
    std::vector<std::shared_ptr<arrow::Array>> old_columns;
    if (!old.empty()) {
      TRY_ASSIGN(old_columns, rows_.Decode(old));
    }
    std::vector<int32_t> rows;
    std::vector<int32_t> joined;
    auto kinds = std::make_shared<std::vector<ChangeKind>>();
    for (const Change& change : changes_) {
      rows.push_back(change.row);
      joined.push_back(change.old < 0 ? change.row
                                      : static_cast<int32_t>(batch.num_rows) + change.old);
      kinds->push_back(change.kind);
    }
    Batch out = batch.WithColumns({}).Take(rows);
    out.kinds = std::move(kinds);
    for (size_t column = 0; column < batch.columns.size(); ++column) {
      if (old.empty()) {
        out.columns.push_back(TakeRows(*batch.columns[column], joined));
        continue;
      }
      auto both = arrow::Concatenate({batch.columns[column], old_columns[column]});
      if (!both.ok()) return InternalError("rows cannot be joined", both.status().ToString());
      out.columns.push_back(TakeRows(**both, joined));
    }
    waiting_ = std::move(out);
    return Continue(output);
  }

  int64_t ttl_ms_;
  int64_t now_ms_ = 0;
  ExpiryList expiry_;
  KeyCodec keys_;
  KeyCodec rows_;
  KeyTable table_;
  ColdExpiry cold_expiry_;
  std::vector<std::string> last_;  // by slot
  EncodedKeys encoded_keys_;
  EncodedKeys encoded_rows_;
  std::vector<Change> changes_;
  std::vector<std::string> old_rows_;
  Batch waiting_;  // made, not pushed yet
};

}  // namespace

void RegisterChangelogNormalize(OperatorRegistry* registry) {
  registry->Register(ChangelogNormalizeNode::kKind,
                     [](const PlanNodePtr& node,
                        const OperatorContext& context) -> Result<std::unique_ptr<Operator>> {
                       return std::make_unique<ChangelogNormalize>(
                           *As<ChangelogNormalizeNode>(node), context);
                     });
}

}  // namespace millrace
