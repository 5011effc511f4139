// SPDX-License-Identifier: Apache-2.0
// Plan nodes and operators for tests of the runtime, which must not depend on real ones: a node
// with any distribution, an operator that repeats rows (resumable), one that counts rows per key.
// Header only.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <arrow/api.h>

#include "data/key_codec.h"
#include "operators/operator.h"
#include "plan/node.h"
#include "state/encoding.h"
#include "state/key_table.h"
#include "support/batch_builder.h"

namespace millrace {

class TestNode final : public PlanNode {
 public:
  struct Fields {
    std::string kind;
    std::string details;
    std::vector<Distribution> distributions;  // by input; missing = any
    bool keyed_state = false;
  };
  TestNode(std::vector<PlanNodePtr> inputs, Fields fields, Schema schema)
      : PlanNode(std::move(inputs), std::move(schema)), fields_(std::move(fields)) {}
  std::string_view kind() const override { return fields_.kind; }
  PlanNodePtr WithChildren(std::vector<PlanNodePtr> inputs) const override {
    return std::make_shared<TestNode>(std::move(inputs), fields_, schema());
  }
  std::string details() const override { return fields_.details; }
  ChangelogMode changelog_mode() const override { return ChangelogMode::All(); }
  Distribution required_distribution(size_t input) const override {
    return input < fields_.distributions.size() ? fields_.distributions[input] : Distribution{};
  }
  bool has_keyed_state() const override { return fields_.keyed_state; }

 private:
  Fields fields_;
};

/// Emits every row `times` times, in output calls of at most kMaxBatchRows rows.
class RepeatOperator final : public Operator {
 public:
  explicit RepeatOperator(int times) : times_(times) {}
  Status OnBatch(int, Batch batch, Output* output) override {
    batch_ = std::move(batch);
    left_ = times_;
    return Continue(output);
  }
  bool more() const override { return left_ > 0; }
  Status Continue(Output* output) override {
    while (left_ > 0 && !output->full()) {
      output->Push(batch_);
      --left_;
    }
    return OkStatus();
  }

 private:
  int times_;
  int left_ = 0;
  Batch batch_;
};

/// Counts rows per value of column 0 (BIGINT); at the end of the input emits (key, count) in key
/// order.
class CountOperator final : public Operator {
 public:
  CountOperator(Schema schema, int inputs, const OperatorContext& context)
      : schema_(std::move(schema)),
        inputs_(inputs),
        table_("counts", context.state->track(),
               {.write =
                    [this](uint32_t slot, std::string* out) {
                      PutOrdered(counts_[slot].first, out);
                      PutOrdered(counts_[slot].second, out);
                    },
                .read = [this](uint32_t slot, std::string_view bytes) -> Status {
                  Fit();
                  if (GetOrdered(&bytes, &counts_[slot].first) &&
                      GetOrdered(&bytes, &counts_[slot].second)) {
                    return OkStatus();
                  }
                  return CorruptStateEntry("counts");
                },
                .clear = [this](uint32_t slot) { counts_[slot] = {}; }}) {
    context.state->Register(&table_);
  }
  Status OnBatch(int, Batch batch, Output*) override {
    codec_.Encode(batch, &keys_);
    table_.FindOrInsert(keys_, &slots_);
    Fit();
    const auto& values = static_cast<const arrow::Int64Array&>(*batch.columns[0]);
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      const uint32_t slot = slots_[static_cast<size_t>(row)];
      counts_[slot].first = values.Value(row);
      ++counts_[slot].second;
      table_.MarkDirty(slot);
    }
    return OkStatus();
  }
  Status OnEnd(int, Output* output) override {
    if (++ended_ < inputs_) return OkStatus();
    std::map<int64_t, int64_t> counts;
    for (uint32_t slot = 0; slot < table_.slot_limit(); ++slot) {
      if (!table_.live(slot)) continue;
      counts.insert(std::exchange(counts_[slot], {}));
      table_.Erase(slot);
    }
    BatchBuilder builder(schema_);
    for (const auto& [key, count] : counts) builder.Row({key, count});
    output->Push(builder.Build());
    return OkStatus();
  }

 private:
  void Fit() {
    if (counts_.size() < table_.slot_limit()) counts_.resize(table_.slot_limit());
  }

  Schema schema_;
  int inputs_;
  int ended_ = 0;
  KeyCodec codec_{{0}, {DataType::BigInt()}};
  KeyTable table_;
  std::vector<std::pair<int64_t, int64_t>> counts_;  // by slot: key, count
  EncodedKeys keys_;
  std::vector<uint32_t> slots_;
};

/// Passes rows on, but those whose column 1 (BIGINT) is divisible by five fail.
class RejectOperator final : public Operator {
 public:
  RejectOperator(Schema schema, OperatorContext context)
      : schema_(std::move(schema)), context_(std::move(context)) {}
  Status OnBatch(int, Batch batch, Output* output) override {
    const auto& values = static_cast<const arrow::Int64Array&>(*batch.columns[1]);
    std::vector<int32_t> kept;
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      if (values.Value(row) % 5 != 0) {
        kept.push_back(static_cast<int32_t>(row));
        continue;
      }
      ++context_.metrics->rows_failed;
      Status handled = context_.on_row_failure({.stage = "processing",
                                                .reason = "divisible by five",
                                                .batch = &batch,
                                                .schema = &schema_,
                                                .row = row});
      if (!handled) return handled;
    }
    output->Push(batch.Take(kept));
    return OkStatus();
  }

 private:
  Schema schema_;
  OperatorContext context_;
};

/// Passes rows on.
class PassOperator final : public Operator {
 public:
  Status OnBatch(int, Batch batch, Output* output) override {
    output->Push(std::move(batch));
    return OkStatus();
  }
};

/// Registry whose operators are chosen by node kind: "Repeat" (times in details), "Count",
/// "Reject", "Pass".
inline OperatorRegistry TestOperators() {
  OperatorRegistry registry;
  using Made = Result<std::unique_ptr<Operator>>;
  registry.Register("Repeat", [](const PlanNodePtr& node, const OperatorContext&) -> Made {
    return std::make_unique<RepeatOperator>(std::stoi(node->details()));
  });
  registry.Register("Count", [](const PlanNodePtr& node, const OperatorContext& context) -> Made {
    return std::make_unique<CountOperator>(node->schema(),
                                           static_cast<int>(node->children().size()), context);
  });
  registry.Register("Reject", [](const PlanNodePtr& node, const OperatorContext& context) -> Made {
    return std::make_unique<RejectOperator>(node->schema(), context);
  });
  registry.Register("Pass", [](const PlanNodePtr&, const OperatorContext&) -> Made {
    return std::make_unique<PassOperator>();
  });
  return registry;
}

}  // namespace millrace
