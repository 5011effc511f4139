// SPDX-License-Identifier: Apache-2.0
// Join: the regular join. The changelog is Flink's, row by row: a row meets the rows that the other
// side holds at that moment, and is then kept or taken out of its own side. A row of an outer side
// goes out alone while it has no partner (and is taken back, -D, when the first one comes), so how
// many partners it has must be known. Where nothing but the key decides and no row expires, that is
// the number of rows which the other side has under the key, and no count is kept.
//
// Rows of one batch never meet each other, so keys are looked up and a condition is evaluated for
// whole batches. Changes are made kMaxBatchRows at a time and the place among the partners of a row
// is remembered, so a row with very many partners holds up its input, not memory.
#include <arrow/api.h>

#include <algorithm>

#include "data/take.h"
#include "expr/evaluator.h"
#include "operators/builtin.h"
#include "operators/column_types.h"
#include "operators/input_watermarks.h"
#include "operators/join/join_side.h"
#include "operators/row_failures.h"
#include "operators/stepped_operator.h"

namespace millrace {
namespace {

/// Rows that go out: each is made of a row of the batch (-1: NULLs) and a held one (kNone: NULLs).
struct Changes {
  std::vector<ChangeKind> kinds;
  std::vector<int32_t> causes;  // the rows of the batch that they come from
  std::vector<int32_t> own;
  std::vector<uint32_t> held;
  bool only_inserts = true;
  bool all_own = true;  // no row of the batch is missing

  void Clear() {
    kinds.clear();
    causes.clear();
    own.clear();
    held.clear();
    only_inserts = all_own = true;
  }
  void Add(ChangeKind kind, int32_t cause, int32_t own_row, uint32_t held_row) {
    kinds.push_back(kind);
    causes.push_back(cause);
    own.push_back(own_row);
    held.push_back(held_row);
    only_inserts = only_inserts && kind == ChangeKind::kInsert;
    all_own = all_own && own_row >= 0;
  }
  bool full() const { return static_cast<int64_t>(kinds.size()) >= kMaxBatchRows; }
};

/// Rows of `input` must know whether they have partners.
bool NeedsMatches(const JoinNode& node, size_t input) {
  return node.left_only() ? input == 0 : node.input(input).pads;
}

bool KeepsCounts(const JoinNode& node, size_t input) {
  const JoinNode::Fields& fields = node.fields();
  const bool follows =
      fields.condition == nullptr && fields.ttl_ms[0] == 0 && fields.ttl_ms[1] == 0;
  return NeedsMatches(node, input) && !follows;
}

KeyCodec KeysOf(const JoinNode& node, size_t input) {
  return {node.keys(input), TypesOf(node.children()[input]->schema(), node.keys(input))};
}

class Join final : public SteppedOperator {
 public:
  Join(const PlanNodePtr& node, const OperatorContext& context)
      : node_(node),
        join_(*As<JoinNode>(node_)),
        context_(context),
        cells_("cells", context.state->track()),
        watermarks_(2, &cells_),
        sequence_(cells_.Add("sequence", 0, CellTable::Rule::kGreatest)),
        left_(join_, 0, context, OptionsOf(0)),
        right_(join_, 1, context, OptionsOf(1)),
        codecs_{KeysOf(join_, 0), KeysOf(join_, 1)} {
    context.state->Register(&cells_);
    const ExpressionPtr& condition = join_.fields().condition;
    if (condition == nullptr) return;
    condition_.emplace(std::vector<ExpressionPtr>{condition}, context.session);
    condition_reads_.resize(join_.pair_schema().size(), false);
    condition->CollectInputs(&condition_reads_);
  }

  Status OnBatch(int input, Batch batch, Output* output) override {
    if (batch.num_rows == 0) return OkStatus();
    watermarks_.Apply(input, &batch);
    input_ = static_cast<size_t>(input);
    batch_ = std::move(batch);
    row_ = 0;
    TRY(Begin());
    return Continue(output);
  }

  Status OnWatermark(int input, Watermark watermark, Output* output) override {
    output->Push(watermarks_.Advance(input, watermark));
    return OkStatus();
  }

  Status OnTime(int64_t now_ms, Output*) override {
    TRY(left_.Expire(now_ms));
    return right_.Expire(now_ms);
  }

