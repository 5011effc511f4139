// SPDX-License-Identifier: Apache-2.0
// The composition root: the only place that knows every builtin list.
#include <arrow/compute/initialize.h>

#include <cstdio>

int main() {
  if (auto status = arrow::compute::Initialize(); !status.ok()) {
    std::fprintf(stderr, "Arrow's kernels do not start: %s\n", status.ToString().c_str());
    return 3;
  }
  return 0;
}
