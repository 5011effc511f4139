// SPDX-License-Identifier: Apache-2.0
// ChildProcess: a program of the user's that works for this one, behind a stream of bytes in each
// direction. It dies with this process, and with the thread that started it. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace millrace {

struct ChildProcessSpec {
  std::vector<std::string> arguments;  // the first one is looked for in PATH
  std::vector<std::pair<std::string, std::string>> variables;  // besides those of this process
  uint64_t memory_max = 0;  // bytes of address space; 0: no limit
};

/// The child has its end of the stream at descriptor kStream, and at kProgress a file of one page
/// whose first eight bytes it changes whenever it gets on; its standard output is standard error.
class ChildProcess {
 public:
  static constexpr int kStream = 3;
  static constexpr int kProgress = 4;

  enum class Talk {
    kDone,
    kEnded,   // the process is gone, or has closed its end
    kSilent,  // it has neither taken nor given a byte nor got on for so long
  };

  /// Kills it if it runs.
  virtual ~ChildProcess() = default;
  virtual Talk Send(std::string_view bytes, int64_t silence_ms_max) = 0;
  virtual Talk Receive(char* bytes, size_t size, int64_t silence_ms_max) = 0;
  /// The eight bytes, as a number in the order of this machine.
  virtual uint64_t progress() const = 0;
  virtual void SetProgress(uint64_t value) = 0;
  /// How long Send and Receive took, all together.
  virtual int64_t waited_ns() const = 0;
  /// Kills it if it runs; how it ended: `exit status 1`, `signal 11 (Segmentation fault)`.
  virtual std::string End() = 0;
};

/// Starts them. Any thread.
class ProcessLauncher {
 public:
  virtual ~ProcessLauncher() = default;
  virtual Result<std::unique_ptr<ChildProcess>> Start(const ChildProcessSpec& spec) = 0;
};

std::unique_ptr<ProcessLauncher> MakeRealProcessLauncher();

}  // namespace millrace
