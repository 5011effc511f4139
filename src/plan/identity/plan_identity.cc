// SPDX-License-Identifier: Apache-2.0
#include "plan/identity/plan_identity.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "base/json_value.h"
#include "base/json_writer.h"
#include "plan/nodes/sink_nodes.h"
#include "plan/nodes/source_nodes.h"

namespace millrace {
namespace {

/// Scans with equal keys read the same data, whatever columns they want of it.
std::string NodeKey(const PlanNodePtr& node) {
  if (const auto* scan = As<ScanNode>(node)) {
    return "Scan " + scan->table()->path + "\n" + scan->table()->scan_note;
  }
  return node->digest();
}

std::vector<std::string> Sorted(const std::set<std::string>& names) {
  return {names.begin(), names.end()};
}

void WriteColumns(const std::vector<StoredColumn>& columns, JsonWriter* out) {
  out->BeginArray();
  for (const StoredColumn& column : columns) {
    out->BeginObject().Field("origin", column.origin).Field("type", column.type).EndObject();
  }
  out->EndArray();
}

void WriteNames(std::string_view key, const std::vector<std::string>& names, JsonWriter* out) {
  out->Key(key).BeginArray();
  for (const std::string& name : names) out->String(name);
  out->EndArray();
}

void WriteOperator(const OperatorIdentity& identity, JsonWriter* out) {
  out->BeginObject().Field("id", identity.id).Field("kind", identity.kind);
  out->Field("role", RoleName(identity.role)).Field("description", identity.description);
  out->Field("signature", identity.Signature()).Field("digest", identity.digest);
  out->Field("state_version", identity.version);
  out->Key("aspects").BeginArray();
  for (const IdentityAspect& aspect : identity.aspects) {
    out->BeginObject().Field("name", aspect.name).Field("value", aspect.value).EndObject();
  }
  out->EndArray().Key("keys");
  WriteColumns(identity.keys, out);
  out->Key("rows").BeginArray();
  for (const StoredRows& rows : identity.rows) {
    out->BeginObject().Field("table", rows.table).Key("columns");
    WriteColumns(rows.columns, out);
    if (rows.reach >= 0) out->Field("reach", rows.reach);
    out->EndObject();
  }
  out->EndArray().Key("parts").BeginArray();
  for (const StatePart& part : identity.parts) {
    out->BeginObject().Field("call", part.call).Field("layout", part.layout).EndObject();
  }
  out->EndArray().Field("separate", identity.parts_are_separate);
  WriteNames("reads", identity.reads, out);
  WriteNames("feeds", identity.feeds, out);
  out->Key("place").BeginObject();
  for (const auto& [key, value] : identity.place) out->Field(key, value);
  out->EndObject().Field("start", identity.start).EndObject();
}

OperatorIdentity::Role RoleOf(std::string_view name) {
  using Role = OperatorIdentity::Role;
  for (const Role role : {Role::kSource, Role::kState, Role::kSink}) {
    if (RoleName(role) == name) return role;
  }
  return Role::kPassing;
}

std::vector<StoredColumn> ReadColumns(const JsonValue& value) {
  std::vector<StoredColumn> columns;
  for (const JsonValue& column : value.array()) {
    columns.push_back({column["origin"].string(), column["type"].string()});
  }
  return columns;
}

std::vector<std::string> ReadNames(const JsonValue& value) {
  std::vector<std::string> names;
  for (const JsonValue& name : value.array()) names.push_back(name.string());
  return names;
}

OperatorIdentity ReadOperator(const JsonValue& value) {
  OperatorIdentity identity;
  identity.id = value["id"].string();
  identity.kind = value["kind"].string();
  identity.role = RoleOf(value["role"].string());
  identity.description = value["description"].string();
  identity.version = value["state_version"].string();
  identity.digest = value["digest"].string();
  for (const JsonValue& aspect : value["aspects"].array()) {
    identity.aspects.push_back({aspect["name"].string(), aspect["value"].string()});
  }
  identity.keys = ReadColumns(value["keys"]);
  for (const JsonValue& rows : value["rows"].array()) {
    StoredRows& stored = identity.rows.emplace_back();
    stored.table = rows["table"].string();
    stored.columns = ReadColumns(rows["columns"]);
    if (rows.object().contains("reach")) {
      stored.reach = static_cast<int64_t>(rows["reach"].number());
    }
  }
  for (const JsonValue& part : value["parts"].array()) {
    identity.parts.push_back({part["call"].string(), part["layout"].string()});
  }
  identity.parts_are_separate = value["separate"].boolean();
  identity.reads = ReadNames(value["reads"]);
  identity.feeds = ReadNames(value["feeds"]);
  for (const auto& [key, text] : value["place"].object()) identity.place[key] = text.string();
  identity.start = value["start"].string();
  return identity;
}

}  // namespace

class PlanIdentityBuilder {
 public:
  explicit PlanIdentityBuilder(PlanIdentity* plan) : plan_(plan) {}

