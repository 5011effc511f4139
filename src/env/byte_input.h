// SPDX-License-Identifier: Apache-2.0
// ByteInput: bytes that come when they come (standard input, a pipe). Used by one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"

namespace millrace {

class ByteInput {
 public:
  enum class Got { kBytes, kNothing, kEnd };
  virtual ~ByteInput() = default;
  /// Appends what is there, at most `size` bytes, and waits up to `wait_ms` for the first of them.
  virtual Result<Got> Read(size_t size, int64_t wait_ms, std::string* out) = 0;
  /// From now on `wake` is called, by a thread of the implementation, when something comes after a
  /// Read that found nothing. An empty one ends that, and no call runs afterwards. False: it cannot
  /// tell, ask from time to time.
  virtual bool SetWake(std::function<void()> wake) { return wake == nullptr; }
};

/// Of a file descriptor that stays open.
std::unique_ptr<ByteInput> MakeByteInput(int descriptor);
/// Of a named pipe, a device, ..; null if the path is a plain file or directory, or is not there.
Result<std::unique_ptr<ByteInput>> OpenPipe(const std::string& path);

}  // namespace millrace
