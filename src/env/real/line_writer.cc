// SPDX-License-Identifier: Apache-2.0
#include "env/line_writer.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <string>

namespace millrace {
namespace {

class DescriptorLineWriter final : public LineWriter {
 public:
  explicit DescriptorLineWriter(int descriptor) : descriptor_(descriptor) {}

  Status Write(std::string_view lines) override {
    const std::lock_guard lock(mutex_);
    while (!lines.empty()) {
      const ssize_t n = write(descriptor_, lines.data(), lines.size());
      if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (n < 0) {
        return ExternalError("MR0801",
                             std::string("could not write to standard ") +
                                 (descriptor_ == STDERR_FILENO ? "error" : "output"),
                             strerror(errno));
      }
      lines.remove_prefix(static_cast<size_t>(n));
    }
    return OkStatus();
  }

 private:
  std::mutex mutex_;
  int descriptor_;
};

}  // namespace

std::unique_ptr<LineWriter> MakeLineWriter(int descriptor) {
  return std::make_unique<DescriptorLineWriter>(descriptor);
}

}  // namespace millrace
