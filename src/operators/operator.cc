// SPDX-License-Identifier: Apache-2.0
#include "operators/operator.h"

namespace millrace {

Status Operator::OnWatermark(int, Watermark watermark, Output* output) {
  output->Push(watermark);
  return OkStatus();
}
Status Operator::OnTime(int64_t, Output*) { return OkStatus(); }
Status Operator::OnBarrier(Barrier, Output*) { return OkStatus(); }
Status Operator::OnEnd(int, Output*) { return OkStatus(); }
Status Operator::Continue(Output*) { return OkStatus(); }

void OperatorRegistry::Register(std::string_view node_kind, OperatorFactory factory) {
  factories_.emplace_back(node_kind, std::move(factory));
}

Result<std::unique_ptr<Operator>> OperatorRegistry::Make(const PlanNodePtr& node,
                                                         const OperatorContext& context) const {
  for (const auto& [kind, factory] : factories_) {
    if (kind == node->kind()) return factory(node, context);
  }
  return InternalError("no operator runs the plan node " + std::string(node->kind()));
}

}  // namespace millrace
