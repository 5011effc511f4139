// SPDX-License-Identifier: Apache-2.0
#include "runtime/backup/backup_location.h"

#include <array>

#include "env/disk_object_store.h"

namespace millrace {
namespace {

constexpr std::string_view kFile = "file://";
/// s3a and s3p are how Flink tells its two S3 plug-ins apart.
constexpr std::array<std::string_view, 3> kS3{"s3://", "s3a://", "s3p://"};

std::string Joined(std::string place, const std::string& below) {
  while (place.size() > 1 && place.ends_with('/')) place.pop_back();
  return below.empty() ? place : place + "/" + below;
}

std::unexpected<Error> BadUrl(const std::string& url) {
  return UserError("MR0503", "bad value for 'execution.checkpointing.dir'",
                   "'" + url + "' is no place that backups can go to",
                   "'file:///directory' or 's3://bucket/prefix'");
}

/// The first of two names that is set: Flink's of today, and of before.
std::string Either(const Settings& settings, const std::string& key, const std::string& before) {
  if (const auto value = settings.Find(key)) return *value;
  return settings.GetString(before);
}

S3Settings S3From(const Settings& settings, const Environment& env) {
  const auto variable = [&env](const std::string& name) {
    return env.variables ? env.variables(name).value_or("") : std::string();
  };
  const auto value = [&](const std::string& key, const std::string& name) {
    const std::string text = settings.GetString(key);
    return text.empty() ? variable(name) : text;
  };
  S3Settings s3;
  s3.endpoint = value("s3.endpoint", "AWS_ENDPOINT_URL");
  s3.region = value("s3.endpoint.region", "AWS_REGION");
  if (s3.region.empty()) s3.region = variable("AWS_DEFAULT_REGION");
  s3.path_style = settings.GetBoolean("s3.path.style.access");
  s3.access_key = settings.GetString("s3.access-key");
  s3.secret_key = settings.GetString("s3.secret-key");
  if (!s3.access_key.empty() || !s3.secret_key.empty()) return s3;
  s3.access_key = variable("AWS_ACCESS_KEY_ID");
  s3.secret_key = variable("AWS_SECRET_ACCESS_KEY");
  s3.session_token = variable("AWS_SESSION_TOKEN");
  return s3;
}

}  // namespace

bool IsBackupUrl(std::string_view text) {
  if (text.starts_with(kFile)) return true;
  for (const std::string_view scheme : kS3) {
    if (text.starts_with(scheme)) return true;
  }
  return false;
}

Result<BackupSettings> BackupSettings::From(const Settings& settings, const Environment& env) {
  constexpr int64_t kDayMs = 86400000;
  BackupSettings backup;
  backup.url = Either(settings, "execution.checkpointing.dir", "state.checkpoints.dir");
  if (backup.url.empty()) return backup;
  backup.interval_ms = settings.GetDuration("millrace.backup.interval").count();
  if (backup.interval_ms < 1 || backup.interval_ms > kDayMs) {
    return UserError("MR0503", "bad value for 'millrace.backup.interval'",
                     std::to_string(backup.interval_ms) + " ms is not between 1 ms and a day");
  }
  const std::string retained =
      Either(settings, "execution.checkpointing.num-retained", "state.checkpoints.num-retained");
  backup.retained = std::stoll(retained);
  if (backup.retained < 1 || backup.retained > 1000) {
    return UserError("MR0503", "bad value for 'execution.checkpointing.num-retained'",
                     retained + " is not between 1 and 1000");
  }
  backup.s3 = S3From(settings, env);
  // What is wrong with it is said before anything runs.
  TRY(OpenBackupStore(env, backup.url, backup.s3, ""));
  return backup;
}

Result<std::unique_ptr<ObjectStore>> OpenBackupStore(const Environment& env, const std::string& url,
                                                     const S3Settings& s3,
                                                     const std::string& below) {
  for (const std::string_view scheme : kS3) {
    if (!url.starts_with(scheme)) continue;
    const std::string place = Joined(url.substr(scheme.size()), below);
    if (place.empty() || place[0] == '/' || place.find_first_of("@?#") != std::string::npos) {
      return BadUrl(url);
    }
    return MakeS3ObjectStore(place, s3);
  }
  std::string directory = url;
  if (url.starts_with(kFile)) {
    directory = url.substr(kFile.size());
    if (!directory.starts_with('/')) return BadUrl(url);
  } else if (url.find("://") != std::string::npos) {
    return BadUrl(url);
  }
  if (directory.empty()) return BadUrl(url);
  return MakeDiskObjectStore(env.disk, Joined(std::move(directory), below));
}

}  // namespace millrace
