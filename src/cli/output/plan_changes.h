// SPDX-License-Identifier: Apache-2.0
// How the changes between two versions of a pipeline are shown: a line per source, operator and
// sink, and for what is lost the clauses of both files that decide it.
#pragma once

#include <string>

#include "diagnostics/render.h"
#include "plan/identity/plan_comparison.h"

namespace millrace {

/// The texts that the two plans were made of; null where there is none at hand.
struct ChangedTexts {
  const SourceText* before = nullptr;
  const SourceText* after = nullptr;
};

std::string PlanChangesText(const PlanComparison& comparison, const ChangedTexts& texts,
                            const RenderOptions& options);
/// MR0804 of one loss, at its place in the new text if that is found.
Diagnostic LossDiagnostic(const OperatorChange& change, const SourceText* after);

}  // namespace millrace
