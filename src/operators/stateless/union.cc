// SPDX-License-Identifier: Apache-2.0
// Union: UNION ALL. Rows pass as they come; their watermark becomes the least over all inputs.
#include "operators/builtin.h"
#include "operators/input_watermarks.h"
#include "plan/nodes/stateless_nodes.h"

namespace millrace {
namespace {

class Union final : public Operator {
 public:
  Union(const PlanNodePtr& node, const OperatorContext& context)
      : cells_("watermarks", context.state->track()),
        watermarks_(static_cast<int>(node->children().size()), &cells_) {
    context.state->Register(&cells_);
  }

  Status OnBatch(int input, Batch batch, Output* output) override {
    watermarks_.Apply(input, &batch);
    output->Push(std::move(batch));
    return OkStatus();
  }

  Status OnWatermark(int input, Watermark watermark, Output* output) override {
    output->Push(watermarks_.Advance(input, watermark));
    return OkStatus();
  }

 private:
  CellTable cells_;
  InputWatermarks watermarks_;
};

}  // namespace

void RegisterUnion(OperatorRegistry* registry) {
  registry->Register(UnionNode::kKind,
                     [](const PlanNodePtr& node,
                        const OperatorContext& context) -> Result<std::unique_ptr<Operator>> {
                       return std::make_unique<Union>(node, context);
                     });
}

}  // namespace millrace
