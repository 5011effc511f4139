// SPDX-License-Identifier: Apache-2.0
// ProcessMemory from /proc/self/statm, kept open: a look costs some microseconds.
#include "env/process_memory.h"

#include <fcntl.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "env/real/control_group.h"
#include "env/real/file_descriptor.h"

namespace millrace {
namespace {

uint64_t PageBytes() { return static_cast<uint64_t>(sysconf(_SC_PAGESIZE)); }

class RealProcessMemory final : public ProcessMemory {
 public:
  RealProcessMemory()
      : statm_(open("/proc/self/statm", O_RDONLY | O_CLOEXEC)), limit_(FindLimit()) {}

  /// Resident pages but those that came from files: "size resident shared ...".
  uint64_t UsedBytes() const override {
    std::array<char, 128> text{};
    const ssize_t size = pread(statm_.get(), text.data(), text.size() - 1, 0);
    if (size <= 0) return 0;
    char* at = text.data();
    std::strtoull(at, &at, 10);
    const uint64_t resident = std::strtoull(at, &at, 10);
    const uint64_t shared = std::strtoull(at, &at, 10);
    return resident > shared ? (resident - shared) * page_bytes_ : 0;
  }

  uint64_t LimitBytes() const override { return limit_; }

  void ReturnFreed() override { malloc_trim(0); }

 private:
  static uint64_t FindLimit() {
    const uint64_t machine = static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES)) * PageBytes();
    return std::min(machine, ControlGroupMemoryLimit("").value_or(machine));
  }

  FileDescriptor statm_;
  uint64_t page_bytes_ = PageBytes();
  uint64_t limit_;
};

}  // namespace

uint64_t RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return UINT64_MAX;
  const rlimit raised{.rlim_cur = limit.rlim_max, .rlim_max = limit.rlim_max};
  return setrlimit(RLIMIT_NOFILE, &raised) == 0 ? raised.rlim_cur : limit.rlim_cur;
}

std::unique_ptr<ProcessMemory> MakeRealProcessMemory() {
  return std::make_unique<RealProcessMemory>();
}

}  // namespace millrace
