// SPDX-License-Identifier: Apache-2.0
// libedit retries a read that a signal broke, so that Ctrl-C would need a second key. Therefore
// characters are read here.
#include "cli/shell/line_editor.h"

#include <fcntl.h>
#include <histedit.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cwchar>

#include "base/utf8.h"

namespace millrace {
namespace {

constexpr int kHistorySize = 5000;
constexpr size_t kMaxListed = 120;
constexpr size_t kListWidth = 100;

std::atomic<int> g_signal{0};
std::atomic<bool> g_resized{false};
int g_wake_up[2] = {-1, -1};  // a pipe: a signal may arrive on any thread, at any moment

void OnReadSignal(int signal) {
  if (signal == SIGWINCH) {
    g_resized = true;
  } else {
    g_signal = signal;
  }
  const int saved = errno;
  const ssize_t written = write(g_wake_up[1], "!", 1);
  static_cast<void>(written);  // a full pipe wakes as well
  errno = saved;
}

void DrainWakeUp() {
  char bytes[64];
  while (read(g_wake_up[0], bytes, sizeof(bytes)) > 0) {
  }
}

/// Signals wake WaitForInput, for its lifetime.
class ReadSignals {
 public:
  ReadSignals() {
    DrainWakeUp();
    g_signal = 0;
    struct sigaction action = {};
    action.sa_handler = OnReadSignal;
    for (size_t i = 0; i < std::size(kSignals); ++i) sigaction(kSignals[i], &action, &before_[i]);
  }
  ~ReadSignals() {
    for (size_t i = 0; i < std::size(kSignals); ++i) sigaction(kSignals[i], &before_[i], nullptr);
  }
  ReadSignals(const ReadSignals&) = delete;
  ReadSignals& operator=(const ReadSignals&) = delete;

 private:
  static constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP, SIGWINCH};
  struct sigaction before_[std::size(kSignals)] = {};
};

/// True once there is something to read; false after a signal that ends the line.
bool WaitForInput(EditLine* edit) {
  while (true) {
    pollfd inputs[] = {{STDIN_FILENO, POLLIN, 0}, {g_wake_up[0], POLLIN, 0}};
    const int ready = poll(inputs, std::size(inputs), -1);
    if (ready < 0 && errno != EINTR) return true;
    DrainWakeUp();
    if (g_signal != 0) return false;
    if (g_resized.exchange(false)) el_resize(edit);
    if (ready > 0 && inputs[0].revents != 0) return true;
  }
}

int ReadCharacter(EditLine* edit, wchar_t* out) {
  std::mbstate_t state = {};
  while (true) {
    char byte = 0;
    if (!WaitForInput(edit)) return -1;
    const ssize_t n = read(STDIN_FILENO, &byte, 1);
    if (n < 0 && errno == EINTR) continue;
    if (n != 1) return static_cast<int>(n);
    const size_t used = std::mbrtowc(out, &byte, 1, &state);
    if (used == static_cast<size_t>(-2)) continue;
    if (used == static_cast<size_t>(-1)) *out = L'?';
    return 1;
  }
}

std::string CommonPrefix(const std::vector<std::string>& words) {
  std::string prefix = words.front();
  for (const std::string& word : words) {
    const auto ends = std::mismatch(prefix.begin(), prefix.end(), word.begin(), word.end());
    prefix.erase(ends.first, prefix.end());
  }
  while (!prefix.empty() && !IsValidUtf8(prefix)) prefix.pop_back();
  return prefix;
}

/// Words in columns, row by row.
std::string Listed(const std::vector<std::string>& words) {
  const size_t shown = std::min(words.size(), kMaxListed);
  size_t width = 1;
  for (size_t i = 0; i < shown; ++i) width = std::max<size_t>(width, DisplayWidth(words[i]) + 2);
  const size_t per_line = std::max<size_t>(1, kListWidth / width);
  std::string text = "\n";
  for (size_t i = 0; i < shown; ++i) {
    text += words[i];
    const bool ends = (i + 1) % per_line == 0 || i + 1 == shown;
    text += ends ? "\n" : std::string(width - DisplayWidth(words[i]), ' ');
  }
  if (words.size() > shown) {
    text += "... and " + std::to_string(words.size() - shown) + " more\n";
  }
  return text;
}

class LineEditor final : public LineSource {
 public:
  explicit LineEditor(LineEditorOptions options) : options_(std::move(options)) {}
  ~LineEditor() override {
    if (edit_ != nullptr) el_end(edit_);
    if (history_ != nullptr) history_end(history_);
  }

