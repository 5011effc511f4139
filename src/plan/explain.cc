// SPDX-License-Identifier: Apache-2.0
#include "plan/explain.h"

#include <map>
#include <set>

#include "base/json_writer.h"
#include "plan/nodes/node_text.h"

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

std::string DelayText(const Delay& delay) {
  if (!delay.waits_for_watermark && delay.event_time_ms == 0) return "none";
  std::string text;
  if (delay.event_time_ms > 0) text = DurationText(delay.event_time_ms) + " of event time";
  if (delay.waits_for_watermark) text += (text.empty() ? "" : " + ") + std::string("watermark");
  return text + (delay.reason.empty() ? "" : ": " + delay.reason);
}

/// Shared sub-plans are shown once and referred to afterwards.
void Physical(const PlanNodePtr& node, int depth, std::map<std::string, int>* shown,
              std::string* out) {
  const auto [entry, first] = shown->emplace(node->digest(), static_cast<int>(shown->size()) + 1);
  *out += Indent(depth) + "[" + std::to_string(entry->second) + "] " + std::string(node->kind());
  if (!first) {
    *out += " (shared, see above)\n";
    return;
  }
  if (!node->details().empty()) *out += "(" + node->details() + ")";
  *out += "\n";
  const std::string pad(static_cast<size_t>(depth) * 3 + 4, ' ');
  *out += pad + "changelog: " + node->changelog_mode().ToString() + "\n";
  if (!node->state_description().empty())
    *out += pad + "state: " + node->state_description() + "\n";
  const Delay delay = node->delay();
  if (delay.waits_for_watermark || delay.event_time_ms > 0) {
    *out += pad + "delay: " + DelayText(delay) + "\n";
  }
  for (size_t i = 0; i < node->children().size(); ++i) {
    const PlanNodePtr& child = node->children()[i];
    const Distribution wanted = node->required_distribution(i);
    int below = depth + 1;
    if (wanted.kind != Distribution::Kind::kAny) {
      *out += Indent(below) + "Exchange(" + DistributionText(wanted, child->schema()) + ")\n";
      ++below;
    }
    Physical(child, below, shown, out);
  }
}

void JsonNodes(const PlanNodePtr& node, std::set<std::string>* seen, JsonWriter* out) {
  if (!seen->insert(node->id()).second) return;
  for (const PlanNodePtr& child : node->children()) JsonNodes(child, seen, out);
  out->BeginObject().Field("id", node->id()).Field("kind", node->kind());
  out->Field("details", node->details()).Key("inputs").BeginArray();
  for (size_t i = 0; i < node->children().size(); ++i) {
    const PlanNode& child = *node->children()[i];
    out->BeginObject().Field("id", child.id());
    out->Field("distribution", DistributionText(node->required_distribution(i), child.schema()));
    out->EndObject();
  }
  out->EndArray().Key("columns").BeginArray();
  for (const Column& column : node->schema()) {
    out->BeginObject().Field("name", column.name).Field("type", column.type.ToString());
    out->EndObject();
  }
  const Delay delay = node->delay();
  out->EndArray().Field("changelog", node->changelog_mode().ToString());
  out->Field("state", node->state_description()).Key("delay").BeginObject();
  out->Field("event_time_ms", delay.event_time_ms);
  out->Field("waits_for_watermark", delay.waits_for_watermark);
  out->Field("reason", delay.reason).EndObject().EndObject();
}

}  // namespace

Delay WorstDelay(const PlanNodePtr& root) {
  Delay worst;
  for (const PlanNodePtr& child : root->children()) {
    const Delay below = WorstDelay(child);
    worst.waits_for_watermark = worst.waits_for_watermark || below.waits_for_watermark;
    worst.event_time_ms = std::max(worst.event_time_ms, below.event_time_ms);
  }
  const Delay own = root->delay();
  worst.waits_for_watermark = worst.waits_for_watermark || own.waits_for_watermark;
  worst.event_time_ms += own.event_time_ms;
  return worst;
}

std::string ExplainText(const Step& step) {
  std::string text = "== " + step.title + " ==\n\n-- logical plan\n";
  for (const PlanNodePtr& root : step.roots) Logical(root, 0, &text);
  text += "\n-- physical plan\n";
  std::map<std::string, int> shown;
  for (const PlanNodePtr& root : step.roots) Physical(root, 0, &shown, &text);
  text += "\n-- worst-case delay from arrival to result\n";
  for (const PlanNodePtr& root : step.roots) {
    text += std::string(root->kind()) + "(" + root->details() +
            "): " + DelayText(WorstDelay(root)) + "\n";
  }
  return text + "\n";
}

std::string ExplainJson(const Step& step) {
  JsonWriter out;
  out.BeginObject().Field("title", step.title).Key("operators").BeginArray();
  std::set<std::string> seen;
  for (const PlanNodePtr& root : step.roots) JsonNodes(root, &seen, &out);
  out.EndArray().EndObject();
  return std::move(out).Finish();
}

}  // namespace millrace
