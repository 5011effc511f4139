// SPDX-License-Identifier: Apache-2.0
// Between fork and exec only calls that are safe in a process of many threads; what they need is
// made before. The child is the head of a process group of its own: Ctrl-C at the terminal is for
// this process, which ends its children when it has no more use for them.
#include "env/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "env/real/file_descriptor.h"

extern "C" char** environ;

namespace millrace {
namespace {

constexpr size_t kPage = 4096;
constexpr int kLookMs = 20;         // between two looks at the progress of a silent child
constexpr int kFirstPlainFd = 100;  // above all that the child is given

std::unexpected<Error> SystemError(std::string_view what) {
  return ExternalError("MR0333", std::string(what), std::strerror(errno));
}

/// One page that this process and the child see.
class SharedPage {
 public:
  SharedPage() = default;
  SharedPage(const SharedPage&) = delete;
  SharedPage& operator=(const SharedPage&) = delete;
  ~SharedPage() {
    if (page_ != MAP_FAILED) munmap(page_, kPage);
  }
  Status Open() {
    file_ = FileDescriptor(memfd_create("progress", MFD_CLOEXEC));
    if (!file_.valid() || ftruncate(file_.get(), kPage) != 0) return SystemError("shared memory");
    page_ = mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_SHARED, file_.get(), 0);
    if (page_ == MAP_FAILED) return SystemError("shared memory");
    return OkStatus();
  }
  int fd() const { return file_.get(); }
  std::atomic_ref<uint64_t> word() const { return std::atomic_ref(*static_cast<uint64_t*>(page_)); }

 private:
  FileDescriptor file_;
  void* page_ = MAP_FAILED;
};

/// Runs in the child. Never returns.
[[noreturn]] void Become(char** arguments, char** variables, int stream, int page,
                         uint64_t memory_max, pid_t parent) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const int high_stream = fcntl(stream, F_DUPFD, kFirstPlainFd);
  const int high_page = fcntl(page, F_DUPFD, kFirstPlainFd);
  const int nothing = open("/dev/null", O_RDONLY);
  dup2(nothing, STDIN_FILENO);
  dup2(STDERR_FILENO, STDOUT_FILENO);
  dup2(high_stream, ChildProcess::kStream);
  dup2(high_page, ChildProcess::kProgress);
  syscall(SYS_close_range, ChildProcess::kProgress + 1, ~0U, 0);
  if (memory_max > 0) {
    const rlimit limit{memory_max, memory_max};
    setrlimit(RLIMIT_AS, &limit);
  }
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  execvpe(arguments[0], arguments, variables);
  _exit(127);
}

class RealChild final : public ChildProcess {
 public:
  RealChild(FileDescriptor stream, std::unique_ptr<SharedPage> page, pid_t pid)
      : stream_(std::move(stream)), page_(std::move(page)), pid_(pid) {}
  ~RealChild() override { End(); }

  Talk Send(std::string_view bytes, int64_t silence_ms_max) override {
    const Stopwatch stopwatch(&waited_ns_);
    Silence silence(page_->word(), silence_ms_max);
    while (!bytes.empty()) {
      const ssize_t sent = send(stream_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent > 0) {
        bytes.remove_prefix(static_cast<size_t>(sent));
        silence.Restart();
        continue;
      }
      const Talk talk = Wait(POLLOUT, sent, &silence);
      if (talk != Talk::kDone) return talk;
    }
    return Talk::kDone;
  }

  Talk Receive(char* bytes, size_t size, int64_t silence_ms_max) override {
    const Stopwatch stopwatch(&waited_ns_);
    Silence silence(page_->word(), silence_ms_max);
    while (size > 0) {
      const ssize_t got = recv(stream_.get(), bytes, size, 0);
      if (got == 0) return Talk::kEnded;
      if (got > 0) {
        bytes += got;
        size -= static_cast<size_t>(got);
        silence.Restart();
        continue;
      }
      const Talk talk = Wait(POLLIN, got, &silence);
      if (talk != Talk::kDone) return talk;
    }
    return Talk::kDone;
  }

  int64_t waited_ns() const override { return waited_ns_; }
  uint64_t progress() const override { return page_->word().load(); }
  void SetProgress(uint64_t value) override { page_->word().store(value); }

