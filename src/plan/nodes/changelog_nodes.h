// SPDX-License-Identifier: Apache-2.0
// Nodes that turn one kind of changelog into another.
#pragma once

#include <array>
#include <map>

#include "plan/node.h"

namespace millrace {

/// Upserts and deletes by key -> a full changelog: +I for a new key, -U and +U for a known one, -D
/// with the whole last row for a delete. An upsert that changes nothing and a delete of an unknown
/// key give nothing; with a time-to-live, as in Flink, such an upsert is passed on as a change. Old
/// versions of updated rows (-U) are not looked at.
class ChangelogNormalizeNode final : public PlanNode {
 public:
  static constexpr std::string_view kKind = "ChangelogNormalize";
  /// `state_ttl_ms`: a key is forgotten that long after its last upsert; 0: never.
  ChangelogNormalizeNode(PlanNodePtr input, std::vector<int> keys, int64_t state_ttl_ms = 0);
  std::string_view kind() const override { return kKind; }
  PlanNodePtr WithChildren(std::vector<PlanNodePtr> children) const override;
  std::string details() const override;
  ChangelogMode changelog_mode() const override { return ChangelogMode::All(); }
  Distribution required_distribution(size_t) const override { return Distribution::Hash(keys_); }
  bool has_keyed_state() const override { return true; }
  std::string state_description() const override;
  const std::vector<int>& keys() const { return keys_; }
  int64_t state_ttl_ms() const { return state_ttl_ms_; }

 private:
  std::vector<int> keys_;
  int64_t state_ttl_ms_;
};

/// INSERT, UPDATE_BEFORE, UPDATE_AFTER, DELETE.
std::string_view OperationName(ChangeKind kind);

/// Each change as a row that is only added; its code is the first column of the output. Changes of
/// a kind without a code are left out.
class ToChangelogNode final : public PlanNode {
 public:
  static constexpr std::string_view kKind = "ToChangelog";
  using Codes = std::array<std::optional<std::string>, 4>;  // by ChangeKind
  ToChangelogNode(PlanNodePtr input, std::string operation, Codes codes);
  std::string_view kind() const override { return kKind; }
  PlanNodePtr WithChildren(std::vector<PlanNodePtr> children) const override;
  std::string details() const override;
  ChangelogMode changelog_mode() const override { return ChangelogMode::InsertOnly(); }
  const Codes& codes() const { return codes_; }

 private:
  std::string operation_;
  Codes codes_;
};

/// Each row as the change that its code says; the column of the codes does not go out.
class FromChangelogNode final : public PlanNode {
 public:
  static constexpr std::string_view kKind = "FromChangelog";
  using Kinds = std::map<std::string, ChangeKind, std::less<>>;  // by code
  FromChangelogNode(PlanNodePtr input, int operation, Kinds kinds);
  std::string_view kind() const override { return kKind; }
  PlanNodePtr WithChildren(std::vector<PlanNodePtr> children) const override;
  std::string details() const override;
  ChangelogMode changelog_mode() const override { return ChangelogMode::All(); }
  int operation() const { return operation_; }
  const Kinds& kinds() const { return kinds_; }

 private:
  int operation_;
  Kinds kinds_;
};

/// A changelog in which several rows may have one key at a time -> upserts and deletes by key, of
/// the row that came last of those that are there: ON CONFLICT DO DEDUPLICATE, Flink's
/// SinkUpsertMaterializer.
class MaterializeNode final : public PlanNode {
 public:
  static constexpr std::string_view kKind = "Materialize";
  MaterializeNode(PlanNodePtr input, std::vector<int> keys);
  std::string_view kind() const override { return kKind; }
  PlanNodePtr WithChildren(std::vector<PlanNodePtr> children) const override;
  std::string details() const override;
  ChangelogMode changelog_mode() const override { return ChangelogMode::Upsert(); }
  Distribution required_distribution(size_t) const override { return Distribution::Hash(keys_); }
  bool has_keyed_state() const override { return true; }
  std::string state_description() const override { return "all rows per key, for ever"; }
  const std::vector<int>& keys() const { return keys_; }

 private:
  std::vector<int> keys_;
};

/// The same for ON CONFLICT DO NOTHING and DO ERROR. Changes wait until the watermark moves, since
/// only then all that belongs to one row of a source is there; of several rows that a key has then,
/// the first stays, or the job fails. As Flink's WatermarkCompactingSinkMaterializer.
class ResolveConflictsNode final : public PlanNode {
 public:
  static constexpr std::string_view kKind = "ResolveConflicts";
  struct Fields {
    std::vector<int> keys;  // of the table
    /// Columns that tell the rows of the query apart; empty: all of them do.
    std::vector<int> row_key;
    bool fails = false;  // DO ERROR
  };
  ResolveConflictsNode(PlanNodePtr input, Fields fields);
  std::string_view kind() const override { return kKind; }
  PlanNodePtr WithChildren(std::vector<PlanNodePtr> children) const override;
  std::string details() const override;
  ChangelogMode changelog_mode() const override { return ChangelogMode::Upsert(); }
  Distribution required_distribution(size_t) const override {
    return Distribution::Hash(fields_.keys);
  }
  bool has_keyed_state() const override { return true; }
  std::string state_description() const override {
    return "a row per key, for ever, and changes until the watermark moves";
  }
  const Fields& fields() const { return fields_; }

 private:
  Fields fields_;
};

}  // namespace millrace
