// SPDX-License-Identifier: Apache-2.0
#include "models/model_suite.h"

#include <algorithm>
#include <thread>

namespace millrace {

using Arrays = std::vector<std::shared_ptr<arrow::Array>>;

namespace {

Arrays Slice(const Arrays& arrays, int64_t offset, int64_t length) {
  Arrays slices;
  for (const auto& array : arrays) slices.push_back(array->Slice(offset, length));
  return slices;
}

void ExpectEqual(const Arrays& left, const Arrays& right) {
  ASSERT_EQ(left.size(), right.size());
  const auto options = arrow::EqualOptions::Defaults().atol(1e-5);
  for (size_t i = 0; i < left.size(); ++i) {
    EXPECT_TRUE(left[i]->ApproxEquals(*right[i], options)) << left[i]->ToString() << "\n"
                                                           << right[i]->ToString();
  }
}

}  // namespace

void ModelSuite::SetUp() {
  RegisterBuiltinModelBackends(&registry_);
  backend_ = registry_.Find(GetParam().provider);
  ASSERT_NE(backend_, nullptr);
  disk_ = MakeRealDisk();
  env_.disk = disk_.get();
  auto model = backend_->Load(Definition(GetParam().output), env_);
  ASSERT_TRUE(model) << model.error().ToString() << model.error().detail;
  model_ = *model;
}

ModelDefinition ModelSuite::Definition(Schema output) const {
  std::map<std::string, OptionValue> values;
  for (const auto& [key, value] : GetParam().options) values[key] = {value, false};
  Options options(backend_->options(), values);
  EXPECT_TRUE(options.Validate("test").empty());
  return {GetParam().name, GetParam().input, std::move(output), std::move(options)};
}

std::unique_ptr<ModelRunner> ModelSuite::MakeRunner() {
  auto runner = model_->MakeRunner();
  EXPECT_TRUE(runner);
  return *std::move(runner);
}

Arrays ModelSuite::Answer(const Arrays& inputs, int64_t rows) {
  std::vector<ModelRunner::RowFailure> failures;
  auto answer = MakeRunner()->Run(inputs, rows, &failures);
  EXPECT_TRUE(answer) << answer.error().ToString();
  EXPECT_TRUE(failures.empty());
  return answer ? *answer : Arrays();
}

TEST_P(ModelSuite, DeclaresTheFailurePolicy) {
  const auto specs = backend_->options();
  EXPECT_TRUE(std::any_of(specs.begin(), specs.end(), [](const OptionSpec& spec) {
    return spec.key == "error-handling" && !spec.help.empty();
  }));
}

TEST_P(ModelSuite, CheckAcceptsWhatLoads) {
  const Status status = backend_->Check(Definition(GetParam().output), env_);
  EXPECT_TRUE(status) << status.error().ToString();
}

TEST_P(ModelSuite, MismatchNamesBothSides) {
  const Status status = backend_->Check(Definition(GetParam().wrong_output), env_);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, "MR0603");
  for (const Column& column : GetParam().wrong_output) {
    EXPECT_NE(status.error().detail.find(column.name), std::string::npos) << status.error().detail;
  }
  EXPECT_FALSE(backend_->Load(Definition(GetParam().wrong_output), env_));
}

TEST_P(ModelSuite, VersionIsStable) {
  EXPECT_FALSE(model_->version().empty());
  auto again = backend_->Load(Definition(GetParam().output), env_);
  ASSERT_TRUE(again);
  EXPECT_EQ((*again)->version(), model_->version());
  EXPECT_FALSE(model_->signature().inputs.empty());
}

TEST_P(ModelSuite, AnswersHaveTheDeclaredTypesAndLength) {
  for (const int64_t rows : {0, 1, 2, 7, 300}) {
    const Arrays answer = Answer(GetParam().rows(rows), rows);
    ASSERT_EQ(answer.size(), GetParam().output.size());
    for (size_t i = 0; i < answer.size(); ++i) {
      EXPECT_EQ(answer[i]->length(), rows);
      EXPECT_TRUE(answer[i]->type()->Equals(*GetParam().output[i].type.ToArrow()))
          << answer[i]->type()->ToString();
      EXPECT_TRUE(answer[i]->ValidateFull().ok());
    }
  }
}

TEST_P(ModelSuite, BatchesDoNotMatter) {
  constexpr int64_t kRows = 40;
  const Arrays inputs = GetParam().rows(kRows);
  const Arrays together = Answer(inputs, kRows);
  auto runner = MakeRunner();
  std::vector<ModelRunner::RowFailure> failures;
  for (const int64_t size : {1, 3, 16}) {
    for (int64_t begin = 0; begin < kRows; begin += size) {
      const int64_t rows = std::min(size, kRows - begin);
      const auto part = runner->Run(Slice(inputs, begin, rows), rows, &failures);
      ASSERT_TRUE(part);
      ExpectEqual(*part, Slice(together, begin, rows));
    }
  }
  EXPECT_TRUE(failures.empty());
}

TEST_P(ModelSuite, AnswersOutliveTheNextRun) {
  auto runner = MakeRunner();
  std::vector<ModelRunner::RowFailure> failures;
  const Arrays inputs = GetParam().rows(20);
  const auto first = runner->Run(Slice(inputs, 0, 10), 10, &failures);
  ASSERT_TRUE(runner->Run(Slice(inputs, 10, 10), 10, &failures));
  ASSERT_TRUE(first);
  ExpectEqual(*first, Answer(Slice(inputs, 0, 10), 10));
}

TEST_P(ModelSuite, RunnersOfOneModelWorkBesideEachOther) {
  const Arrays inputs = GetParam().rows(100);
  const Arrays expected = Answer(inputs, 100);
  std::vector<Arrays> answers(4);
  std::vector<std::unique_ptr<ModelRunner>> runners;
  for (size_t i = 0; i < answers.size(); ++i) runners.push_back(MakeRunner());
  std::vector<std::thread> threads;
  for (size_t i = 0; i < answers.size(); ++i) {
    threads.emplace_back([&, i] {
      std::vector<ModelRunner::RowFailure> failures;
      for (int round = 0; round < 20; ++round) {
        if (auto answer = runners[i]->Run(inputs, 100, &failures)) answers[i] = *answer;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Arrays& answer : answers) ExpectEqual(answer, expected);
}

}  // namespace millrace
