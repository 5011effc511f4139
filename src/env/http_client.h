// SPDX-License-Identifier: Apache-2.0
// HttpClient: requests out of the process, answered by call-back. Many in flight on one thread of
// its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace millrace {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method = "POST";
  std::string url;
  HttpHeaders headers;
  std::string body;
  std::chrono::milliseconds timeout{15000};
  size_t max_response_bytes = 1 << 20;
  bool allow_private_addresses = true;  // false refuses loopback, link-local and private ranges
};

struct HttpResponse {
  int status = 0;
  HttpHeaders headers;  // names lower case
  std::string body;
  std::string* FindHeader(std::string_view name);
};

/// Thread-safe. The call-back runs on the client's thread, exactly once per Send, also at shutdown
/// (error MR0811). It must not block. Redirects are not followed.
class HttpClient {
 public:
  using Callback = std::function<void(Result<HttpResponse>)>;
  virtual ~HttpClient() = default;
  virtual void Send(HttpRequest request, Callback done) = 0;
};

Result<std::unique_ptr<HttpClient>> MakeCurlHttpClient(int max_in_flight);

}  // namespace millrace
