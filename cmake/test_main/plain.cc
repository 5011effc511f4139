// SPDX-License-Identifier: Apache-2.0
// Entry point of the unit tests of components that do not know Arrow.
#include <gtest/gtest.h>

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
