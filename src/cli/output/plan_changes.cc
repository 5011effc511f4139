// SPDX-License-Identifier: Apache-2.0
#include "cli/output/plan_changes.h"

#include <optional>

#include "diagnostics/snippet.h"
#include "plan/identity/change_place.h"

namespace millrace {
namespace {

using Role = OperatorIdentity::Role;

std::string_view Heading(Role role) {
  switch (role) {
    case Role::kSource: return "sources";
    case Role::kState: return "state";
    case Role::kSink: return "sinks";
    case Role::kPassing: break;
  }
  return {};
}

std::string Excerpt(const SourceText* source, const std::optional<OperatorIdentity>& identity,
                    const std::string& aspect, const std::string& note,
                    const RenderOptions& options) {
  if (source == nullptr || !identity) return {};
  const auto span = ClausePlaces(source->text()).Find(*identity, aspect);
  if (!span) return {};
  Diagnostic diagnostic;
  diagnostic.At(*span);
  const Palette palette(options.color, Severity::kError);
  const SourceText::Position at = source->PositionOf(span->begin);
  return std::string(GutterWidth(diagnostic, *source), ' ') + "--> " + source->name() + ":" +
         std::to_string(at.line) + ":" + std::to_string(at.column) + "\n" +
         RenderSnippet(diagnostic, *source, note, options, palette);
}

std::string ChangeText(const OperatorChange& change, const ChangedTexts& texts,
                       const RenderOptions& options) {
  const std::string fate(FateName(change.fate));
  const OperatorIdentity& shown = change.loses() && change.before ? *change.before : change.shown();
  std::string text = "  " + fate + std::string(12 - fate.size(), ' ') + shown.description;
  if (!change.loses()) {
    text += ": " + change.outcome;
    return text + (change.reason.empty() ? "\n" : " (" + change.reason + ")\n");
  }
  text += "\n";
  if (!change.reason.empty()) text += std::string(14, ' ') + change.reason + "\n";
  text += std::string(14, ' ') + change.outcome + "\n";
  text += Excerpt(texts.before, change.before, change.aspect, "before", options);
  return text + Excerpt(texts.after, change.after, change.aspect, "now", options);
}

}  // namespace

std::string PlanChangesText(const PlanComparison& comparison, const ChangedTexts& texts,
                            const RenderOptions& options) {
  std::string text;
  Role role = Role::kPassing;
  for (const OperatorChange& change : comparison.changes) {
    if (change.role() == Role::kPassing) continue;
    if (change.role() != role) text += std::string(Heading(change.role())) + "\n";
    role = change.role();
    text += ChangeText(change, texts, options);
  }
  return text;
}

Diagnostic LossDiagnostic(const OperatorChange& change, const SourceText* after) {
  const OperatorIdentity& was = change.before ? *change.before : *change.after;
  Diagnostic diagnostic;
  diagnostic.code = "MR0804";
  diagnostic.message = "what is kept for " + was.description + " would be lost";
  diagnostic.detail =
      change.reason.empty() ? change.outcome : change.reason + "; " + change.outcome;
  if (after == nullptr || !change.after) return diagnostic;
  if (const auto span = ClausePlaces(after->text()).Find(*change.after, change.aspect)) {
    diagnostic.At(*span);
  }
  return diagnostic;
}

}  // namespace millrace
