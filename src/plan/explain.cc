// SPDX-License-Identifier: Apache-2.0
#include "plan/explain.h"

#include <map>
#include <set>

#include "base/json_writer.h"
#include "plan/delay.h"
#include "plan/nodes/node_text.h"
#include "plan/nodes/source_nodes.h"
#include "plan/shared_scans.h"

namespace millrace {
namespace {

std::string Indent(int depth) {
  return depth == 0 ? "" : std::string(static_cast<size_t>(depth - 1) * 3, ' ') + "+- ";
}

void Logical(const PlanNodePtr& node, int depth, std::string* out) {
  *out += Indent(depth) + std::string(node->kind());
  if (!node->details().empty()) *out += "(" + node->details() + ")";
  *out += "\n";
  for (const PlanNodePtr& child : node->children()) Logical(child, depth + 1, out);
}

std::string DistributionText(const Distribution& distribution, const Schema& schema) {
  switch (distribution.kind) {
    case Distribution::Kind::kAny: return "any";
    case Distribution::Kind::kSingle: return "single";
    case Distribution::Kind::kHash: return "hash[" + ColumnList(schema, distribution.keys) + "]";
  }
  return "";
}

std::string DelayText(const OperatorDelay& delay) {
  return delay.ToString() + (delay.reason.empty() ? "" : ": " + delay.reason);
}

std::string NamesOf(const Schema& schema) {
  std::string names;
  for (const Column& column : schema) names += (names.empty() ? "" : ", ") + column.name;
  return names;
}

/// Shared sub-plans are shown once and referred to afterwards.
class PhysicalText {
 public:
  explicit PhysicalText(const Step& step) : settings_(step.settings), scans_(step.roots) {}

  void Write(const PlanNodePtr& node, int depth) {
    if (const auto* scan = As<ScanNode>(node)) {
      const PlanNodePtr whole = scans_.WholeOf(node);
      if (whole != node) {
        text_ += Indent(depth) + "Select(columns=[" + NamesOf(scan->schema()) + "])\n";
        return WriteNode(whole, depth + 1);
      }
    }
    WriteNode(node, depth);
  }
  std::string Take() { return std::move(text_); }

 private:
  void WriteNode(const PlanNodePtr& node, int depth);

  const Settings& settings_;
  SharedScans scans_;
  std::map<std::string, int> shown_;
  std::string text_;
};

void PhysicalText::WriteNode(const PlanNodePtr& node, int depth) {
  const auto [entry, first] = shown_.emplace(node->digest(), static_cast<int>(shown_.size()) + 1);
  text_ += Indent(depth) + "[" + std::to_string(entry->second) + "] " + std::string(node->kind());
  if (!first) {
    text_ += " (shared, see above)\n";
    return;
  }
  if (!node->details().empty()) text_ += "(" + node->details() + ")";
  text_ += "\n";
  const std::string pad(static_cast<size_t>(depth) * 3 + 4, ' ');
  text_ += pad + "changelog: " + node->changelog_mode().ToString() + "\n";
  if (!node->state_description().empty()) {
    text_ += pad + "state: " + node->state_description() + "\n";
  }
  const OperatorDelay delay = DelayOf(node, settings_);
  if (delay.any()) text_ += pad + "delay: " + DelayText(delay) + "\n";
  for (size_t i = 0; i < node->children().size(); ++i) {
    const PlanNodePtr& child = node->children()[i];
    const Distribution wanted = node->required_distribution(i);
    int below = depth + 1;
    if (wanted.kind != Distribution::Kind::kAny) {
      text_ += Indent(below) + "Exchange(" + DistributionText(wanted, child->schema()) + ")\n";
      ++below;
    }
    Write(child, below);
  }
}

class JsonPlan {
 public:
  JsonPlan(const Step& step, JsonWriter* out)
      : settings_(step.settings), scans_(step.roots), out_(out) {}

  void Write(const PlanNodePtr& node) {
    if (!seen_.insert(node->id()).second) return;
    for (const PlanNodePtr& child : node->children()) Write(child);
    const PlanNodePtr whole = As<ScanNode>(node) != nullptr ? scans_.WholeOf(node) : node;
    if (whole == node) return WriteNode(*node, node->kind(), node->children());
    Write(whole);
    WriteNode(*node, "Select", {whole});
  }

 private:
  void WriteNode(const PlanNode& node, std::string_view kind,
                 const std::vector<PlanNodePtr>& inputs);
  void WriteDelay(const OperatorDelay& delay);

  const Settings& settings_;
  SharedScans scans_;
  std::set<std::string> seen_;
  JsonWriter* out_;
};

void JsonPlan::WriteNode(const PlanNode& node, std::string_view kind,
                         const std::vector<PlanNodePtr>& inputs) {
  const bool selects = kind != node.kind();  // columns of a scan that others share
  out_->BeginObject().Field("id", node.id()).Field("kind", kind);
  out_->Field("details", selects ? "columns=[" + NamesOf(node.schema()) + "]" : node.details());
  out_->Key("inputs").BeginArray();
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Distribution wanted = selects ? Distribution() : node.required_distribution(i);
    out_->BeginObject().Field("id", inputs[i]->id());
    out_->Field("distribution", DistributionText(wanted, inputs[i]->schema())).EndObject();
  }
  out_->EndArray().Key("columns").BeginArray();
  for (const Column& column : node.schema()) {
    out_->BeginObject().Field("name", column.name).Field("type", column.type.ToString());
    out_->EndObject();
  }
  out_->EndArray().Field("changelog", node.changelog_mode().ToString());
  out_->Field("state", node.state_description());
  WriteDelay(selects ? OperatorDelay() : DelayOf(node.shared_from_this(), settings_));
  out_->EndObject();
}

void JsonPlan::WriteDelay(const OperatorDelay& delay) {
  out_->Key("delay").BeginObject().Field("event_time_ms", delay.event_time_ms);
  out_->Field("waits_for_watermark", delay.waits_for_watermark).Key("watermark_ms");
  if (delay.watermark_ms) {
    out_->Int(*delay.watermark_ms);
  } else {
    out_->Null();
  }
  out_->Field("wall_ms", delay.wall_ms).Field("reason", delay.reason).EndObject();
}

}  // namespace

std::string ExplainText(const Step& step) {
  std::string text = "== " + step.title + " ==\n\n-- logical plan\n";
  for (const PlanNodePtr& root : step.roots) Logical(root, 0, &text);
  text += "\n-- physical plan\n";
  PhysicalText physical(step);
  for (const PlanNodePtr& root : step.roots) physical.Write(root, 0);
  text += physical.Take();
  text += "\n-- worst-case delay from arrival to result\n";
  for (const PlanNodePtr& root : step.roots) {
    text += std::string(root->kind()) + "(" + root->details() +
            "): " + DelayText(WorstDelay(root, step.settings)) + "\n";
  }
  return text + "\n";
}

std::string ExplainJson(const Step& step) {
  JsonWriter out;
  out.BeginObject().Field("title", step.title).Key("operators").BeginArray();
  JsonPlan plan(step, &out);
  for (const PlanNodePtr& root : step.roots) plan.Write(root);
  out.EndArray().EndObject();
  return std::move(out).Finish();
}

}  // namespace millrace
