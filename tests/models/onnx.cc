// SPDX-License-Identifier: Apache-2.0
// The files are made by data/make_models.py.
#include "models/model_suite.h"

namespace millrace {
namespace {

using Arrays = std::vector<std::shared_ptr<arrow::Array>>;

std::string File(const std::string& name) { return "tests/models/data/" + name + ".onnx"; }

template <typename Builder, typename Make>
std::shared_ptr<arrow::Array> Build(int64_t rows, Make make) {
  Builder builder;
  for (int64_t i = 0; i < rows; ++i) EXPECT_TRUE(builder.Append(make(i)).ok());
  return *builder.Finish();
}

Arrays Doubles(int64_t rows, int columns) {
  Arrays arrays;
  for (int c = 0; c < columns; ++c) {
    arrays.push_back(Build<arrow::DoubleBuilder>(
        rows, [&](int64_t i) { return 0.25 * static_cast<double>(i % 37) - c; }));
  }
  return arrays;
}

Arrays FloatLists(int64_t rows) {
  arrow::ListBuilder lists(arrow::default_memory_pool(), std::make_shared<arrow::FloatBuilder>());
  auto* items = static_cast<arrow::FloatBuilder*>(lists.value_builder());
  for (int64_t i = 0; i < rows; ++i) {
    EXPECT_TRUE(lists.Append().ok());
    for (int j = 0; j < 3; ++j) EXPECT_TRUE(items->Append(static_cast<float>(i + j)).ok());
  }
  return {*lists.Finish()};
}

Arrays Several(int64_t rows) {
  return {Build<arrow::DoubleBuilder>(rows, [](int64_t i) { return 1.5 * static_cast<double>(i); }),
          Build<arrow::Int32Builder>(rows, [](int64_t i) { return static_cast<int32_t>(i); }),
          Build<arrow::StringBuilder>(rows, [](int64_t i) { return "town " + std::to_string(i); })};
}

Schema DoubleColumns(const std::vector<std::string>& names) {
  Schema schema;
  for (const std::string& name : names) schema.Append({name, DataType::Double()});
  return schema;
}

std::vector<ModelCase> Cases() {
  const Schema four = DoubleColumns({"a", "b", "c", "d"});
  const Schema wrong({{"label", DataType::String()}});
  return {
      {.name = "ScalarColumns",
       .provider = "onnx",
       .input = DoubleColumns({"a", "b", "c"}),
       .output = Schema({{"score", DataType::Float()}}),
       .options = {{"path", File("linear")}},
       .wrong_output = wrong,
       .rows = [](int64_t rows) { return Doubles(rows, 3); }},
      {.name = "ArrayColumn",
       .provider = "onnx",
       .input = Schema({{"v", DataType::Array(DataType::Float())}}),
       .output = Schema({{"score", DataType::Double()}}),
       .options = {{"path", File("linear")}},
       .wrong_output = wrong,
       .rows = FloatLists},
      {.name = "RowByRow",
       .provider = "onnx",
       .input = DoubleColumns({"a", "b", "c"}),
       .output = Schema({{"score", DataType::Float()}}),
       .options = {{"path", File("linear_one_row")}},
       .wrong_output = wrong,
       .rows = [](int64_t rows) { return Doubles(rows, 3); }},
      {.name = "SmallBatches",
       .provider = "onnx",
       .input = four,
       .output = Schema(
           {{"label", DataType::BigInt()}, {"probabilities", DataType::Array(DataType::Float())}}),
       .options = {{"path", File("logistic")}, {"max-batch-size", "16"}},
       .wrong_output = wrong,
       .rows = [](int64_t rows) { return Doubles(rows, 4); }},
      {.name = "Boosted",
       .provider = "onnx",
       .input = four,
       .output = Schema({{"score", DataType::Double()}}),
       .options = {{"path", File("boosted")}},
       .wrong_output = wrong,
       .rows = [](int64_t rows) { return Doubles(rows, 4); }},
      {.name = "EveryType",
       .provider = "onnx",
       .input = Schema({{"amount", DataType::Double()},
                        {"count", DataType::Int()},
                        {"city", DataType::String()}}),
       .output = Schema({{"total", DataType::Double()},
                         {"large", DataType::Boolean()},
                         {"town", DataType::String()},
                         {"units", DataType::Int()},
                         {"pair", DataType::Array(DataType::Double())}}),
       .options = {{"path", File("several")}},
       .wrong_output = Schema({{"large", DataType::Double()}}),
       .rows = Several},
  };
}

INSTANTIATE_TEST_SUITE_P(Onnx, ModelSuite, testing::ValuesIn(Cases()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace millrace
