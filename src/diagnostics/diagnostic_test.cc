// SPDX-License-Identifier: Apache-2.0
#include "diagnostics/diagnostic.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(DiagnosticList, SortsByPlaceAndDropsRepeats) {
  DiagnosticList list;
  Diagnostic placeless;
  placeless.message = "no place";
  list.Add(placeless);
  list.Add(MakeDiagnostic("MR0201", "second", {9, 12}));
  list.Add(MakeDiagnostic("MR0201", "first", {2, 4}));
  list.Add(MakeDiagnostic("MR0201", "second", {9, 12}));
  list.Add(MakeDiagnostic("MR0202", "second", {9, 12}));
  list.Normalize();
  ASSERT_EQ(list.entries().size(), 4u);
  EXPECT_EQ(list.entries()[0].message, "first");
  EXPECT_EQ(list.entries()[1].code, "MR0201");
  EXPECT_EQ(list.entries()[2].code, "MR0202");
  EXPECT_EQ(list.entries()[3].message, "no place");
  EXPECT_EQ(list.error_count(), 4u);
}

TEST(DiagnosticList, WarningsAreNoErrors) {
  DiagnosticList warned;
  Diagnostic warning = MakeDiagnostic("MR0402", "idle", {0, 1});
  warning.severity = Severity::kWarning;
  warned.Add(warning);
  EXPECT_FALSE(warned.has_errors());
}

TEST(DiagnosticList, CountsOnPastTheLimit) {
  DiagnosticList list;
  for (uint32_t i = 0; i < DiagnosticList::kMaxErrors + 5; ++i) {
    list.Add(MakeDiagnostic("MR0201", "x", {i, i + 1}));
  }
  EXPECT_EQ(list.entries().size(), DiagnosticList::kMaxErrors);
  EXPECT_EQ(list.error_count(), DiagnosticList::kMaxErrors + 5);
  EXPECT_EQ(list.suppressed_count(), 5u);
}

TEST(ToDiagnostic, KeepsWhatTheErrorSays) {
  Error error = ExternalError("MR0811", "no answer", "timeout").error();
  error.hint = "check the address";
  const Diagnostic diagnostic = ToDiagnostic(std::move(error).With("sink alerts").With("fraud"));
  EXPECT_EQ(diagnostic.code, "MR0811");
  EXPECT_EQ(diagnostic.domain, ErrorDomain::kExternal);
  EXPECT_EQ(diagnostic.detail, "timeout\nin sink alerts, fraud");
  EXPECT_EQ(diagnostic.next_step, "check the address");
  EXPECT_FALSE(diagnostic.has_span);
}

}  // namespace
}  // namespace millrace
