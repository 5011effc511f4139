// SPDX-License-Identifier: Apache-2.0
#include "env/byte_input.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <thread>
#include <utility>

#include "env/real/file_descriptor.h"

namespace millrace {
namespace {

/// A thread that waits for the descriptor once it is armed, and calls `wake` then.
class DescriptorWatch {
 public:
  static std::unique_ptr<DescriptorWatch> Make(int descriptor, std::function<void()> wake) {
    std::array<int, 2> ends{-1, -1};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return nullptr;
    return std::unique_ptr<DescriptorWatch>(new DescriptorWatch(
        descriptor, std::move(wake), FileDescriptor(ends[0]), FileDescriptor(ends[1])));
  }
  ~DescriptorWatch() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_one();
    stop_sender_.Close();  // hangs up, which ends its poll
    thread_.join();
  }
  DescriptorWatch(const DescriptorWatch&) = delete;
  DescriptorWatch& operator=(const DescriptorWatch&) = delete;

  void Arm() {
    {
      const std::lock_guard lock(mutex_);
      armed_ = true;
    }
    changed_.notify_one();
  }

 private:
  DescriptorWatch(int descriptor, std::function<void()> wake, FileDescriptor stop,
                  FileDescriptor stop_sender)
      : descriptor_(descriptor),
        wake_(std::move(wake)),
        stop_(std::move(stop)),
        stop_sender_(std::move(stop_sender)),
        thread_([this] { Run(); }) {}

  void Run() {
    while (true) {
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return armed_ || stopping_; });
        if (stopping_) return;
        armed_ = false;
      }
      std::array<pollfd, 2> waited{pollfd{.fd = descriptor_, .events = POLLIN, .revents = 0},
                                   pollfd{.fd = stop_.get(), .events = POLLIN, .revents = 0}};
      const int ready = poll(waited.data(), waited.size(), -1);
      if (waited[1].revents != 0) return;
      if (ready > 0) wake_();
    }
  }

  int descriptor_;
  std::function<void()> wake_;
  FileDescriptor stop_;
  FileDescriptor stop_sender_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool armed_ = false;     // guarded by mutex_
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;     // the last: it uses all of the above
};

class DescriptorInput final : public ByteInput {
 public:
  DescriptorInput(int descriptor, FileDescriptor own)
      : descriptor_(descriptor), own_(std::move(own)) {}

  Result<Got> Read(size_t size, int64_t wait_ms, std::string* out) override {
    pollfd waited{.fd = descriptor_, .events = POLLIN, .revents = 0};
    const int ready = poll(&waited, 1, static_cast<int>(wait_ms));
    if (ready == 0 && watch_ != nullptr) watch_->Arm();
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

  bool SetWake(std::function<void()> wake) override {
    watch_.reset();
    if (wake == nullptr) return true;
    watch_ = DescriptorWatch::Make(descriptor_, std::move(wake));
    return watch_ != nullptr;
  }

 private:
  int descriptor_;
  FileDescriptor own_;  // closes it; invalid: somebody else does
  std::unique_ptr<DescriptorWatch> watch_;
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
