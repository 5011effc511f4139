// SPDX-License-Identifier: Apache-2.0
// Entry point of the tests of components that use Arrow: its kernels must be registered first.
#include <arrow/compute/initialize.h>
#include <gtest/gtest.h>

#include <cstdio>

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (auto status = arrow::compute::Initialize(); !status.ok()) {
    std::fprintf(stderr, "Arrow's kernels do not start: %s\n", status.ToString().c_str());
    return 3;
  }
  return RUN_ALL_TESTS();
}
