// SPDX-License-Identifier: Apache-2.0
#include "models/model_suite.h"

namespace millrace {
namespace {

std::vector<std::shared_ptr<arrow::Array>> Rows(int64_t rows) {
  arrow::Int64Builder numbers;
  arrow::StringBuilder texts;
  for (int64_t i = 0; i < rows; ++i) {
    EXPECT_TRUE(numbers.Append(i).ok());
    EXPECT_TRUE((i % 3 == 0 ? texts.AppendNull() : texts.Append(std::to_string(i))).ok());
  }
  return {*numbers.Finish(), *texts.Finish()};
}

INSTANTIATE_TEST_SUITE_P(
    Echo, ModelSuite,
    testing::Values(ModelCase{
        .name = "echo",
        .provider = "echo",
        .input = Schema({{"n", DataType::BigInt()}, {"t", DataType::String()}}),
        .output = Schema({{"n2", DataType::BigInt()}, {"t2", DataType::String()}}),
        .options = {},
        .wrong_output = Schema({{"n2", DataType::String()}}),
        .rows = Rows}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace millrace
