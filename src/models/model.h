// SPDX-License-Identifier: Apache-2.0
// Model seam: a backend per provider and process, a loaded model shared by all, a runner per shard.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "data/options.h"
#include "data/schema.h"
#include "env/environment.h"

namespace millrace {

/// One tensor of a model file. Dimension -1 = symbolic; the first one is the batch.
struct TensorInfo {
  std::string name;
  std::string element_type;  // "float32", "int64", "string", ...
  std::vector<int64_t> shape;
  std::string ToString() const;  // float32[N,8]
};

struct ModelSignature {
  std::vector<TensorInfo> inputs;
  std::vector<TensorInfo> outputs;
};

/// What CREATE MODEL declares.
struct ModelDefinition {
  std::string name;
  Schema input;
  Schema output;
  Options options;  // validated
};

/// One shard's use of a loaded model. One thread.
class ModelRunner {
 public:
  virtual ~ModelRunner() = default;
  /// `inputs` are the declared input columns in order, all `rows` long. Returns the declared output
  /// columns. Rows in `row_failures` are NULL there: the caller applies the failure policy.
  struct RowFailure {
    int64_t row;
    std::string message;
  };
  virtual Result<std::vector<std::shared_ptr<arrow::Array>>> Run(
      const std::vector<std::shared_ptr<arrow::Array>>& inputs, int64_t rows,
      std::vector<RowFailure>* row_failures) = 0;
};

/// Immutable after load; thread-safe.
class LoadedModel {
 public:
  virtual ~LoadedModel() = default;
  virtual const ModelSignature& signature() const = 0;
  virtual std::string version() const = 0;  // content hash or directory version
  /// What a user should know about how it runs, e.g. that it runs row by row; usually empty.
  virtual std::string remark() const { return {}; }
  virtual Result<std::unique_ptr<ModelRunner>> MakeRunner() = 0;
};

class ModelBackend {
 public:
  virtual ~ModelBackend() = default;
  virtual std::string_view provider() const = 0;
  virtual std::string_view summary() const = 0;
  virtual std::vector<OptionSpec> options() const = 0;
  /// Compares the file's signature with INPUT/OUTPUT, without running it. A mismatch is MR0603; its
  /// detail shows both sides in a table.
  virtual Status Check(const ModelDefinition& model, const Environment& env) = 0;
  virtual Result<std::shared_ptr<LoadedModel>> Load(const ModelDefinition& model,
                                                    const Environment& env) = 0;
};

class ModelBackendRegistry {
 public:
  void Register(std::unique_ptr<ModelBackend> backend);
  ModelBackend* Find(std::string_view provider) const;
  std::vector<std::string> Names() const;

 private:
  std::vector<std::unique_ptr<ModelBackend>> backends_;
};

/// models/builtin.cc
void RegisterBuiltinModelBackends(ModelBackendRegistry* registry);

}  // namespace millrace
