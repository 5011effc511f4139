// SPDX-License-Identifier: Apache-2.0
// Rows that fail, values that Python computed, and models that may not be batched.
#include <arrow/api.h>
#include <gtest/gtest.h>

#include <cmath>
#include <optional>

#include "models/onnx/backend.h"

namespace millrace {
namespace {

using Arrays = std::vector<std::shared_ptr<arrow::Array>>;

class OnnxModelTest : public testing::Test {
 protected:
  OnnxModelTest() : disk_(MakeRealDisk()), backend_(MakeOnnxBackend()) { env_.disk = disk_.get(); }

  void Load(const std::string& name, Schema input, Schema output,
            std::map<std::string, std::string> options = {}) {
    std::map<std::string, OptionValue> values;
    for (const auto& [key, value] : options) values[key] = {value, false};
    values["path"] = {"tests/models/data/" + name + ".onnx", false};
    const ModelDefinition model{name, std::move(input), std::move(output),
                                Options(backend_->options(), values)};
    auto loaded = backend_->Load(model, env_);
    ASSERT_TRUE(loaded) << loaded.error().ToString();
    model_ = *loaded;
    runner_ = *model_->MakeRunner();
  }

  Arrays Run(const Arrays& inputs) {
    failures_.clear();
    auto answer = runner_->Run(inputs, inputs[0]->length(), &failures_);
    EXPECT_TRUE(answer) << answer.error().ToString();
    return answer ? *answer : Arrays();
  }

