// SPDX-License-Identifier: Apache-2.0
// S3, and what speaks its protocol, as an ObjectStore: Arrow's file system, which is known in this
// folder alone. Its threads and its client start with the first store and end with the process.
#pragma once

#include <memory>
#include <string>

#include "env/object_store.h"

namespace millrace {

struct S3Settings {
  std::string endpoint;  // "http://127.0.0.1:9000"; empty: Amazon's
  std::string region;
  std::string access_key;  // empty, and no secret: what Amazon's client finds by itself
  std::string secret_key;
  std::string session_token;
  bool path_style = true;  // with an endpoint: the bucket is in the path, not in the host's name
};

/// `place` is `bucket` or `bucket/prefix`. Reaches nobody yet. MR0503: the settings are no sense.
Result<std::unique_ptr<ObjectStore>> MakeS3ObjectStore(const std::string& place,
                                                       const S3Settings& settings);

}  // namespace millrace
