// SPDX-License-Identifier: Apache-2.0
#include "env/simulated/disk.h"

#include <algorithm>
#include <set>
#include <vector>

#include "base/check.h"

namespace millrace {
namespace {

constexpr uint64_t kSector = 512;

struct SimulatedFile {
  std::string bytes;
  std::string durable;
  int64_t modified_ms = 0;
  bool directory = false;
};
using FilePointer = std::shared_ptr<SimulatedFile>;

std::string Normal(std::string_view path) {
  std::string normal;
  while (!path.empty()) {
    const size_t end = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, end);
    if (!part.empty() && part != ".") normal += "/" + std::string(part);
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return normal.empty() ? "/" : normal;
}

std::string ParentOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::unexpected<Error> Failed(const char* verb, const std::string& path, const char* why) {
  return ExternalError("MR0801", "could not " + std::string(verb) + " '" + path + "'", why);
}

/// The bytes after a power loss: the durable ones and a part of what was added to or cut from them.
std::string Survivor(const SimulatedFile& file, Random* random) {
  const std::string& now = file.bytes;
  const std::string& synced = file.durable;
  if (now == synced) return synced;
  if (now.size() < synced.size() || now.compare(0, synced.size(), synced) != 0) {
    return random->Next() % 2 == 0 ? now : synced;  // truncated or rewritten: one or the other
  }
  const uint64_t added = now.size() - synced.size();
  uint64_t kept = random->Next() % (added + 1);
  if (kept != added) {
    const uint64_t end = (synced.size() + kept) / kSector * kSector;
    kept = end > synced.size() ? end - synced.size() : 0;
  }
  std::string survivor = now.substr(0, synced.size() + kept);
  // The file system may have grown the file before its data came.
  if (kept < added && random->Next() % 4 == 0) {
    survivor.append(std::min(kSector, added - kept), '\0');
  }
  return survivor;
}

}  // namespace

struct SimulatedDisk::State {
  std::mutex mutex;
  std::map<std::string, FilePointer> names;    // all paths as programs see them
  std::map<std::string, FilePointer> durable;  // as the directories hold them
  std::set<std::string> locks;
  FaultHook faults;
  uint64_t capacity = UINT64_MAX;
  uint64_t generation = 0;  // counts crashes: files opened before are dead
  Clock* clock = nullptr;

  int64_t Now() const { return clock == nullptr ? 0 : clock->WallMillis(); }
  FilePointer Find(const std::string& path) const {
    const auto found = names.find(path);
    return found == names.end() ? nullptr : found->second;
  }
  bool IsDirectory(const std::string& path) const {
    const FilePointer file = Find(path);
    return file != nullptr && file->directory;
  }
  uint64_t Used() const {
    uint64_t used = 0;
    for (const auto& [path, file] : names) used += file->bytes.size();
    return used;
  }
  Status Fault(Operation operation, const std::string& path) const {
    return faults ? faults(operation, path) : OkStatus();
  }
};

class SimulatedDisk::Reader final : public ReadableFile {
 public:
  Reader(std::shared_ptr<State> state, FilePointer file, std::string path)
      : state_(std::move(state)),
        file_(std::move(file)),
        path_(std::move(path)),
        generation_(state_->generation) {}

  Result<size_t> ReadAt(uint64_t offset, size_t size, char* out) override {
    const std::lock_guard lock(state_->mutex);
    if (generation_ != state_->generation) return Failed("read", path_, "the machine was down");
    TRY(state_->Fault(Operation::kRead, path_));
    if (offset >= file_->bytes.size()) return size_t{0};
    return file_->bytes.copy(out, size, offset);
  }
  Result<uint64_t> Size() override {
    const std::lock_guard lock(state_->mutex);
    return static_cast<uint64_t>(file_->bytes.size());
  }

 private:
  std::shared_ptr<State> state_;
  FilePointer file_;
  std::string path_;
  uint64_t generation_;
};

class SimulatedDisk::Writer final : public WritableFile {
 public:
  Writer(std::shared_ptr<State> state, FilePointer file, std::string path)
      : state_(std::move(state)),
        file_(std::move(file)),
        path_(std::move(path)),
        generation_(state_->generation),
        size_(file_->bytes.size()) {}

  Status Append(std::string_view bytes) override {
    const std::lock_guard lock(state_->mutex);
    TRY(CheckUsable("write"));
    if (const Status fault = state_->Fault(Operation::kAppend, path_); !fault) {
      file_->bytes.append(bytes.substr(0, bytes.size() / 2));
      failed_ = true;
      return fault;
    }
    if (bytes.size() > state_->capacity || state_->Used() > state_->capacity - bytes.size()) {
      failed_ = true;
      return ExternalError("MR0802", "could not write '" + path_ + "'", "no space left on device",
                           true);
    }
    file_->bytes.append(bytes);
    file_->modified_ms = state_->Now();
    size_ += bytes.size();
    return OkStatus();
  }

