// SPDX-License-Identifier: Apache-2.0
#include "cli/secrets.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

Environment World() {
  Environment env;
  env.variables = [](const std::string& name) -> std::optional<std::string> {
    if (name == "TOKEN") return "abcd";
    if (name == "LONG") return "abcdef";
    if (name == "SHORT") return "1";
    return std::nullopt;
  };
  return env;
}

TEST(SecretsTest, MasksWhatReferencesStandFor) {
  Secrets secrets;
  secrets.AddReferences("'${env:TOKEN}' ${SHORT} ${NOT_SET} ${LONG} ${unclosed", World());
  EXPECT_EQ(secrets.Mask("abcd, abcdef, 1 and xabcdabcdx"), "***, ***, 1 and x******x");
}

TEST(SecretsTest, MasksEveryTextOfADiagnostic) {
  Secrets secrets;
  secrets.AddReferences("${TOKEN}", World());
  Diagnostic diagnostic = MakeDiagnostic("MR0504", "found abcd", {0, 1});
  diagnostic.detail = "abcd";
  diagnostic.candidates = {"abcd"};
  diagnostic.labels.push_back({{0, 1}, "abcd"});
  diagnostic.try_text = "'abcd'";
  diagnostic.next_step = "Write abcd.";
  secrets.Mask(&diagnostic);
  EXPECT_EQ(diagnostic.message, "found ***");
  EXPECT_EQ(diagnostic.detail, "***");
  EXPECT_EQ(diagnostic.candidates.front(), "***");
  EXPECT_EQ(diagnostic.labels.front().text, "***");
  EXPECT_EQ(diagnostic.try_text, "'***'");
  EXPECT_EQ(diagnostic.next_step, "Write ***.");
}

}  // namespace
}  // namespace millrace