  Status OnRestore() override {
    TRY(left_.Restored());
    return right_.Restored();
  }

 private:
  JoinSide::Options OptionsOf(size_t input) {
    const bool one = join_.input(input).shape == JoinInputShape::kJoinKeyContainsUniqueKey;
    return {.name = std::string(input == 0 ? "left" : "right") + (one ? " row" : ""),
            .counts = KeepsCounts(join_, input),
            .cells = &cells_,
            .sequence = sequence_};
  }
  JoinSide& own() { return input_ == 0 ? left_ : right_; }
  JoinSide& other() { return input_ == 0 ? right_ : left_; }

  Status Begin() {
    codecs_[input_].Encode(batch_, &keys_);
    FindNulls();
    TRY(own().BeginBatch(batch_, keys_, passes_));
    TRY(other().Find(keys_, &other_places_));
    other_counts_ = KeepsCounts(join_, 1 - input_);
    other_matters_ = NeedsMatches(join_, 1 - input_);
    entry_ = 0;
    matches_ = 0;
    return OkStatus();
  }

  /// Rows with a NULL among the keys that no NULL equals have no partner and are not kept.
  void FindNulls() {
    passes_.assign(static_cast<size_t>(batch_.num_rows), false);
    const std::vector<int>& keys = join_.keys(input_);
    const std::vector<bool>& nulls_match = join_.fields().nulls_match;
    for (size_t key = 0; key < keys.size(); ++key) {
      const arrow::Array& column = *batch_.columns[static_cast<size_t>(keys[key])];
      if (column.null_count() == 0 || (key < nulls_match.size() && nulls_match[key])) continue;
      for (int64_t row = 0; row < batch_.num_rows; ++row) {
        if (column.IsNull(row)) passes_[static_cast<size_t>(row)] = true;
      }
    }
  }

  /// Makes the next rows that go out.
  Status Step() override {
    changes_.Clear();
    if (condition_.has_value()) {
      TRY(MeetUnderCondition());
    } else {
      Meet();
    }
    TRY_ASSIGN(Batch pairs, Compose());
    pending_.Set(std::move(pairs));
    if (row_ < batch_.num_rows) return OkStatus();
    own().EndBatch();
    batch_ = Batch();
    return OkStatus();
  }

  static constexpr size_t kFarAhead = 16;
  static constexpr size_t kAhead = 8;

  void PrefetchPartners(size_t i) {
    if (i + kFarAhead >= other_places_.size()) return;
    other().Prefetch(other_places_[i + kFarAhead]);
    other().PrefetchRows(other_places_[i + kAhead]);
  }
  void PrefetchOwn(size_t i) {
    if (i + kFarAhead >= other_places_.size()) return;
    own().PrefetchOwn(i + kFarAhead);
    own().PrefetchInsert(i + kAhead);
  }

  /// Partners are all rows of the key.
  void Meet() {
    for (; row_ < batch_.num_rows && !changes_.full(); ++row_) {
      const auto i = static_cast<size_t>(row_);
      PrefetchPartners(i);
      PrefetchOwn(i);
      const auto all =
          passes_[i] ? std::span<const OrderedEntry>() : other().rows_of(other_places_[i]);
      const auto part = all.subspan(entry_, std::min<size_t>(kMaxBatchRows, all.size() - entry_));
      entry_ += part.size();
      MeetPart(part);
      if (entry_ < all.size()) return;
      EndRow();
    }
  }

  /// Collects pairs of the next rows, evaluates the condition for all of them, and goes on with
  /// those that satisfy it.
  Status MeetUnderCondition() {
    probes_.clear();
    partners_.clear();
    const auto begin = row_;
    int64_t end = row_;
    size_t entry = entry_;
    for (; end < batch_.num_rows && end - begin < kMaxBatchRows; ++end, entry = 0) {
      const auto i = static_cast<size_t>(end);
      PrefetchPartners(i);
      const auto all =
          passes_[i] ? std::span<const OrderedEntry>() : other().rows_of(other_places_[i]);
      const size_t room = static_cast<size_t>(kMaxBatchRows) - probes_.size();
      const auto part = all.subspan(entry, std::min(room, all.size() - entry));
      probes_.insert(probes_.end(), part.size(), static_cast<int32_t>(end));
      partners_.insert(partners_.end(), part.begin(), part.end());
      entry += part.size();
      if (entry < all.size()) break;
    }
    std::vector<int32_t> passed;
    if (!probes_.empty()) TRY(SelectPairs(&passed));
    size_t next = 0;
    std::vector<OrderedEntry> part;
    for (; row_ <= end && row_ < batch_.num_rows; ++row_) {
      PrefetchOwn(static_cast<size_t>(row_));
      part.clear();
      for (; next < passed.size() && probes_[static_cast<size_t>(passed[next])] == row_; ++next) {
        part.push_back(partners_[static_cast<size_t>(passed[next])]);
      }
      MeetPart(part);
      if (row_ == end) break;
      EndRow();
    }
    entry_ = row_ < batch_.num_rows ? entry : 0;
    return OkStatus();
  }

