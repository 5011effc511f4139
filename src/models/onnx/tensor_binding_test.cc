// SPDX-License-Identifier: Apache-2.0
#include "models/onnx/tensor_binding.h"

#include <gtest/gtest.h>

#include "models/onnx/backend.h"

namespace millrace {
namespace {

const ModelSignature kClassifier = {
    {{"float_input", "float32", {-1, 3}}},
    {{"label", "int64", {-1}}, {"probabilities", "float32", {-1, 2}}},
};

ModelDefinition Define(Schema input, Schema output,
                       std::map<std::string, std::string> options = {}) {
  std::map<std::string, OptionValue> values;
  for (const auto& [key, value] : options) values[key] = {value, false};
  return {"m", std::move(input), std::move(output), Options(MakeOnnxBackend()->options(), values)};
}

Schema Numbers(int count) {
  Schema schema;
  for (int i = 0; i < count; ++i) schema.Append({"c" + std::to_string(i), DataType::Double()});
  return schema;
}

Error Mismatch(const ModelDefinition& model, const ModelSignature& signature = kClassifier) {
  auto binding = BindTensors(model, signature);
  EXPECT_FALSE(binding);
  return binding ? Error{} : std::move(binding).error();
}

TEST(TensorBindingTest, AScoreIsTheLastClass) {
  const auto binding =
      BindTensors(Define(Numbers(3), Schema({{"score", DataType::Double()}})), kClassifier);
  ASSERT_TRUE(binding) << binding.error().ToString();
  ASSERT_EQ(binding->output_tensors.size(), 1u);
  EXPECT_EQ(binding->output_tensors[0].name, "probabilities");
  EXPECT_EQ(binding->outputs[0].index, -1);
  EXPECT_EQ(binding->inputs[0].columns, (std::vector<size_t>{0, 1, 2}));
  EXPECT_TRUE(binding->symbolic_batch);
}

TEST(TensorBindingTest, OutputsByNameTypeAndOption) {
  const Schema output(
      {{"score", DataType::Float()}, {"label", DataType::Int()}, {"first", DataType::Float()}});
  const auto binding = BindTensors(
      Define(Numbers(3), output, {{"outputs", "score:probabilities[1]; first:probabilities[0]"}}),
      kClassifier);
  ASSERT_TRUE(binding) << binding.error().ToString();
  EXPECT_EQ(binding->outputs[0].index, 1);
  EXPECT_EQ(binding->outputs[2].index, 0);
  EXPECT_EQ(binding->outputs[0].tensor, binding->outputs[2].tensor);
  EXPECT_EQ(binding->output_tensors[binding->outputs[1].tensor].name, "label");
}

TEST(TensorBindingTest, ShowsBothSides) {
  const Error error = Mismatch(Define(Numbers(2), Schema({{"score", DataType::Double()}})));
  EXPECT_EQ(error.code, "MR0603");
  EXPECT_EQ(error.message,
            "model 'm' does not fit its file: tensor float_input float32[N,3] takes "
            "3 value(s) per row, 2 column(s) feed it");
  EXPECT_EQ(error.detail,
            "         declared       in the file\n"
            "INPUT    c0 DOUBLE      float_input float32[N,3]\n"
            "         c1 DOUBLE\n"
            "OUTPUT   score DOUBLE   label int64[N]\n"
            "                        probabilities float32[N,2]");
}

TEST(TensorBindingTest, MapsSeveralInputsByNameOrderOrOption) {
  const ModelSignature signature = {{{"a", "float32", {-1, 1}}, {"b", "int64", {-1, 2}}},
                                    {{"y", "float32", {-1}}}};
  const Schema output({{"y", DataType::Float()}});
  const Schema input({{"p", DataType::Int()}, {"q", DataType::Int()}, {"r", DataType::Float()}});
  EXPECT_NE(Mismatch(Define(input, output), signature).hint.find("'inputs'"), std::string::npos);
  const auto binding = BindTensors(Define(input, output, {{"inputs", "p:b;q:b;r:a"}}), signature);
  ASSERT_TRUE(binding) << binding.error().ToString();
  EXPECT_EQ(binding->inputs[0].columns, (std::vector<size_t>{2}));
  EXPECT_EQ(binding->inputs[1].columns, (std::vector<size_t>{0, 1}));
}

TEST(TensorBindingTest, RefusesWhatCannotBe) {
  const Schema score({{"score", DataType::Double()}});
  const auto message = [&](const ModelDefinition& model) { return Mismatch(model).message; };
  EXPECT_NE(message(Define(Schema({{"a", DataType::String()},
                                   {"b", DataType::Double()},
                                   {"c", DataType::Double()}}),
                           score))
                .find("column a STRING cannot feed"),
            std::string::npos);
  EXPECT_NE(message(Define(Numbers(3), Schema({{"town", DataType::String()}})))
                .find("no tensor of the file fits"),
            std::string::npos);
  EXPECT_NE(message(Define(Numbers(3), score, {{"outputs", "score:probabilities[2]"}}))
                .find("has no element 2"),
            std::string::npos);
  EXPECT_NE(message(Define(Numbers(3), score, {{"outputs", "score:scores"}}))
                .find("'scores', which is not in the file"),
            std::string::npos);
  EXPECT_NE(message(Define(Numbers(3), score, {{"inputs", "d:float_input"}}))
                .find("'d', which is not declared"),
            std::string::npos);
  EXPECT_EQ(Mismatch(Define(Numbers(3), score, {{"outputs", "probabilities"}})).code, "MR0503");
}

TEST(TensorBindingTest, ListsOfMapsAreRefusedWithTheCure) {
  const ModelSignature zipmap = {
      {{"x", "float32", {-1, 3}}},
      {{"label", "int64", {-1}}, {"probability", "sequence(map(int64,float32))", {}}}};
  const Error error = Mismatch(Define(Numbers(3), Schema({{"score", DataType::Double()}})), zipmap);
  EXPECT_NE(error.message.find("list of maps"), std::string::npos);
  EXPECT_NE(error.hint.find("'zipmap': False"), std::string::npos);
  EXPECT_TRUE(BindTensors(Define(Numbers(3), Schema({{"label", DataType::BigInt()}})), zipmap));
}

TEST(TensorBindingTest, FixedBatchSizes) {
  const Schema output({{"y", DataType::Float()}});
  const auto signature = [](int64_t batch) {
    return ModelSignature{{{"x", "float32", {batch, 3}}}, {{"y", "float32", {batch, 1}}}};
  };
  EXPECT_NE(Mismatch(Define(Numbers(3), output), signature(8)).message.find("fixed batch size"),
            std::string::npos);
  const auto one = BindTensors(Define(Numbers(3), output), signature(1));
  ASSERT_TRUE(one);
  EXPECT_FALSE(one->symbolic_batch);
}

}  // namespace
}  // namespace millrace
