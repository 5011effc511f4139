// SPDX-License-Identifier: Apache-2.0
#include "state/object_store/s3_object_store.h"

#include <arrow/buffer.h>
#include <arrow/filesystem/s3fs.h>
#include <arrow/io/interfaces.h>

#include <chrono>
#include <cstdlib>
#include <mutex>
#include <utility>

namespace millrace {
namespace {

constexpr double kConnectSeconds = 10;
constexpr double kRequestSeconds = 60;
constexpr int64_t kAttempts = 3;

std::unexpected<Error> Failed(const std::string& url, const arrow::Status& status) {
  return ExternalError("MR0843", "'" + url + "' cannot be read or written", status.message(),
                       /*retryable=*/true);
}

Status ToStatus(const std::string& url, const arrow::Status& status) {
  if (status.ok()) return OkStatus();
  return Failed(url, status);
}

/// Once per process.
arrow::Status StartClient() {
  static std::once_flag once;
  static arrow::Status started;
  std::call_once(once, [] {
    arrow::fs::S3GlobalOptions options = arrow::fs::S3GlobalOptions::Defaults();
    options.log_level = arrow::fs::S3LogLevel::Off;
    started = arrow::fs::InitializeS3(options);
  });
  return started;
}

/// Its threads must have ended before the libraries are unloaded. Asked for once a file system was
/// made: what it needs for that is made with the first one, and goes before what was there already.
void EndClientAtExit() {
  static std::once_flag once;
  std::call_once(once, [] { std::atexit([] { (void)arrow::fs::EnsureS3Finalized(); }); });
}

class S3File final : public ReadableFile {
 public:
  S3File(std::string url, std::shared_ptr<arrow::io::RandomAccessFile> file)
      : url_(std::move(url)), file_(std::move(file)) {}

  Result<size_t> ReadAt(uint64_t offset, size_t size, char* out) override {
    const auto read = file_->ReadAt(static_cast<int64_t>(offset), static_cast<int64_t>(size), out);
    if (!read.ok()) return Failed(url_, read.status());
    return static_cast<size_t>(*read);
  }
  Result<uint64_t> Size() override {
    const auto size = file_->GetSize();
    if (!size.ok()) return Failed(url_, size.status());
    return static_cast<uint64_t>(*size);
  }

 private:
  std::string url_;
  std::shared_ptr<arrow::io::RandomAccessFile> file_;
};

class S3Writer final : public ObjectWriter {
 public:
  S3Writer(std::string url, std::shared_ptr<arrow::io::OutputStream> stream)
      : url_(std::move(url)), stream_(std::move(stream)) {}
  ~S3Writer() override {
    if (!stream_->closed()) (void)stream_->Abort();  // else it would make an object of what it has
  }

  Status Append(std::string_view bytes) override {
    return ToStatus(url_, stream_->Write(bytes.data(), static_cast<int64_t>(bytes.size())));
  }
  Status Finish() override { return ToStatus(url_, stream_->Close()); }

 private:
  std::string url_;
  std::shared_ptr<arrow::io::OutputStream> stream_;
};

struct Endpoint {
  std::string scheme = "https";
  std::string address;
};

/// Of an S3 that is not Amazon's.
Result<Endpoint> EndpointOf(const S3Settings& settings) {
  Endpoint endpoint{.scheme = "https", .address = settings.endpoint};
  while (endpoint.address.ends_with('/')) endpoint.address.pop_back();
  for (const std::string scheme : {"http", "https"}) {
    if (!endpoint.address.starts_with(scheme + "://")) continue;
    endpoint.scheme = scheme;
    endpoint.address = endpoint.address.substr(scheme.size() + 3);
  }
  if (endpoint.address.empty() || endpoint.address.find_first_of("/@ ") != std::string::npos) {
    return UserError("MR0503", "bad value for 's3.endpoint'",
                     "'" + settings.endpoint + "' is not a scheme and an address",
                     "'http://127.0.0.1:9000'");
  }
  return endpoint;
}

/// The client must have been started.
Result<arrow::fs::S3Options> OptionsOf(const S3Settings& settings) {
  arrow::fs::S3Options options =
      settings.access_key.empty()
          ? arrow::fs::S3Options::Defaults()
          : arrow::fs::S3Options::FromAccessKey(settings.access_key, settings.secret_key,
                                                settings.session_token);
  if (!settings.endpoint.empty()) {
    TRY_ASSIGN(const Endpoint endpoint, EndpointOf(settings));
    options.scheme = endpoint.scheme;
    options.endpoint_override = endpoint.address;
    options.force_virtual_addressing = !settings.path_style;
  }
  options.region = settings.region;
  if (options.region.empty() && !settings.endpoint.empty()) options.region = "us-east-1";
  options.connect_timeout = kConnectSeconds;
  options.request_timeout = kRequestSeconds;
  options.retry_strategy = arrow::fs::S3RetryStrategy::GetAwsStandardRetryStrategy(kAttempts);
  options.background_writes = false;  // an error is that of the call that made it
  options.allow_delayed_open = true;  // small objects are one request
  return options;
}

class S3ObjectStore final : public ObjectStore {
 public:
  S3ObjectStore(std::string place, S3Settings settings)
      : place_(std::move(place)), url_("s3://" + place_), settings_(std::move(settings)) {}