  void AddRoots(const std::vector<PlanNodePtr>& roots) {
    for (const PlanNodePtr& root : roots) {
      const auto* sink = As<SinkNode>(root);
      const std::string feeds = sink ? ShortTablePath(sink->table()->path) : "the client";
      for (const PlanNodePtr& child : root->children()) AddBelow(child, feeds);
      const size_t index = New(root, "");
      plan_->operators_[index].reads = Sorted(reads_[root.get()]);
      feeds_[index].insert(feeds);
      plan_->roots_.push_back(index);
    }
    for (size_t i = 0; i < plan_->operators_.size(); ++i) {
      plan_->operators_[i].feeds = Sorted(feeds_[i]);
    }
    NumberEquals();
    for (OperatorIdentity& identity : plan_->operators_) {
      if (identity.role != OperatorIdentity::Role::kState) continue;
      identity.description = WithoutTables(std::move(identity.description), identity.reads);
    }
  }

 private:
  void AddBelow(const PlanNodePtr& node, const std::string& feeds) {
    if (!visited_.emplace(node.get(), feeds).second) return;
    for (const PlanNodePtr& child : node->children()) AddBelow(child, feeds);
    const std::string key = NodeKey(node);
    const auto found = plan_->by_digest_.find(key);
    const size_t index = found != plan_->by_digest_.end() ? found->second : New(node, key);
    feeds_[index].insert(feeds);
    if (found == plan_->by_digest_.end()) {
      plan_->operators_[index].reads = Sorted(ReadsOf(node));
    }
  }

  size_t New(const PlanNodePtr& node, const std::string& key) {
    const size_t index = plan_->operators_.size();
    plan_->operators_.push_back(DescribeOperator(node, &origins_));
    if (!key.empty()) plan_->by_digest_.emplace(key, index);
    ReadsOf(node);
    return index;
  }

  const std::set<std::string>& ReadsOf(const PlanNodePtr& node) {
    if (const auto found = reads_.find(node.get()); found != reads_.end()) return found->second;
    std::set<std::string> reads;
    if (const auto* scan = As<ScanNode>(node)) reads.insert(ShortTablePath(scan->table()->path));
    for (const PlanNodePtr& child : node->children()) {
      const std::set<std::string>& below = ReadsOf(child);
      reads.insert(below.begin(), below.end());
    }
    return reads_.emplace(node.get(), std::move(reads)).first->second;
  }

  void NumberEquals() {
    std::map<std::string, std::vector<OperatorIdentity*>> equals;
    for (OperatorIdentity& identity : plan_->operators_) {
      equals[identity.Base()].push_back(&identity);
    }
    for (auto& [base, group] : equals) {
      std::ranges::stable_sort(group, [](const auto* a, const auto* b) {
        return std::tie(a->feeds, a->digest) < std::tie(b->feeds, b->digest);
      });
      for (size_t i = 0; i < group.size(); ++i) {
        group[i]->id = i == 0 ? base : base + "-" + std::to_string(i);
      }
    }
  }

  PlanIdentity* plan_;
  ColumnOrigins origins_;
  std::map<const PlanNode*, std::set<std::string>> reads_;
  std::map<size_t, std::set<std::string>> feeds_;
  std::set<std::pair<const PlanNode*, std::string>> visited_;
};

PlanIdentity PlanIdentity::Of(const std::vector<PlanNodePtr>& roots) {
  PlanIdentity plan;
  PlanIdentityBuilder(&plan).AddRoots(roots);
  return plan;
}

const OperatorIdentity* PlanIdentity::Find(std::string_view id) const {
  const auto found = std::ranges::find(operators_, id, &OperatorIdentity::id);
  return found == operators_.end() ? nullptr : &*found;
}

std::string PlanIdentity::IdOf(const PlanNodePtr& node) const {
  const auto found = by_digest_.find(NodeKey(node));
  return found == by_digest_.end() ? node->id() : operators_[found->second].id;
}

const std::string& PlanIdentity::IdOfRoot(size_t root) const { return operators_[roots_[root]].id; }

void PlanIdentity::Adopt(const PlanIdentity& before,
                         const std::map<std::string, std::string>& ids) {
  std::set<std::string> taken;
  for (const OperatorIdentity& old : before.operators_) taken.insert(old.id);
  for (OperatorIdentity& identity : operators_) {
    if (const auto found = ids.find(identity.id); found != ids.end()) {
      identity.id = found->second;
      continue;
    }
    const std::string base = identity.Base();
    for (int i = 1; !taken.insert(identity.id).second; ++i) {
      identity.id = base + "-" + std::to_string(i);
    }
  }
}

std::string PlanIdentity::ToJson() const {
  JsonWriter out;
  out.BeginArray();
  for (const OperatorIdentity& identity : operators_) WriteOperator(identity, &out);
  out.EndArray();
  return std::move(out).Finish();
}

PlanIdentity PlanIdentity::FromJson(const JsonValue& operators) {
  PlanIdentity plan;
  for (const JsonValue& value : operators.array()) plan.Add(ReadOperator(value));
  return plan;
}

}  // namespace millrace
