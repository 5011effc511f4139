// SPDX-License-Identifier: Apache-2.0
#include "functions/python/python_session.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "base/json_writer.h"
#include "functions/python/worker_script.h"

namespace millrace {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr int64_t kStartMs = 60'000;  // importing may take its time
constexpr const char* kScript = "MILLRACE_PYTHON_WORKER";
constexpr const char* kHint =
    "install pyarrow for it (python3 -m pip install pyarrow), or name a Python that has it: "
    "SET 'python.executable' = '/path/to/python3'";

std::string LastLine(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  return std::string(text.substr(text.rfind('\n') + 1));
}

/// `key value` by lines.
PythonDescription ReadDescription(std::string_view text) {
  PythonDescription description;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const size_t space = std::min(line.find(' '), line.size());
    const std::string_view key = line.substr(0, space);
    const std::string value(line.substr(std::min(space + 1, line.size())));
    if (key == "kind") {
      description.kind = value == "table"       ? PythonDescription::Kind::kTable
                         : value == "aggregate" ? PythonDescription::Kind::kAggregate
                                                : PythonDescription::Kind::kScalar;
    } else if (key == "result") {
      description.result = value;
    } else if (key == "input") {
      description.inputs.push_back(value);
    } else if (key == "least" || key == "most") {
      (key == "least" ? description.least : description.most) = std::stoul(value);
    } else if (key == "deterministic") {
      description.deterministic = value == "1";
    } else if (key == "type") {
      description.whole_batches = value != "general";
    } else if (key == "retract") {
      description.retracts = value == "1";
    } else if (key == "merge") {
      description.merges = value == "1";
    }
  }
  return description;
}

std::string SearchPath(const std::vector<std::string>& paths) {
  std::string text;
  for (const std::string& path : paths) {
    // A module is found in its folder.
    const bool module = path.ends_with(".py");
    const size_t slash = path.rfind('/');
    text += module ? (slash == std::string::npos ? "." : path.substr(0, slash + 1)) : path;
    text += ':';
  }
  return text + ".";
}

}  // namespace

std::shared_ptr<PythonSession> PythonSession::OfThisThread(ProcessLauncher* launcher,
                                                           const PythonSettings& settings) {
  thread_local std::map<PythonSettings, std::weak_ptr<PythonSession>> sessions;
  std::weak_ptr<PythonSession>& known = sessions[settings];
  if (auto session = known.lock()) return session;
  auto session = std::make_shared<PythonSession>(launcher, settings);
  known = session;
  return session;
}

Status PythonSession::Start() {
  if (child_ != nullptr) return OkStatus();
  loaded_.clear();
  ChildProcessSpec spec;
  spec.arguments = {settings_.executable, "-c",
                    "import os; exec(compile(os.environ.pop('" + std::string(kScript) +
                        "'), '<worker>', 'exec'))"};
  spec.variables = {{kScript, PythonWorkerScript()},
                    {"PYTHONPATH", SearchPath(settings_.paths)},
                    {"ARROW_DEFAULT_MEMORY_POOL", "system"},
                    {"MALLOC_ARENA_MAX", "1"},
                    {"OMP_NUM_THREADS", "1"},
                    {"OPENBLAS_NUM_THREADS", "1"}};
  spec.memory_max = settings_.memory_max;
  TRY_ASSIGN(child_, launcher_->Start(spec));
  const int64_t timeout = std::exchange(settings_.timeout_ms, kStartMs);
  const Answer hello = ReadAnswer();
  settings_.timeout_ms = timeout;
  if (hello.kind == Answer::Kind::kDone && hello.text.starts_with("ready ")) return OkStatus();
  const std::string name = "'" + settings_.executable + "'";
  child_.reset();
  if (hello.kind == Answer::Kind::kDone) {
    return UserError("MR0333", "Python " + name + " has no pyarrow", hello.text, kHint);
  }
  return UserError("MR0333", "Python " + name + " could not be started: " + hello.text, {}, kHint);
}

Result<PythonDescription> PythonSession::Load(const std::string& function) {
  TRY(Start());
  const auto known = loaded_.find(function);
  if (known != loaded_.end()) return known->second;
  JsonWriter header;
  header.BeginObject().Field("do", "load").Field("function", function).EndObject();
  const int64_t timeout = std::exchange(settings_.timeout_ms, kStartMs);
  const Answer answer = Exchange(std::move(header).Finish(), {});
  settings_.timeout_ms = timeout;
  if (answer.kind != Answer::Kind::kDone) {
    return UserError(
        "MR0333", "Python function '" + function + "' cannot be loaded: " + LastLine(answer.text),
        answer.text,
        "modules are looked for in the current directory and in "
        "SET 'python.files' = 'folder;file.py'");
  }
  return loaded_[function] = ReadDescription(answer.text);
}

Result<PythonSession::Answer> PythonSession::Ask(std::string_view what, const std::string& function,
                                                 const std::vector<std::string>& streams,
                                                 std::string_view more) {
  TRY(Load(function));
  JsonWriter header;
  header.BeginObject().Field("do", what).Field("function", function).Key("sizes").BeginArray();
  for (const std::string& stream : streams) header.Int(static_cast<int64_t>(stream.size()));
  header.EndArray();
  if (!more.empty()) header.Key("merge").Raw(more);
  header.EndObject();
  return Exchange(std::move(header).Finish(), streams);
}

PythonSession::Answer PythonSession::Exchange(std::string_view header,
                                              const std::vector<std::string>& streams) {
  uint64_t sizes[2] = {header.size(), 0};
  for (const std::string& stream : streams) sizes[1] += stream.size();
  child_->SetProgress(0);
  const auto send = [&](std::string_view bytes) {
    return child_->Send(bytes, settings_.timeout_ms);
  };
  using Talk = ChildProcess::Talk;
  Talk talk = send({reinterpret_cast<const char*>(sizes), sizeof(sizes)});
  if (talk == Talk::kDone) talk = send(header);
  for (const std::string& stream : streams) {
    if (talk == Talk::kDone) talk = send(stream);
  }
  return talk == Talk::kDone ? ReadAnswer() : Lose(talk);
}

PythonSession::Answer PythonSession::ReadAnswer() {
  uint64_t sizes[2];
  using Talk = ChildProcess::Talk;
  Talk talk = child_->Receive(reinterpret_cast<char*>(sizes), sizeof(sizes), settings_.timeout_ms);
  if (talk != Talk::kDone) return Lose(talk);
  Answer answer;
  answer.text.resize(sizes[0]);
  answer.body.resize(sizes[1]);
  talk = child_->Receive(answer.text.data(), sizes[0], settings_.timeout_ms);
  if (talk == Talk::kDone) {
    talk = child_->Receive(answer.body.data(), sizes[1], settings_.timeout_ms);
  }
  if (talk != Talk::kDone) return Lose(talk);
  constexpr std::string_view kFailed = "failed ";
  if (answer.text.starts_with(kFailed)) {
    answer.kind = Answer::Kind::kFailed;
    answer.text.erase(0, kFailed.size());
  }
  return answer;
}

PythonSession::Answer PythonSession::Lose(ChildProcess::Talk talk) {
  Answer answer;
  answer.kind = Answer::Kind::kLost;
  answer.row = child_->progress();
  const std::string ending = child_->End();
  answer.text = talk == ChildProcess::Talk::kSilent
                    ? "no answer for " + std::to_string(settings_.timeout_ms) + " ms"
                    : "the worker ended: " + ending;
  waited_ns_ += child_->waited_ns();
  child_.reset();
  return answer;
}

}  // namespace millrace
