// SPDX-License-Identifier: Apache-2.0
// BackupLocation: where backups go, as settings and environment say it, in Flink's names.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "env/environment.h"
#include "env/object_store.h"
#include "plan/settings.h"
#include "state/object_store/s3_object_store.h"

namespace millrace {

struct BackupSettings {
  std::string url;  // empty: no backups
  int64_t interval_ms = 10'000;
  int64_t retained = 1;
  S3Settings s3;

  /// MR0503: a value makes no sense. What settings do not say of S3 is taken from the environment
  /// variables that Amazon's tools know.
  static Result<BackupSettings> From(const Settings& settings, const Environment& env);
};

/// Whether a text names such a place: file:///directory, s3://bucket/prefix.
bool IsBackupUrl(std::string_view text);
/// `below` is a folder in it: the pipeline's.
Result<std::unique_ptr<ObjectStore>> OpenBackupStore(const Environment& env, const std::string& url,
                                                     const S3Settings& s3,
                                                     const std::string& below);

}  // namespace millrace