  Status Sync() override {
    const std::lock_guard lock(state_->mutex);
    TRY(CheckUsable("sync"));
    if (const Status fault = state_->Fault(Operation::kSync, path_); !fault) {
      failed_ = true;
      return fault;
    }
    file_->durable = file_->bytes;
    return OkStatus();
  }

  Status Close() override {
    closed_ = true;
    return OkStatus();
  }
  uint64_t size() const override { return size_; }

 private:
  Status CheckUsable(const char* verb) const {
    if (generation_ != state_->generation) return Failed(verb, path_, "the machine was down");
    if (closed_) return InternalError("'" + path_ + "' is closed");
    if (failed_) return Failed(verb, path_, "it failed before and was given up");
    return OkStatus();
  }

  std::shared_ptr<State> state_;
  FilePointer file_;
  std::string path_;
  uint64_t generation_;
  uint64_t size_;
  bool failed_ = false;
  bool closed_ = false;
};

class SimulatedDisk::LockHandle final : public FileLock {
 public:
  LockHandle(std::shared_ptr<State> state, std::string path)
      : state_(std::move(state)), path_(std::move(path)), generation_(state_->generation) {}
  ~LockHandle() override {
    const std::lock_guard lock(state_->mutex);
    if (generation_ == state_->generation) state_->locks.erase(path_);
  }