  Result<std::unique_ptr<ObjectWriter>> Write(const std::string& name) override {
    TRY(Connect());
    auto stream = files_->OpenOutputStream(PathOf(name));
    if (!stream.ok()) return Failed(url_, stream.status());
    return std::make_unique<S3Writer>(url_, *std::move(stream));
  }

  Result<std::unique_ptr<ReadableFile>> Read(const std::string& name) override {
    TRY(Connect());
    auto file = files_->OpenInputFile(PathOf(name));
    if (!file.ok()) return Failed(url_, file.status());
    return std::make_unique<S3File>(url_, *std::move(file));
  }

  Result<std::vector<ObjectInfo>> List(const std::string& folder) override {
    TRY(Connect());
    arrow::fs::FileSelector selector;
    selector.base_dir = PathOf(folder);
    selector.allow_not_found = true;
    const auto found = files_->GetFileInfo(selector);
    if (!found.ok()) return Failed(url_, found.status());
    std::vector<ObjectInfo> objects;
    for (const arrow::fs::FileInfo& info : *found) {
      const bool directory = info.type() == arrow::fs::FileType::Directory;
      const auto modified =
          std::chrono::duration_cast<std::chrono::milliseconds>(info.mtime().time_since_epoch());
      objects.push_back(
          {.name = folder.empty() ? info.base_name() : folder + "/" + info.base_name(),
           .size = directory ? 0 : static_cast<uint64_t>(info.size()),
           .modified_ms = modified.count(),
           .directory = directory,
           .partial = false});
    }
    return objects;
  }

  Status Remove(const std::string& name) override {
    TRY(Connect());
    const arrow::Status removed = files_->DeleteFile(PathOf(name));
    if (removed.ok()) return OkStatus();
    const auto info = files_->GetFileInfo(PathOf(name));
    if (info.ok() && info->type() == arrow::fs::FileType::NotFound) return OkStatus();
    return Failed(url_, removed);
  }

  const std::string& url() const override { return url_; }

 private:
  std::string PathOf(const std::string& name) const {
    return name.empty() ? place_ : place_ + "/" + name;
  }

  Status Connect() {
    const std::lock_guard lock(mutex_);
    if (files_ != nullptr) return OkStatus();
    if (const arrow::Status started = StartClient(); !started.ok()) return Failed(url_, started);
    TRY_ASSIGN(const arrow::fs::S3Options options, OptionsOf(settings_));
    auto files = arrow::fs::S3FileSystem::Make(options);
    EndClientAtExit();
    if (!files.ok()) return Failed(url_, files.status());
    files_ = *std::move(files);
    return OkStatus();
  }

  std::string place_;
  std::string url_;
  S3Settings settings_;
  std::mutex mutex_;  // while it is made
  std::shared_ptr<arrow::fs::S3FileSystem> files_;
};

}  // namespace

Result<std::unique_ptr<ObjectStore>> MakeS3ObjectStore(const std::string& place,
                                                       const S3Settings& settings) {
  if (settings.access_key.empty() != settings.secret_key.empty()) {
    return UserError("MR0503", "'s3.access-key' and 's3.secret-key' go together",
                     "one of them is missing");
  }
  if (!settings.endpoint.empty()) TRY(EndpointOf(settings));
  return std::make_unique<S3ObjectStore>(place, settings);
}

}  // namespace millrace
