// SPDX-License-Identifier: Apache-2.0
// TopOne: one row per key, the first one in an order, replaced when a better one comes (-U, +U).
// Top-1 of rows that are not taken back, and deduplication that need not wait for a watermark. The
// row is a value per key, so not all of them need fit into memory. One thread.
#pragma once

#include <memory>

#include "operators/operator.h"

namespace millrace {

std::unique_ptr<Operator> MakeTopOne(const PlanNodePtr& node, const OperatorContext& context);

}  // namespace millrace