  std::string End() override {
    if (pid_ <= 0) return ending_;
    // One that is about to end by itself says more by that.
    int status = 0;
    pid_t reaped = 0;
    stream_.Close();
    for (int i = 0; i < 50 && reaped == 0; ++i) {
      reaped = waitpid(pid_, &status, WNOHANG);
      if (reaped == 0) poll(nullptr, 0, 2);
    }
    if (reaped == 0) {
      kill(pid_, SIGKILL);
      while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
      }
      ending_ = "killed";
    } else if (WIFSIGNALED(status)) {
      const int signal = WTERMSIG(status);
      ending_ = "signal " + std::to_string(signal) + " (" + strsignal(signal) + ")";
    } else {
      ending_ = "exit status " + std::to_string(WEXITSTATUS(status));
    }
    pid_ = -1;
    return ending_;
  }

 private:
  using Steady = std::chrono::steady_clock;

  class Stopwatch {
   public:
    explicit Stopwatch(int64_t* total_ns) : total_ns_(total_ns), begin_(Steady::now()) {}
    ~Stopwatch() { *total_ns_ += std::chrono::nanoseconds(Steady::now() - begin_).count(); }
    Stopwatch(const Stopwatch&) = delete;
    Stopwatch& operator=(const Stopwatch&) = delete;

   private:
    int64_t* total_ns_;
    Steady::time_point begin_;
  };

  /// How long the child has neither moved a byte nor got on.
  class Silence {
   public:
    Silence(std::atomic_ref<uint64_t> word, int64_t ms_max)
        : word_(word), seen_(word.load()), ms_max_(ms_max) {
      Restart();
    }
    void Restart() { since_ = Steady::now(); }
    bool TooLong() {
      const uint64_t now = word_.load();
      if (now != std::exchange(seen_, now)) Restart();
      return Steady::now() - since_ > std::chrono::milliseconds(ms_max_);
    }

   private:
    std::atomic_ref<uint64_t> word_;
    uint64_t seen_;
    int64_t ms_max_;
    Steady::time_point since_;
  };

  Talk Wait(short events, ssize_t result, Silence* silence) {
    if (result < 0 && errno == EINTR) return Talk::kDone;
    if (result < 0 && errno != EAGAIN && errno != EWOULDBLOCK) return Talk::kEnded;
    pollfd entry{stream_.get(), events, 0};
    poll(&entry, 1, kLookMs);
    return silence->TooLong() ? Talk::kSilent : Talk::kDone;
  }

  FileDescriptor stream_;
  std::unique_ptr<SharedPage> page_;
  int64_t waited_ns_ = 0;
  pid_t pid_;
  std::string ending_ = "not running";
};

class RealLauncher final : public ProcessLauncher {
 public:
  Result<std::unique_ptr<ChildProcess>> Start(const ChildProcessSpec& spec) override {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
      return SystemError("a pair of sockets");
    }
    FileDescriptor own(ends[0]);
    FileDescriptor theirs(ends[1]);
    fcntl(own.get(), F_SETFL, O_NONBLOCK);
    auto page = std::make_unique<SharedPage>();
    TRY(page->Open());
    std::vector<std::string> texts = spec.arguments;
    std::vector<char*> arguments = Pointers(&texts);
    std::vector<std::string> variable_texts = Variables(spec);
    std::vector<char*> variables = Pointers(&variable_texts);
    const pid_t parent = getpid();
    // Without what libraries do around a fork (allocators take all of their locks): the child
    // allocates nothing.
    const pid_t pid = _Fork();
    if (pid < 0) return SystemError("could not start '" + spec.arguments[0] + "'");
    if (pid == 0) {
      Become(arguments.data(), variables.data(), theirs.get(), page->fd(), spec.memory_max, parent);
    }
    return std::make_unique<RealChild>(std::move(own), std::move(page), pid);
  }

 private:
  static std::vector<std::string> Variables(const ChildProcessSpec& spec) {
    std::vector<std::string> texts;
    for (char** entry = environ; *entry != nullptr; ++entry) {
      const std::string_view text = *entry;
      const std::string_view name = text.substr(0, text.find('='));
      const bool replaced = std::ranges::any_of(
          spec.variables, [&](const auto& variable) { return variable.first == name; });
      if (!replaced) texts.emplace_back(text);
    }
    for (const auto& [name, value] : spec.variables) texts.push_back(name + "=" + value);
    return texts;
  }
  static std::vector<char*> Pointers(std::vector<std::string>* texts) {
    std::vector<char*> pointers;
    for (std::string& text : *texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
  }
};

}  // namespace

std::unique_ptr<ProcessLauncher> MakeRealProcessLauncher() {
  return std::make_unique<RealLauncher>();
}

}  // namespace millrace