  Status SelectPairs(std::vector<int32_t>* passed) {
    TRY_ASSIGN(Batch pairs, MakePairs(/*all_columns=*/false));
    RowErrors errors;
    TRY(condition_->Select(pairs, &errors, passed));
    if (errors.empty()) return OkStatus();
    TRY_ASSIGN(pairs, MakePairs(/*all_columns=*/true));
    return ReportRowErrors(context_, errors, pairs, join_.pair_schema());
  }

  /// Pairs as rows; of those columns only that the condition reads, if not all.
  Result<Batch> MakePairs(bool all_columns) {
    std::vector<uint32_t> held;
    for (const OrderedEntry& partner : partners_) held.push_back(partner.row);
    Batch pairs = batch_.WithColumns({}).Take(probes_);
    const size_t left_size = join_.children()[0]->schema().size();
    const size_t own_begin = input_ == 0 ? 0 : left_size;
    const size_t own_end = own_begin + batch_.columns.size();
    pairs.columns.resize(condition_reads_.size());
    for (size_t column = 0; column < pairs.columns.size(); ++column) {
      if (!all_columns && !condition_reads_[column]) continue;
      if (column >= own_begin && column < own_end) {
        pairs.columns[column] = TakeRows(*batch_.columns[column - own_begin], probes_);
        continue;
      }
      const size_t other_begin = input_ == 0 ? left_size : 0;
      TRY_ASSIGN(pairs.columns[column], other().rows().Gather(column - other_begin, held));
    }
    return pairs;
  }

  /// The row at hand meets some of its partners.
  void MeetPart(std::span<const OrderedEntry> part) {
    matches_ += static_cast<int64_t>(part.size());
    if (join_.left_only()) {
      if (input_ == 1) MeetLeftRows(part);
      return;
    }
    const ChangeKind kind = batch_.kind(row_);
    const bool adds = IsAddition(kind);
    const auto cause = static_cast<int32_t>(row_);
    const bool own_pads = join_.input(input_).pads;
    if (other_matters_ && adds) Associate(part, 1);
    ChangeKind pair_kind = kind;
    if (adds && (own_pads || other_matters_)) pair_kind = ChangeKind::kInsert;
    if (!adds && own_pads) pair_kind = ChangeKind::kDelete;
    for (const OrderedEntry& partner : part) changes_.Add(pair_kind, cause, cause, partner.row);
    if (other_matters_ && !adds) Associate(part, -1);
  }

  /// Rows of an outer other side get or lose a partner: those without any go out alone.
  void Associate(std::span<const OrderedEntry> part, int64_t change) {
    const auto cause = static_cast<int32_t>(row_);
    VisitMatches(part, change, [&](const OrderedEntry& partner, int64_t before) {
      if (change > 0 && before == 0) changes_.Add(ChangeKind::kDelete, cause, -1, partner.row);
      if (change < 0 && before == 1) changes_.Add(ChangeKind::kInsert, cause, -1, partner.row);
    });
  }

  /// A right row of a semi or anti join meets left ones.
  void MeetLeftRows(std::span<const OrderedEntry> part) {
    const ChangeKind kind = batch_.kind(row_);
    const bool adds = IsAddition(kind);
    const bool anti = join_.fields().type == JoinType::kAnti;
    const auto cause = static_cast<int32_t>(row_);
    VisitMatches(part, adds ? 1 : -1, [&](const OrderedEntry& partner, int64_t before) {
      if (before != (adds ? 0 : 1)) return;
      const ChangeKind turned = adds ? ChangeKind::kDelete : ChangeKind::kInsert;
      changes_.Add(anti ? turned : kind, cause, -1, partner.row);
    });
  }

