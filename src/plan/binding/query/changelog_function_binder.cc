// SPDX-License-Identifier: Apache-2.0
// TO_CHANGELOG(TABLE t [, DESCRIPTOR(op)] [, MAP[..]]) and FROM_CHANGELOG of the same form.
#include <array>

#include "plan/binding/query/function_arguments.h"
#include "plan/binding/query/query_binder.h"
#include "plan/nodes/changelog_nodes.h"

namespace millrace {
namespace {

constexpr std::array kChangeKinds = {ChangeKind::kInsert, ChangeKind::kUpdateBefore,
                                     ChangeKind::kUpdateAfter, ChangeKind::kDelete};

std::string_view WithoutSpaces(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::vector<std::string> SplitCodes(std::string_view text) {
  std::vector<std::string> parts;
  for (size_t end = text.find(','); end != std::string_view::npos; end = text.find(',')) {
    parts.emplace_back(WithoutSpaces(text.substr(0, end)));
    text.remove_prefix(end + 1);
  }
  parts.emplace_back(WithoutSpaces(text));
  return parts;
}

struct MappedCode {
  std::string key;  // of the MAP
  std::string from;
  std::string to;
  Span span;
};

/// The pairs of MAP['a, b', 'c', ..], lists as several pairs; nullopt after a diagnostic.
std::optional<std::vector<MappedCode>> ReadMapping(BindContext* context, const sql::Expr& expr) {
  const auto* map = sql::As<sql::Map>(expr);
  std::vector<MappedCode> pairs;
  for (size_t i = 0; map != nullptr && i + 1 < map->values.size(); i += 2) {
    const auto* from = sql::As<sql::Literal>(map->values[i]);
    const auto* to = sql::As<sql::Literal>(map->values[i + 1]);
    const bool texts = from != nullptr && to != nullptr &&
                       from->literal == sql::LiteralKind::kString &&
                       to->literal == sql::LiteralKind::kString;
    if (!texts) {
      map = nullptr;
      break;
    }
    // Of equal keys of a MAP the last one counts.
    std::erase_if(pairs, [&](const MappedCode& pair) { return pair.key == from->text; });
    for (std::string& part : SplitCodes(from->text)) {
      pairs.push_back({from->text, std::move(part), to->text, from->span});
    }
  }
  if (map != nullptr) return pairs;
  context->Error("MR0317", "op_mapping is a MAP of constant texts", expr.span);
  return std::nullopt;
}

std::optional<ChangeKind> NamedKind(BindContext* context, const std::string& name, Span span) {
  for (const ChangeKind kind : kChangeKinds) {
    if (name == OperationName(kind)) return kind;
  }
  Diagnostic& diagnostic =
      context->Error("MR0317", "'" + name + "' is no operation of a change", span);
  std::vector<std::string> names;
  for (const ChangeKind kind : kChangeKinds) names.emplace_back(OperationName(kind));
  context->Suggest(&diagnostic, name, names, false);
  diagnostic.next_step = "INSERT, UPDATE_BEFORE, UPDATE_AFTER or DELETE.";
  diagnostic.try_text.clear();
  return std::nullopt;
}

/// The column name that DESCRIPTOR(op) gives; nullptr after a diagnostic.
const sql::QualifiedName* BindOperation(BindContext* context, const sql::Expr& expr) {
  const auto* descriptor = sql::As<sql::Descriptor>(expr);
  if (descriptor != nullptr && descriptor->columns.size() == 1) return &descriptor->columns[0];
  context->Error("MR0317", "expected DESCRIPTOR(op) with one column here", expr.span);
  return nullptr;
}

std::optional<ToChangelogNode::Codes> BindCodes(BindContext* context, const sql::Expr* mapping) {
  ToChangelogNode::Codes codes;
  if (mapping == nullptr) {
    for (const ChangeKind kind : kChangeKinds)
      codes[static_cast<size_t>(kind)] = OperationName(kind);
    return codes;
  }
  const auto pairs = ReadMapping(context, *mapping);
  if (!pairs) return std::nullopt;
  for (const MappedCode& pair : *pairs) {
    const auto kind = NamedKind(context, pair.from, pair.span);
    if (!kind) return std::nullopt;
    std::optional<std::string>& code = codes[static_cast<size_t>(*kind)];
    if (code) {
      context->Error("MR0317", pair.from + " has two codes", pair.span);
      return std::nullopt;
    }
    code = pair.to;
  }
  return codes;
}

std::optional<FromChangelogNode::Kinds> BindKinds(BindContext* context, const sql::Expr* mapping) {
  FromChangelogNode::Kinds kinds;
  if (mapping == nullptr) {
    for (const ChangeKind kind : kChangeKinds) kinds.emplace(OperationName(kind), kind);
    return kinds;
  }
  const auto pairs = ReadMapping(context, *mapping);
  if (!pairs) return std::nullopt;
  std::array<std::optional<Span>, 4> seen;  // where each kind was given
  for (const MappedCode& pair : *pairs) {
    const auto kind = NamedKind(context, pair.to, pair.span);
    if (!kind) return std::nullopt;
    std::optional<Span>& at = seen[static_cast<size_t>(*kind)];
    if (at && *at != pair.span) {
      context->Error("MR0317", pair.to + " is given twice", pair.span).next_step =
          "Several codes of one operation are one key: MAP['c, r', 'INSERT'].";
      return std::nullopt;
    }
    at = pair.span;
    if (!kinds.emplace(pair.from, *kind).second) {
      context->Error("MR0317", "the code '" + pair.from + "' stands for two operations", pair.span);
      return std::nullopt;
    }
  }
  const auto has = [&](ChangeKind kind) { return seen[static_cast<size_t>(kind)].has_value(); };
  if (has(ChangeKind::kUpdateAfter) && !has(ChangeKind::kUpdateBefore)) {
    context->Error("MR0317", "op_mapping has UPDATE_AFTER without UPDATE_BEFORE", mapping->span)
        .next_step = "An update is two rows here: what was, and what is.";
    return std::nullopt;
  }
  return kinds;
}

}  // namespace

PlanNodePtr QueryBinder::BindChangelogFunction(const sql::FunctionCall& call) {
  const auto args = MatchArguments(context_, call, {"INPUT", "OP", "OP_MAPPING", "UID"}, 3);
  if (args.empty()) return nullptr;
  const PlanNodePtr input = BindTableArgument(*args[0]);
  const sql::QualifiedName* operation = nullptr;
  if (args[1] != nullptr) {
    operation = BindOperation(context_, *args[1]);
    if (operation == nullptr) return nullptr;
  }
  if (input == nullptr) return nullptr;
  const std::string name = operation == nullptr ? "op" : operation->ToString();
  const Span span = operation == nullptr ? call.span : operation->span;
  const auto place = input->schema().Find(name);
  if (call.upper_name == "TO_CHANGELOG") {
    auto codes = BindCodes(context_, args[2]);
    if (!codes) return nullptr;
    if (place) {
      context_->Error("MR0317", "the input has a column '" + name + "' of its own", span)
          .next_step = "Give the column of the codes another name: op => DESCRIPTOR(kind).";
      return nullptr;
    }
    return std::make_shared<ToChangelogNode>(input, name, *std::move(codes));
  }
  auto kinds = BindKinds(context_, args[2]);
  if (!kinds) return nullptr;
  if (!place) {
    Diagnostic& diagnostic = context_->Error("MR0201", "unknown column '" + name + "'", span);
    context_->Suggest(&diagnostic, name, input->schema().names());
    return nullptr;
  }
  const DataType& type = input->schema()[*place].type;
  if (!type.is_character()) {
    context_->Error(
        "MR0317",
        "the codes of changes are STRING, '" + name + "' is " + type.Nullable().ToString(), span);
    return nullptr;
  }
  if (!input->changelog_mode().insert_only()) {
    context_->Error("MR0408",
                    "FROM_CHANGELOG needs rows that are never updated; its input updates them",
                    call.span);
    return nullptr;
  }
  return std::make_shared<FromChangelogNode>(input, static_cast<int>(*place), *std::move(kinds));
}

}  // namespace millrace
