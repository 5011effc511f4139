// SPDX-License-Identifier: Apache-2.0
// ProcessMemory: how much memory this process holds and how much it may. A seam, so that what is
// done at the limit can be tried without filling a machine. Thread-safe.
#pragma once

#include <cstdint>
#include <memory>

namespace millrace {

class ProcessMemory {
 public:
  virtual ~ProcessMemory() = default;
  /// Bytes of this process alone. Pages that came from files (programs, libraries, caches) are not
  /// counted: the system takes them back when it needs room.
  virtual uint64_t UsedBytes() const = 0;
  /// The least of the machine's memory and the limits of the control groups the process is in.
  virtual uint64_t LimitBytes() const = 0;
  /// Gives freed memory that the allocator keeps back to the system. Takes milliseconds.
  virtual void ReturnFreed() = 0;
};

/// Raises how many files and connections the process may have open as far as it may itself; the
/// number.
uint64_t RaiseDescriptorLimit();

/// Of this process, from /proc and the control groups of either version.
std::unique_ptr<ProcessMemory> MakeRealProcessMemory();

}  // namespace millrace
