// SPDX-License-Identifier: Apache-2.0
// ML_PREDICT with a model made here: twice the first argument, and a failure for negative ones.
#include <gtest/gtest.h>

#include "models/failure_policy.h"
#include "plan/nodes/stateless_nodes.h"
#include "support/operator_harness.h"

namespace millrace {
namespace {

class DoublingRunner final : public ModelRunner {
 public:
  Result<std::vector<std::shared_ptr<arrow::Array>>> Run(
      const std::vector<std::shared_ptr<arrow::Array>>& inputs, int64_t rows,
      std::vector<RowFailure>* row_failures) override {
    const auto& numbers = static_cast<const arrow::DoubleArray&>(*inputs[0]);
    EXPECT_EQ(numbers.length(), rows);
    arrow::DoubleBuilder builder;
    for (int64_t row = 0; row < rows; ++row) {
      if (numbers.Value(row) >= 0) {
        EXPECT_TRUE(builder.Append(2 * numbers.Value(row)).ok());
        continue;
      }
      EXPECT_TRUE(builder.AppendNull().ok());
      row_failures->push_back({row, "negative"});
    }
    return std::vector<std::shared_ptr<arrow::Array>>{*builder.Finish()};
  }
};

class DoublingModel final : public LoadedModel {
 public:
  const ModelSignature& signature() const override { return signature_; }
  std::string version() const override { return "1"; }
  Result<std::unique_ptr<ModelRunner>> MakeRunner() override {
    return std::make_unique<DoublingRunner>();
  }

 private:
  ModelSignature signature_;
};

class DoublingBackend final : public ModelBackend {
 public:
  std::string_view provider() const override { return "doubling"; }
  std::string_view summary() const override { return ""; }
  std::vector<OptionSpec> options() const override { return {ModelFailurePolicyOption()}; }
  Status Check(const ModelDefinition&, const Environment&) override { return OkStatus(); }
  Result<std::shared_ptr<LoadedModel>> Load(const ModelDefinition&, const Environment&) override {
    return std::make_shared<DoublingModel>();
  }
};

class PredictTest : public testing::Test {
 protected:
  PlanNodePtr MakeNode(std::string error_handling) {
    auto model = std::make_shared<Model>();
    model->definition.name = "m";
    std::map<std::string, OptionValue> options;
    if (!error_handling.empty()) options["error-handling"] = {error_handling};
    model->definition.options = Options(backend_.options(), options);
    model->backend = &backend_;
    Schema schema = input_;
    schema.Append({"y", DataType::Double()});
    return std::make_shared<PredictNode>(InputNode(input_), model, std::vector<int>{1}, schema);
  }
  Batch Rows() {
    return BatchBuilder(input_).Row({"a", 1.5}).Row({"b", -1.0}).Row({"c", 0.0}).Build();
  }

  DoublingBackend backend_;
  Schema input_{{{"k", DataType::String()}, {"x", DataType::Double()}}};
};

TEST_F(PredictTest, ARowThatFailsGoesToTheDeadLetters) {
  OperatorHarness harness(MakeNode(""));
  harness.OnBatch(0, Rows());
  EXPECT_EQ(harness.rows(), (std::vector<std::string>{"+I[a, 1.5, 3.0]", "+I[c, 0.0, 0.0]"}));
  EXPECT_EQ(harness.failures(), (std::vector<std::string>{"negative +I[b, -1.0]"}));
  EXPECT_EQ(harness.metrics().rows_failed, 1u);
  EXPECT_EQ(harness.last_batch().timing.inference, 1);
}

TEST_F(PredictTest, ARowThatFailsGetsNull) {
  OperatorHarness harness(MakeNode("null"));
  harness.OnBatch(0, Rows());
  EXPECT_EQ(harness.rows(),
            (std::vector<std::string>{"+I[a, 1.5, 3.0]", "+I[b, -1.0, null]", "+I[c, 0.0, 0.0]"}));
  EXPECT_TRUE(harness.failures().empty());
}

TEST_F(PredictTest, ARowThatFailsEndsThePipeline) {
  OperatorHarness harness(MakeNode("fail"));
  harness.OnBatch(0, Rows());
  ASSERT_TRUE(harness.error().has_value());
  EXPECT_EQ(harness.error()->code, "MR0707");
}

}  // namespace
}  // namespace millrace
