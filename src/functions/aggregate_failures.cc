// SPDX-License-Identifier: Apache-2.0
#include "functions/aggregate_failures.h"

#include <utility>

namespace millrace {

RowErrors* AggregateFailures() {
  thread_local RowErrors failures;
  return &failures;
}

RowErrors TakeAggregateFailures() {
  RowErrors taken = std::exchange(*AggregateFailures(), {});
  taken.SortByRow();
  return taken;
}

}  // namespace millrace
