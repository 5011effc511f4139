// SPDX-License-Identifier: Apache-2.0
// ModelSuite: what every model backend must do, whatever it runs. Bound once per provider.
#pragma once

#include <arrow/api.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "models/model.h"

namespace millrace {

struct ModelCase {
  std::string name;
  std::string provider;
  Schema input;
  Schema output;
  std::map<std::string, std::string> options;
  /// An OUTPUT that the same file does not fit.
  Schema wrong_output;
  /// Input columns of so many rows, different in each row.
  std::function<std::vector<std::shared_ptr<arrow::Array>>(int64_t rows)> rows;
};

class ModelSuite : public testing::TestWithParam<ModelCase> {
 protected:
  void SetUp() override;
  ModelDefinition Definition(Schema output) const;
  std::unique_ptr<ModelRunner> MakeRunner();
  std::vector<std::shared_ptr<arrow::Array>> Answer(
      const std::vector<std::shared_ptr<arrow::Array>>& inputs, int64_t rows);

  ModelBackendRegistry registry_;
  ModelBackend* backend_ = nullptr;
  std::unique_ptr<Disk> disk_;
  Environment env_;
  std::shared_ptr<LoadedModel> model_;
};

}  // namespace millrace
