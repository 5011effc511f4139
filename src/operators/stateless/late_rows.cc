// SPDX-License-Identifier: Apache-2.0
// LateRows: passes on the rows that operators dropped as late. They obey no watermark; the greatest
// one of the operators that dropped them goes along, for what looks at the pipeline.
#include "operators/builtin.h"
#include "plan/nodes/source_nodes.h"

namespace millrace {
namespace {

class LateRows final : public Operator {
 public:
  Status OnBatch(int, Batch batch, Output* output) override {
    output->Push(std::move(batch));
    return OkStatus();
  }
};

}  // namespace

void RegisterLateRows(OperatorRegistry* registry) {
  registry->Register(
      LateRowsNode::kKind,
      [](const PlanNodePtr&, const OperatorContext&) -> Result<std::unique_ptr<Operator>> {
        return std::make_unique<LateRows>();
      });
}

}  // namespace millrace
