// SPDX-License-Identifier: Apache-2.0
#include "models/onnx/session.h"

#include <exception>
#include <utility>

#include "models/onnx/trees/tree_operators.h"

namespace millrace {
namespace {

/// Above this, a run fails instead of taking the machine down: a model may ask for any size.
constexpr size_t kArenaBytesMax = size_t{8} << 30;
constexpr int kExtendAsRequested = 1;

/// First line, without ONNX Runtime's source positions.
std::string ShortMessage(const char* what) {
  std::string text(what);
  text = text.substr(0, text.find('\n'));
  const size_t status = text.find("Status Message: ");
  if (status != std::string::npos) text = text.substr(status + 16);
  constexpr size_t kLengthMax = 400;
  if (text.size() > kLengthMax) text = text.substr(0, kLengthMax) + "..";
  return text;
}

/// Runs `body` and turns whatever it throws into an Error.
template <typename Body>
auto Guard(std::string_view code, std::string_view what, Body&& body) -> decltype(body()) {
  try {
    return body();
  } catch (const std::exception& error) {
    return ExternalError(code, std::string(what) + ": " + ShortMessage(error.what()));
  }
}

void ORT_API_CALL DropLog(void*, OrtLoggingLevel, const char*, const char*, const char*,
                          const char*) {}

Ort::Env* MakeEnvironment() {
  Ort::ThreadingOptions threads;
  threads.SetGlobalIntraOpNumThreads(1);
  threads.SetGlobalInterOpNumThreads(1);
  threads.SetGlobalSpinControl(0);
  auto env =
      std::make_unique<Ort::Env>(threads, DropLog, nullptr, ORT_LOGGING_LEVEL_FATAL, "millrace");
  env->DisableTelemetryEvents();
  const auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
  Ort::ArenaCfg arena(kArenaBytesMax, kExtendAsRequested, -1, -1);
  env->CreateAndRegisterAllocator(memory, arena);
  return env.release();
}

/// Lives until the process ends: sessions of static objects may outlive any other order.
Ort::Env& Environment() {
  static Ort::Env* const env = MakeEnvironment();
  return *env;
}

const Ort::MemoryInfo& CpuMemory() {
  static const auto* const memory =
      new Ort::MemoryInfo(Ort::MemoryInfo::CreateCpu(OrtDeviceAllocator, OrtMemTypeDefault));
  return *memory;
}

}  // namespace

Result<std::unique_ptr<OnnxSession>> OnnxSession::Create(
    std::string_view bytes, int intra_op_threads, std::shared_ptr<const TreeOperators> operators) {
  using Made = Result<std::unique_ptr<OnnxSession>>;
  return Guard("MR0605", "ONNX Runtime refuses the model", [&]() -> Made {
    Ort::SessionOptions options;
    options.SetGraphOptimizationLevel(GraphOptimizationLevel::ORT_ENABLE_ALL);
    options.SetExecutionMode(ORT_SEQUENTIAL);
    options.DisableMemPattern();  // batches differ in size
    options.AddConfigEntry("session.use_env_allocators", "1");
    options.AddConfigEntry("session.intra_op.allow_spinning", "0");
    options.AddConfigEntry("session.inter_op.allow_spinning", "0");
    if (intra_op_threads <= 1) {
      options.DisablePerSessionThreads();
    } else {
      options.SetIntraOpNumThreads(intra_op_threads);
      options.SetInterOpNumThreads(1);
    }
    if (operators != nullptr) operators->AddTo(&options);
    Ort::Session session(Environment(), bytes.data(), bytes.size(), options);
    return std::unique_ptr<OnnxSession>(new OnnxSession(std::move(session), std::move(operators)));
  });
}

Status OnnxSession::Run(OnnxCall* call) {
  return Guard("MR0707", "the model fails on this row", [&]() -> Status {
    session_.Run(Ort::RunOptions{nullptr}, call->input_names.data(), call->inputs.data(),
                 call->inputs.size(), call->output_names.data(), call->outputs.data(),
                 call->outputs.size());
    return OkStatus();
  });
}

Result<OnnxTensorView> ViewTensor(const Ort::Value& value) {
  return Guard("MR0707", "the model's answer cannot be read", [&]() -> Result<OnnxTensorView> {
    if (!value.IsTensor()) return ExternalError("MR0707", "the model's answer is no tensor");
    const auto info = value.GetTensorTypeAndShapeInfo();
    OnnxTensorView view{.shape = info.GetShape(),
                        .count = info.GetElementCount(),
                        .element = info.GetElementType()};
    if (view.element != ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING) {
      view.data = value.GetTensorRawData();
    }
    return view;
  });
}

Result<std::vector<std::string>> ReadStrings(const Ort::Value& value, size_t count) {
  using Texts = Result<std::vector<std::string>>;
  return Guard("MR0707", "the model's answer cannot be read", [&]() -> Texts {
    std::vector<std::string> texts;
    texts.reserve(count);
    for (size_t i = 0; i < count; ++i) texts.push_back(value.GetStringTensorElement(i));
    return texts;
  });
}

Result<Ort::Value> WrapTensor(void* data, size_t bytes, const std::vector<int64_t>& shape,
                              ONNXTensorElementDataType element) {
  return Guard("MR0707", "a tensor cannot be made", [&]() -> Result<Ort::Value> {
    return Ort::Value::CreateTensor(CpuMemory(), data, bytes, shape.data(), shape.size(), element);
  });
}

Result<Ort::Value> MakeStringTensor(const std::vector<const char*>& texts,
                                    const std::vector<int64_t>& shape) {
  return Guard("MR0707", "a tensor cannot be made", [&]() -> Result<Ort::Value> {
    Ort::AllocatorWithDefaultOptions allocator;
    Ort::Value value = Ort::Value::CreateTensor(allocator, shape.data(), shape.size(),
                                                ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING);
    value.FillStringTensor(texts.data(), texts.size());
    return value;
  });
}

}  // namespace millrace