  /// Tells how many partners each of the rows had before, and counts this one.
  template <typename Visit>
  void VisitMatches(std::span<const OrderedEntry> part, int64_t change, Visit visit) {
    const auto i = static_cast<size_t>(row_);
    if (!other_counts_) {
      const auto before = static_cast<int64_t>(own().own_rows(i).size());
      if (before != (change > 0 ? 0 : 1)) return;
      for (const OrderedEntry& partner : part) visit(partner, before);
      return;
    }
    const int group = KeyGroupOf(keys_.hashes[i]);
    // Counting may move entries.
    const std::vector<OrderedEntry> copy(part.begin(), part.end());
    for (const OrderedEntry& partner : copy) {
      const int64_t before = other().matches(partner, group);
      visit(partner, before);
      other().SetMatches(other_places_[i], partner, before + change, group);
    }
  }

  /// The row at hand has met all its partners.
  void EndRow() {
    const auto i = static_cast<size_t>(row_);
    const ChangeKind kind = batch_.kind(row_);
    const bool adds = IsAddition(kind);
    const auto row = static_cast<int32_t>(row_);
    if (join_.left_only()) {
      const bool wanted = (matches_ > 0) == (join_.fields().type == JoinType::kSemi);
      if (input_ == 0 && wanted) changes_.Add(kind, row, row, RowStore::kNone);
    } else if (matches_ == 0 && join_.input(input_).pads) {
      changes_.Add(adds ? ChangeKind::kInsert : ChangeKind::kDelete, row, row, RowStore::kNone);
    }
    if (!passes_[i]) {
      const int group = KeyGroupOf(keys_.hashes[i]);
      if (adds) {
        own().Insert(i, matches_, group);
      } else {
        own().Remove(i, group);
      }
    }
    entry_ = 0;
    matches_ = 0;
  }

  Result<Batch> Compose() {
    if (changes_.kinds.empty()) return Batch();
    Batch out =
        changes_.all_own ? batch_.Take(changes_.own) : batch_.WithColumns({}).Take(changes_.causes);
    const bool shows_own = !join_.left_only() || input_ == 0;
    if (!changes_.all_own) {
      for (const auto& column : batch_.columns) {
        if (shows_own) out.columns.push_back(TakeRows(*column, changes_.own));
      }
    }
    if (!join_.left_only() || input_ == 1) {
      if (!shows_own) out.columns.clear();
      TRY_ASSIGN(const auto held, other().rows().GatherAll(changes_.held));
      out.columns.insert(input_ == 0 ? out.columns.end() : out.columns.begin(), held.begin(),
                         held.end());
    }
    out.kinds = changes_.only_inserts
                    ? nullptr
                    : std::make_shared<std::vector<ChangeKind>>(std::move(changes_.kinds));
    return out;
  }

  PlanNodePtr node_;
  const JoinNode& join_;
  OperatorContext context_;
  CellTable cells_;
  InputWatermarks watermarks_;
  size_t sequence_;
  JoinSide left_;
  JoinSide right_;
  KeyCodec codecs_[2];
  std::optional<Evaluator> condition_;
  std::vector<bool> condition_reads_;  // columns of the pairs

  // Of the batch at hand.
  size_t input_ = 0;
  EncodedKeys keys_;
  std::vector<bool> passes_;
  std::vector<uint32_t> other_places_;
  bool other_matters_ = false;  // rows of the other side must know their partners
  bool other_counts_ = false;   // by counts
  size_t entry_ = 0;            // so many partners of the row have been met
  int64_t matches_ = 0;         // so many of them match

  // Of one step.
  std::vector<int32_t> probes_;
  std::vector<OrderedEntry> partners_;
  Changes changes_;
};

}  // namespace

void RegisterJoin(OperatorRegistry* registry) {
  registry->Register(JoinNode::kKind,
                     [](const PlanNodePtr& node,
                        const OperatorContext& context) -> Result<std::unique_ptr<Operator>> {
                       return std::make_unique<Join>(node, context);
                     });
}

}  // namespace millrace