 private:
  std::shared_ptr<State> state_;
  std::string path_;
  uint64_t generation_;
};

SimulatedDisk::SimulatedDisk(Clock* clock) : state_(std::make_shared<State>()) {
  state_->clock = clock;
  auto root = std::make_shared<SimulatedFile>();
  root->directory = true;
  state_->names["/"] = state_->durable["/"] = root;
}

SimulatedDisk::~SimulatedDisk() = default;

Result<std::unique_ptr<ReadableFile>> SimulatedDisk::OpenForRead(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  TRY(state_->Fault(Operation::kOpen, path));
  FilePointer file = state_->Find(Normal(path));
  if (file == nullptr) return Failed("open", path, "No such file or directory");
  if (file->directory) return Failed("read", path, "Is a directory");
  return std::make_unique<Reader>(state_, std::move(file), path);
}

Result<std::unique_ptr<WritableFile>> SimulatedDisk::OpenForAppend(const std::string& path,
                                                                   std::optional<uint64_t> keep) {
  const std::lock_guard lock(state_->mutex);
  TRY(state_->Fault(Operation::kOpen, path));
  const std::string normal = Normal(path);
  FilePointer file = state_->Find(normal);
  if (file == nullptr) {
    if (!state_->IsDirectory(ParentOf(normal))) {
      return Failed("create", path, "No such file or directory");
    }
    file = std::make_shared<SimulatedFile>();
    file->modified_ms = state_->Now();
    state_->names[normal] = file;
  }
  if (file->directory) return Failed("create", path, "Is a directory");
  const uint64_t size = keep.value_or(0);
  if (file->bytes.size() < size) return Failed("open", path, "it is shorter than expected");
  file->bytes.resize(size);
  return std::make_unique<Writer>(state_, std::move(file), path);
}

Status SimulatedDisk::Rename(const std::string& from, const std::string& to) {
  const std::lock_guard lock(state_->mutex);
  TRY(state_->Fault(Operation::kRename, from));
  const std::string source = Normal(from);
  const std::string target = Normal(to);
  FilePointer file = state_->Find(source);
  if (file == nullptr || !state_->IsDirectory(ParentOf(target))) {
    return Failed("rename", from, "No such file or directory");
  }
  if (file->directory || state_->IsDirectory(target)) {
    return Failed("rename", from, "Is a directory");
  }
  state_->names.erase(source);
  state_->names[target] = std::move(file);
  return OkStatus();
}

Status SimulatedDisk::Remove(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  TRY(state_->Fault(Operation::kRemove, path));
  const std::string normal = Normal(path);
  if (state_->IsDirectory(normal)) {
    const auto next = state_->names.lower_bound(normal + "/");
    if (next != state_->names.end() && next->first.starts_with(normal + "/")) {
      return Failed("remove", path, "Directory not empty");
    }
    // What was removed from it before is gone for good: a new one of this name is another one.
    std::erase_if(state_->durable,
                  [&](const auto& entry) { return entry.first.starts_with(normal + "/"); });
  }
  state_->names.erase(normal);
  return OkStatus();
}

Status SimulatedDisk::CreateDirectories(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  const std::string normal = Normal(path);
  for (size_t end = normal.find('/', 1);; end = normal.find('/', end + 1)) {
    const std::string prefix = normal.substr(0, end);
    const FilePointer present = state_->Find(prefix);
    if (present != nullptr && !present->directory) {
      return Failed("create the directory", path, "Not a directory");
    }
    if (present == nullptr) {
      auto directory = std::make_shared<SimulatedFile>();
      directory->directory = true;
      state_->names[prefix] = std::move(directory);
    }
    if (end == std::string::npos) return OkStatus();
  }
}

Status SimulatedDisk::SyncDirectory(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  TRY(state_->Fault(Operation::kSyncDirectory, path));
  const std::string normal = Normal(path);
  if (!state_->IsDirectory(normal)) return Failed("sync the directory", path, "No such directory");
  const auto is_child = [&](const std::string& name) {
    return name != "/" && ParentOf(name) == normal;
  };
  std::erase_if(state_->durable, [&](const auto& entry) { return is_child(entry.first); });
  for (const auto& [name, file] : state_->names) {
    if (is_child(name)) state_->durable[name] = file;
  }
  return OkStatus();
}

Result<std::vector<FileInfo>> SimulatedDisk::List(const std::string& directory, bool recursive) {
  const std::lock_guard lock(state_->mutex);
  TRY(state_->Fault(Operation::kList, directory));
  const std::string normal = Normal(directory);
  if (!state_->IsDirectory(normal)) return Failed("list", directory, "No such file or directory");
  const std::string prefix = normal == "/" ? "/" : normal + "/";
  std::vector<FileInfo> found;
  for (auto entry = state_->names.lower_bound(prefix); entry != state_->names.end(); ++entry) {
    if (!entry->first.starts_with(prefix)) break;
    const std::string rest = entry->first.substr(prefix.size());
    if (rest.empty() || (!recursive && rest.find('/') != std::string::npos)) continue;
    found.push_back({.path = (directory.ends_with('/') ? directory : directory + "/") + rest,
                     .size = entry->second->bytes.size(),
                     .modified_ms = entry->second->modified_ms,
                     .directory = entry->second->directory});
  }
  return found;
}

Result<std::optional<FileInfo>> SimulatedDisk::Stat(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  const FilePointer file = state_->Find(Normal(path));
  if (file == nullptr) return std::nullopt;
  return FileInfo{.path = path,
                  .size = file->bytes.size(),
                  .modified_ms = file->modified_ms,
                  .directory = file->directory};
}

Result<std::unique_ptr<FileLock>> SimulatedDisk::Lock(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  const std::string normal = Normal(path);
  if (!state_->IsDirectory(ParentOf(normal))) {
    return Failed("lock", path, "No such file or directory");
  }
  if (!state_->locks.insert(normal).second) {
    return ExternalError("MR0803", "'" + path + "' is locked by another process", "process 1");
  }
  if (state_->Find(normal) == nullptr) state_->names[normal] = std::make_shared<SimulatedFile>();
  return std::make_unique<LockHandle>(state_, normal);
}

void SimulatedDisk::Crash(Random* random) {
  const std::lock_guard lock(state_->mutex);
  // A file that has a new name and lost its old one was renamed: both changes survive or neither.
  std::map<std::string, FilePointer> survivors = state_->durable;
  std::map<SimulatedFile*, bool> fate;
  const auto keeps = [&](const FilePointer& file) {
    const auto [entry, fresh] = fate.try_emplace(file.get(), false);
    if (fresh) entry->second = random->Next() % 2 == 0;
    return entry->second;
  };
  for (const auto& [name, file] : state_->durable) {
    const FilePointer now = state_->Find(name);
    if (now == nullptr && keeps(file)) survivors.erase(name);  // removed or renamed away
  }
  for (const auto& [name, file] : state_->names) {
    const auto before = state_->durable.find(name);
    const bool changed = before == state_->durable.end() || before->second != file;
    if (changed && keeps(file)) survivors[name] = file;
  }
  // A name whose directory is lost is lost with it.
  for (auto entry = survivors.begin(); entry != survivors.end();) {
    const bool root = entry->first == "/";
    const auto parent = root ? entry : survivors.find(ParentOf(entry->first));
    const bool orphan = parent == survivors.end() || !parent->second->directory;
    entry = orphan ? survivors.erase(entry) : std::next(entry);
  }
  std::map<SimulatedFile*, FilePointer> copies;
  for (auto& [name, file] : survivors) {
    FilePointer& copy = copies[file.get()];
    if (copy == nullptr) {
      copy = std::make_shared<SimulatedFile>(*file);
      copy->bytes = copy->durable = Survivor(*file, random);
    }
    file = copy;
  }
  state_->names = state_->durable = std::move(survivors);
  state_->locks.clear();
  ++state_->generation;
}

void SimulatedDisk::Kill() {
  const std::lock_guard lock(state_->mutex);
  state_->locks.clear();
  ++state_->generation;
}

void SimulatedDisk::SetFaults(FaultHook hook) {
  const std::lock_guard lock(state_->mutex);
  state_->faults = std::move(hook);
}

void SimulatedDisk::SetCapacity(uint64_t bytes) {
  const std::lock_guard lock(state_->mutex);
  state_->capacity = bytes;
}

}  // namespace millrace
