// SPDX-License-Identifier: Apache-2.0
#include "env/disk_object_store.h"

#include <utility>

#include "env/durable_directory.h"

namespace millrace {
namespace {

constexpr std::string_view kPartialSuffix = ".partial";

std::string BaseName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

class DiskObjectWriter final : public ObjectWriter {
 public:
  DiskObjectWriter(Disk* disk, std::string path, std::string hidden,
                   std::unique_ptr<WritableFile> file)
      : disk_(disk), path_(std::move(path)), hidden_(std::move(hidden)), file_(std::move(file)) {}
  ~DiskObjectWriter() override {
    if (done_) return;
    file_.reset();
    (void)disk_->Remove(hidden_);  // if it stays, it is partial
  }

  Status Append(std::string_view bytes) override { return file_->Append(bytes); }

  Status Finish() override {
    TRY(file_->Sync());
    TRY(file_->Close());
    TRY(disk_->Rename(hidden_, path_));
    done_ = true;
    return disk_->SyncDirectory(ParentDirectory(path_));
  }

 private:
  Disk* disk_;
  std::string path_;
  std::string hidden_;
  std::unique_ptr<WritableFile> file_;
  bool done_ = false;
};

class DiskObjectStore final : public ObjectStore {
 public:
  DiskObjectStore(Disk* disk, std::string directory)
      : disk_(disk), directory_(std::move(directory)), url_("file://" + directory_) {}

  Result<std::unique_ptr<ObjectWriter>> Write(const std::string& name) override {
    const std::string path = PathOf(name);
    const std::string parent = ParentDirectory(path);
    TRY(CreateDurableDirectory(disk_, parent));
    std::string hidden = parent + "/." + BaseName(path) + std::string(kPartialSuffix);
    TRY_ASSIGN(auto file, disk_->OpenForAppend(hidden, std::nullopt));
    return std::make_unique<DiskObjectWriter>(disk_, path, std::move(hidden), std::move(file));
  }

  Result<std::unique_ptr<ReadableFile>> Read(const std::string& name) override {
    return disk_->OpenForRead(PathOf(name));
  }

  Result<std::vector<ObjectInfo>> List(const std::string& folder) override {
    std::vector<ObjectInfo> objects;
    TRY_ASSIGN(const auto there, disk_->Stat(PathOf(folder)));
    if (!there) return objects;
    TRY_ASSIGN(const auto files, disk_->List(PathOf(folder), /*recursive=*/false));
    for (const FileInfo& file : files) {
      const std::string name = BaseName(file.path);
      objects.push_back({.name = folder.empty() ? name : folder + "/" + name,
                         .size = file.size,
                         .modified_ms = file.modified_ms,
                         .directory = file.directory,
                         .partial = name.starts_with('.') && name.ends_with(kPartialSuffix)});
    }
    return objects;
  }

  Status Remove(const std::string& name) override { return disk_->Remove(PathOf(name)); }

  const std::string& url() const override { return url_; }

 private:
  std::string PathOf(const std::string& name) const {
    return name.empty() ? directory_ : directory_ + "/" + name;
  }

  Disk* disk_;
  std::string directory_;
  std::string url_;
};

}  // namespace

Result<std::string> ObjectStore::ReadAll(const std::string& name) {
  TRY_ASSIGN(const auto file, Read(name));
  TRY_ASSIGN(const uint64_t size, file->Size());
  std::string bytes(size, '\0');
  TRY_ASSIGN(const size_t read, file->ReadAt(0, size, bytes.data()));
  bytes.resize(read);
  return bytes;
}

Status ObjectStore::WriteAll(const std::string& name, std::string_view bytes) {
  TRY_ASSIGN(const auto writer, Write(name));
  TRY(writer->Append(bytes));
  return writer->Finish();
}

std::unique_ptr<ObjectStore> MakeDiskObjectStore(Disk* disk, std::string directory) {
  return std::make_unique<DiskObjectStore>(disk, std::move(directory));
}

}  // namespace millrace
