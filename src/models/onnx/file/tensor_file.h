// SPDX-License-Identifier: Apache-2.0
// The tensors and types inside an ONNX file: their sizes are checked against the bytes that are
// there, and weights in other files are refused. See model_file.h.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "models/model.h"

namespace millrace {

/// Checks a TensorProto and returns its name.
Result<std::string> CheckTensor(std::string_view bytes);
/// Checks a SparseTensorProto and returns the name of its values.
Result<std::string> CheckSparseTensor(std::string_view bytes);
/// Reads a ValueInfoProto. Types that are no tensors get an element type such as
/// "sequence(map(int64,float32))" and no shape.
Result<TensorInfo> ParseValueInfo(std::string_view bytes);

/// "float32" for TensorProto.DataType 1; "type 99" if unknown.
std::string OnnxElementType(int64_t data_type);

}  // namespace millrace