  bool Start() {
    if (g_wake_up[0] < 0 && pipe2(g_wake_up, O_CLOEXEC | O_NONBLOCK) != 0) return false;
    const bool set = std::setlocale(LC_CTYPE, "") != nullptr;
    if (!set || MB_CUR_MAX == 1) std::setlocale(LC_CTYPE, "C.UTF-8");
    edit_ = el_init("millrace", stdin, stdout, stderr);
    history_ = history_init();
    if (edit_ == nullptr || history_ == nullptr) return false;
    HistEvent event = {};
    history(history_, &event, H_SETSIZE, kHistorySize);
    history(history_, &event, H_SETUNIQUE, 1);
    if (!options_.history_path.empty()) {
      history(history_, &event, H_LOAD, options_.history_path.c_str());
    }
    el_set(edit_, EL_CLIENTDATA, this);
    el_set(edit_, EL_PROMPT, &LineEditor::Prompt);
    el_set(edit_, EL_EDITOR, "emacs");
    el_set(edit_, EL_SIGNAL, 0);
    el_set(edit_, EL_HIST, history, history_);
    el_set(edit_, EL_GETCFN, &ReadCharacter);
    el_set(edit_, EL_ADDFN, "millrace-complete", "Complete a name", &LineEditor::OnComplete);
    el_set(edit_, EL_BIND, "^I", "millrace-complete", nullptr);
    el_set(edit_, EL_BIND, "^R", "em-inc-search-prev", nullptr);
    el_set(edit_, EL_BIND, "\\e[3~", "ed-delete-next-char", nullptr);
    el_set(edit_, EL_BIND, "\\e[1;5C", "em-next-word", nullptr);
    el_set(edit_, EL_BIND, "\\e[1;5D", "ed-prev-word", nullptr);
    el_source(edit_, nullptr);
    return true;
  }

  Outcome Read(const std::string& prompt, const std::string& pending, std::string* line) override {
    prompt_ = prompt;
    pending_ = &pending;
    int length = 0;
    const ReadSignals signals;
    const char* text = el_gets(edit_, &length);
    if (g_signal != 0) {
      el_reset(edit_);
      std::fputs("\n", stdout);
      std::fflush(stdout);
      return g_signal == SIGINT ? Outcome::kInterrupted : Outcome::kEnd;
    }
    if (text == nullptr || length <= 0) {
      std::fputs("\n", stdout);
      std::fflush(stdout);
      return Outcome::kEnd;
    }
    line->assign(text, static_cast<size_t>(length));
    while (!line->empty() && (line->back() == '\n' || line->back() == '\r')) line->pop_back();
    return Outcome::kLine;
  }

  void Remember(const std::string& statement) override {
    HistEvent event = {};
    history(history_, &event, H_ENTER, statement.c_str());
    if (!options_.history_path.empty()) {
      history(history_, &event, H_SAVE, options_.history_path.c_str());
    }
  }

 private:
  static LineEditor* Of(EditLine* edit) {
    void* editor = nullptr;
    el_get(edit, EL_CLIENTDATA, &editor);
    return static_cast<LineEditor*>(editor);
  }
  static char* Prompt(EditLine* edit) { return Of(edit)->prompt_.data(); }
  static unsigned char OnComplete(EditLine* edit, int) { return Of(edit)->Complete(); }

  unsigned char Complete() {
    const LineInfo* info = el_line(edit_);
    const std::string before(info->buffer, info->cursor);
    const std::string after(info->cursor, info->lastchar);
    const Completion found = options_.complete(*pending_ + before, after);
    if (found.words.empty() || found.prefix > before.size()) return CC_ERROR;
    const std::string typed = before.substr(before.size() - found.prefix);
    const std::string common = CommonPrefix(found.words);
    const bool longer = common.size() > typed.size();
    if (longer || (found.words.size() == 1 && common != typed)) {
      el_deletestr(edit_, static_cast<int>(CountCodePoints(typed)));
      if (el_insertstr(edit_, common.c_str()) == -1) return CC_ERROR;
      return CC_REFRESH;
    }
    if (found.words.size() == 1) return CC_NORM;
    std::fputs(Listed(found.words).c_str(), stdout);
    std::fflush(stdout);
    return CC_REDISPLAY;
  }

  LineEditorOptions options_;
  EditLine* edit_ = nullptr;
  History* history_ = nullptr;
  std::string prompt_;
  const std::string* pending_ = nullptr;
};

}  // namespace

std::unique_ptr<LineSource> MakeLineEditor(LineEditorOptions options) {
  auto editor = std::make_unique<LineEditor>(std::move(options));
  if (!editor->Start()) return nullptr;
  return editor;
}

}  // namespace millrace
