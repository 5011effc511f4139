// SPDX-License-Identifier: Apache-2.0
#include "env/byte_input.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "env/real/file_descriptor.h"

namespace millrace {
namespace {

class DescriptorInput final : public ByteInput {
 public:
  DescriptorInput(int descriptor, FileDescriptor own)
      : descriptor_(descriptor), own_(std::move(own)) {}

  Result<Got> Read(size_t size, int64_t wait_ms, std::string* out) override {
    pollfd waited{.fd = descriptor_, .events = POLLIN, .revents = 0};
    const int ready = poll(&waited, 1, static_cast<int>(wait_ms));
    if (ready == 0 || (ready < 0 && errno == EINTR)) return Got::kNothing;
    const size_t before = out->size();
    ssize_t got = -1;
    out->resize_and_overwrite(before + size, [&](char* text, size_t) {
      got = read(descriptor_, text + before, size);
      return before + static_cast<size_t>(std::max<ssize_t>(got, 0));
    });
    if (got > 0) return Got::kBytes;
    if (got == 0) return Got::kEnd;
    if (errno == EINTR || errno == EAGAIN) return Got::kNothing;
    return ExternalError("MR0801", "could not read the input", strerror(errno));
  }

 private:
  int descriptor_;
  FileDescriptor own_;  // closes it; invalid: somebody else does
};

}  // namespace

std::unique_ptr<ByteInput> MakeByteInput(int descriptor) {
  return std::make_unique<DescriptorInput>(descriptor, FileDescriptor());
}

Result<std::unique_ptr<ByteInput>> OpenPipe(const std::string& path) {
  struct stat stat_of{};
  if (stat(path.c_str(), &stat_of) != 0 || S_ISREG(stat_of.st_mode) || S_ISDIR(stat_of.st_mode)) {
    return nullptr;
  }
  FileDescriptor own(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!own.valid()) {
    return ExternalError("MR0801", "could not open '" + path + "'", strerror(errno));
  }
  const int descriptor = own.get();
  return std::make_unique<DescriptorInput>(descriptor, std::move(own));
}

}  // namespace millrace
