// SPDX-License-Identifier: Apache-2.0
// Views: a use binds the query anew, so a view may fail that could be created, because a table of
// it was changed since. Of a view that this text creates, errors are where they are. Of one that an
// earlier text of the session created they are where the view is used, with the view's own text
// below: a place in that one means nothing to the reader of this one.
#include "diagnostics/render.h"
#include "plan/binding/query/query_binder.h"
#include "plan/calc_builder.h"
#include "plan/nodes/rank_builder.h"

namespace millrace {
namespace {

constexpr std::string_view kCircle = "MR0409";

/// What is shown of an error below its first line, without what would change another text.
std::string ShownIn(const SourceText& text, Diagnostic found) {
  found.try_text.clear();
  found.next_step.clear();
  const std::string shown = RenderText(found, &text);
  const size_t first = shown.find('\n');
  const size_t last = shown.find_last_not_of('\n');
  return first < last ? shown.substr(first + 1, last - first) : std::string();
}

Diagnostic FoundInView(const View& view, const Diagnostic& found, Span span) {
  const std::string& name = view.definition->name.parts.back().text;
  Diagnostic shown = MakeDiagnostic(found.code, found.message, span);
  shown.severity = found.severity;
  shown.domain = found.domain;
  shown.next_step = found.next_step;
  if (found.code == kCircle) return shown;  // it is in each view of the circle
  shown.message = "in view '" + name + "': " + found.message;
  shown.detail = ShownIn(SourceText("view " + name, *view.source), found);
  return shown;
}

}  // namespace

PlanNodePtr QueryBinder::BindViewOfOtherText(const View& view, Span span) {
  DiagnosticList found;
  DiagnosticList* const reported = std::exchange(context_->diagnostics, &found);
  PlanNodePtr plan;
  {
    const SourceScope scope(context_, *view.source);
    plan = Bind(*view.definition->query);
  }
  context_->diagnostics = reported;
  for (const Diagnostic& entry : found.entries()) reported->Add(FoundInView(view, entry, span));
  return plan == nullptr ? nullptr : PlaceRowNumbers(plan, span);
}

PlanNodePtr QueryBinder::BindView(const View& view, Span span) {
  if (view_depth_ > 32) {
    context_->Error(kCircle, "views refer to each other in a circle", span);
    return nullptr;
  }
  ++view_depth_;
  auto saved = std::move(common_tables_);
  common_tables_.clear();
  PlanNodePtr plan = *view.source == context_->source ? Bind(*view.definition->query)
                                                      : BindViewOfOtherText(view, span);
  common_tables_ = std::move(saved);
  --view_depth_;
  return plan == nullptr ? nullptr : Rename(std::move(plan), view.schema.names());
}

}  // namespace millrace