  std::unique_ptr<Disk> disk_;
  Environment env_;
  std::unique_ptr<ModelBackend> backend_;
  std::shared_ptr<LoadedModel> model_;
  std::unique_ptr<ModelRunner> runner_;
  std::vector<ModelRunner::RowFailure> failures_;
};

template <typename Builder, typename Value>
std::shared_ptr<arrow::Array> Column(const std::vector<std::optional<Value>>& values) {
  Builder builder;
  for (const auto& value : values) {
    EXPECT_TRUE((value ? builder.Append(*value) : builder.AppendNull()).ok());
  }
  return *builder.Finish();
}

std::shared_ptr<arrow::Array> Doubles(const std::vector<std::optional<double>>& values) {
  return Column<arrow::DoubleBuilder, double>(values);
}

float FloatAt(const arrow::Array& array, int64_t row) {
  return static_cast<const arrow::FloatArray&>(array).Value(row);
}

const Schema kThree({{"a", DataType::Double()},
                     {"b", DataType::Int()},
                     {"c", DataType::Boolean()}});

TEST_F(OnnxModelTest, PacksColumnsOfSeveralTypesInOrder) {
  Load("linear", kThree, Schema({{"score", DataType::Float()}}));
  const auto answer = Run({Doubles({1, -2}), Column<arrow::Int32Builder, int32_t>({{10}, {20}}),
                           Column<arrow::BooleanBuilder, bool>({{true}, {false}})});
  EXPECT_TRUE(failures_.empty());
  EXPECT_FLOAT_EQ(FloatAt(*answer[0], 0), 1 + 2 * 10 + 3 * 1 + 0.5F);
  EXPECT_FLOAT_EQ(FloatAt(*answer[0], 1), -2 + 2 * 20 + 0.5F);
  EXPECT_EQ(model_->remark(), "");
}

TEST_F(OnnxModelTest, NullFailsItsRowOnly) {
  Load("linear", kThree, Schema({{"score", DataType::Float()}}));
  const auto answer =
      Run({Doubles({1, std::nullopt, 3}), Column<arrow::Int32Builder, int32_t>({{1}, {1}, {1}}),
           Column<arrow::BooleanBuilder, bool>({{true}, {true}, {true}})});
  ASSERT_EQ(failures_.size(), 1u);
  EXPECT_EQ(failures_[0].row, 1);
  EXPECT_NE(failures_[0].message.find("column 1"), std::string::npos);
  EXPECT_TRUE(answer[0]->IsNull(1));
  EXPECT_FLOAT_EQ(FloatAt(*answer[0], 2), 3 + 2 + 3 + 0.5F);
}

TEST_F(OnnxModelTest, NullAsNan) {
  Load("linear", kThree, Schema({{"score", DataType::Float()}}), {{"null-as-nan", "true"}});
  const auto answer = Run({Doubles({std::nullopt}), Column<arrow::Int32Builder, int32_t>({{1}}),
                           Column<arrow::BooleanBuilder, bool>({{true}})});
  EXPECT_TRUE(failures_.empty());
  EXPECT_TRUE(std::isnan(FloatAt(*answer[0], 0)));
}

TEST_F(OnnxModelTest, FindsTheRowsThatMakeACallFail) {
  Load("lookup", Schema({{"index", DataType::BigInt()}}), Schema({{"value", DataType::Float()}}));
  std::vector<std::optional<int64_t>> indexes;
  for (int64_t i = 0; i < 100; ++i) indexes.push_back(i == 17 || i == 63 ? 9 : i % 4);
  const auto answer = Run({Column<arrow::Int64Builder, int64_t>(indexes)});
  ASSERT_EQ(failures_.size(), 2u);
  EXPECT_EQ(failures_[0].row, 17);
  EXPECT_EQ(failures_[1].row, 63);
  EXPECT_EQ(answer[0]->null_count(), 2);
  for (int64_t i = 0; i < 100; ++i) {
    if (answer[0]->IsValid(i)) EXPECT_EQ(FloatAt(*answer[0], i), 10.0F * (i % 4 + 1));
  }
}

TEST_F(OnnxModelTest, IndexesOutOfRangeFailTheirRow) {
  Load("lookup", Schema({{"index", DataType::BigInt()}}), Schema({{"value", DataType::Float()}}));
  const auto answer = Run({Column<arrow::Int64Builder, int64_t>({{1}, {int64_t{1} << 40}, {-1}})});
  ASSERT_EQ(failures_.size(), 1u);
  EXPECT_EQ(failures_[0].row, 1);
  EXPECT_EQ(FloatAt(*answer[0], 2), 40.0F);  // a negative index counts from the end
}

TEST_F(OnnxModelTest, AModelWhoseRowsDependOnEachOtherRunsRowByRow) {
  Load("centred", Schema({{"x", DataType::Float()}}), Schema({{"y", DataType::Float()}}));
  EXPECT_NE(model_->remark().find("row by row"), std::string::npos);
  const auto answer = Run({Column<arrow::FloatBuilder, float>({{1.0F}, {2.0F}, {6.0F}})});
  for (int64_t i = 0; i < 3; ++i) EXPECT_EQ(FloatAt(*answer[0], i), 0.0F);
}

std::shared_ptr<arrow::Array> Lists(const std::vector<std::vector<float>>& rows) {
  arrow::ListBuilder lists(arrow::default_memory_pool(), std::make_shared<arrow::FloatBuilder>());
  auto* items = static_cast<arrow::FloatBuilder*>(lists.value_builder());
  for (const auto& row : rows) {
    EXPECT_TRUE(lists.Append().ok());
    EXPECT_TRUE(items->AppendValues(row).ok());
  }
  return *lists.Finish();
}

TEST_F(OnnxModelTest, ArraysOfAWrongLengthFailTheirRow) {
  Load("linear", Schema({{"v", DataType::Array(DataType::Float())}}),
       Schema({{"score", DataType::Float()}}));
  const auto answer = Run({Lists({{1, 1, 1}, {1, 1}, {2, 2, 2}, {1, 1, 1, 1}})});
  ASSERT_EQ(failures_.size(), 2u);
  EXPECT_EQ(failures_[0].row, 1);
  EXPECT_NE(failures_[0].message.find("has 2 items, tensor 'x' takes 3"), std::string::npos);
  EXPECT_FLOAT_EQ(FloatAt(*answer[0], 0), 6.5F);
  EXPECT_FLOAT_EQ(FloatAt(*answer[0], 2), 12.5F);
}

TEST_F(OnnxModelTest, ArraysOfAnyLength) {
  Load("row_sums", Schema({{"v", DataType::Array(DataType::Float())}}),
       Schema({{"sum", DataType::Double()}}));
  const auto answer = Run({Lists({{1, 2}, {3}, {4, 5, 6}})});
  EXPECT_TRUE(failures_.empty());
  const auto& sums = static_cast<const arrow::DoubleArray&>(*answer[0]);
  EXPECT_EQ(sums.Value(0), 3);
  EXPECT_EQ(sums.Value(1), 3);
  EXPECT_EQ(sums.Value(2), 15);
}

TEST_F(OnnxModelTest, NonFiniteAnswersFailOnlyIfAsked) {
  const Schema x({{"x", DataType::Float()}});
  const Schema y({{"y", DataType::Float()}});
  const Arrays inputs = {Column<arrow::FloatBuilder, float>({{1.0F}, {0.0F}, {-1.0F}})};
  Load("logarithm", x, y);
  auto answer = Run(inputs);
  EXPECT_TRUE(failures_.empty());
  EXPECT_TRUE(std::isinf(FloatAt(*answer[0], 1)));
  Load("logarithm", x, y, {{"fail-on-non-finite", "true"}});
  answer = Run(inputs);
  ASSERT_EQ(failures_.size(), 2u);
  EXPECT_EQ(FloatAt(*answer[0], 0), 0.0F);
  EXPECT_EQ(answer[0]->null_count(), 2);
}

TEST_F(OnnxModelTest, AnswersAsThePythonOfTheTrainers) {
  auto csv = disk_->ReadAll("tests/models/data/answers.csv");
  ASSERT_TRUE(csv);
  std::vector<std::vector<double>> rows;
  size_t line = csv->find('\n') + 1;
  while (line < csv->size()) {
    std::vector<double> row;
    const size_t end = csv->find('\n', line);
    for (size_t at = line; at < end; at = std::min(csv->find(',', at), end) + 1) {
      row.push_back(std::stod(csv->substr(at)));
    }
    rows.push_back(row);
    line = end + 1;
  }
  ASSERT_EQ(rows.size(), 5u);
  Arrays inputs;
  Schema schema;
  for (size_t c = 0; c < 4; ++c) {
    std::vector<std::optional<double>> values;
    for (const auto& row : rows) values.push_back(row[c]);
    inputs.push_back(Doubles(values));
    schema.Append({"c" + std::to_string(c), DataType::Double()});
  }
  for (size_t model = 0; model < 2; ++model) {
    Load(model == 0 ? "logistic" : "boosted", schema, Schema({{"score", DataType::Double()}}));
    const auto answer = Run(inputs);
    for (size_t i = 0; i < rows.size(); ++i) {
      EXPECT_NEAR(static_cast<const arrow::DoubleArray&>(*answer[0]).Value(i), rows[i][4 + model],
                  1e-5);
    }
  }
}

TEST_F(OnnxModelTest, HostileFilesDoNotLoad) {
  for (const char* name : {"external_parent", "custom_operator", "truncated", "nested_deep"}) {
    std::map<std::string, OptionValue> values = {
        {"path", {"tests/models/data/" + std::string(name) + ".onnx", false}}};
    const ModelDefinition model{"m", Schema({{"x", DataType::Float()}}),
                                Schema({{"y", DataType::Float()}}),
                                Options(backend_->options(), values)};
    EXPECT_EQ(backend_->Load(model, env_).error().code, "MR0605");
    EXPECT_EQ(backend_->Check(model, env_).error().code, "MR0605");
  }
}

}  // namespace
}  // namespace millrace
