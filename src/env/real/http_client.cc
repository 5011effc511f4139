// SPDX-License-Identifier: Apache-2.0
// HttpClient over libcurl's multi interface: one thread drives all transfers and runs the
// call-backs.
#include "env/http_client.h"

#include <curl/curl.h>

#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "env/real/private_address.h"

namespace millrace {
namespace {

constexpr int kPollMillis = 1000;

struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
struct EasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct MultiDeleter {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

/// One request on its way.
struct Transfer {
  HttpRequest request;
  HttpClient::Callback done;
  HttpResponse response;
  std::unique_ptr<curl_slist, ListDeleter> headers;
  std::unique_ptr<CURL, EasyDeleter> easy;
  bool too_large = false;
  bool refused_address = false;
  char error[CURL_ERROR_SIZE] = {};
};

size_t OnBody(char* data, size_t size, size_t count, void* user) {
  auto* transfer = static_cast<Transfer*>(user);
  const size_t bytes = size * count;
  if (transfer->response.body.size() + bytes > transfer->request.max_response_bytes) {
    transfer->too_large = true;
    return 0;
  }
  transfer->response.body.append(data, bytes);
  return bytes;
}

size_t OnHeader(char* data, size_t size, size_t count, void* user) {
  auto* transfer = static_cast<Transfer*>(user);
  std::string_view line(data, size * count);
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) transfer->response.headers.clear();  // after a 1xx
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return size * count;
  std::string name(line.substr(0, colon));
  for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  std::string_view value = line.substr(colon + 1);
  while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
  transfer->response.headers.emplace_back(std::move(name), std::string(value));
  return size * count;
}

/// Sees the address that is really connected to, whatever the name resolved to before.
curl_socket_t OnOpenSocket(void* user, curlsocktype, curl_sockaddr* address) {
  auto* transfer = static_cast<Transfer*>(user);
  if (IsPrivateAddress(&address->addr)) {
    transfer->refused_address = true;
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

Status Configure(Transfer* transfer) {
  CURL* easy = transfer->easy.get();
  const HttpRequest& request = transfer->request;
  for (const auto& [name, value] : request.headers) {
    if ((name + value).find_first_of("\r\n") != std::string::npos) {
      return UserError("MR0811", "a header of a request holds a line break",
                       "header '" + name + "'");
    }
    const std::string line = value.empty() ? name + ";" : name + ": " + value;
    transfer->headers.reset(curl_slist_append(transfer->headers.release(), line.c_str()));
  }
  transfer->headers.reset(curl_slist_append(transfer->headers.release(), "Expect:"));
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  if (request.method == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  } else if (request.method != "GET" || !request.body.empty()) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
  }
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers.get());
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, OnBody);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, OnHeader);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
  if (!request.allow_private_addresses) {
    curl_easy_setopt(easy, CURLOPT_PROXY, "");  // a proxy would hide the address from us
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, OnOpenSocket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);
  }
  return OkStatus();
}

Result<HttpResponse> Outcome(Transfer* transfer, CURLcode code) {
  if (code == CURLE_OK) {
    long status = 0;
    curl_easy_getinfo(transfer->easy.get(), CURLINFO_RESPONSE_CODE, &status);
    transfer->response.status = static_cast<int>(status);
    return std::move(transfer->response);
  }
  const std::string what = "request to '" + transfer->request.url + "' failed";
  if (transfer->refused_address) {
    return ExternalError("MR0812", what, "its address is private, which is not allowed here");
  }
  if (transfer->too_large) {
    return ExternalError(
        "MR0811", what,
        "the answer exceeds " + std::to_string(transfer->request.max_response_bytes) + " bytes");
  }
  const bool retryable = code != CURLE_URL_MALFORMAT && code != CURLE_UNSUPPORTED_PROTOCOL;
  return ExternalError("MR0811", what,
                       transfer->error[0] != '\0' ? transfer->error : curl_easy_strerror(code),
                       retryable);
}

class CurlHttpClient final : public HttpClient {
 public:
  CurlHttpClient(CURLM* multi, int max_in_flight)
      : multi_(multi), max_in_flight_(static_cast<size_t>(max_in_flight)) {
    curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, static_cast<long>(max_in_flight));
    thread_ = std::thread([this] { Run(); });
  }

  ~CurlHttpClient() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    curl_multi_wakeup(multi_.get());
    thread_.join();
  }

  void Send(HttpRequest request, Callback done) override {
    auto transfer = std::make_unique<Transfer>();
    transfer->request = std::move(request);
    transfer->done = std::move(done);
    {
      const std::lock_guard lock(mutex_);
      if (!stopping_) {
        waiting_.push_back(std::move(transfer));
        curl_multi_wakeup(multi_.get());
        return;
      }
    }
    transfer->done(ExternalError("MR0811", "the HTTP client is shutting down"));
  }

 private:
  void Run() {
    while (StartWaiting()) {
      int running = 0;
      curl_multi_perform(multi_.get(), &running);
      int left = 0;
      bool completed = false;
      while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        Complete(message->easy_handle, message->data.result);
        completed = true;
      }
      if (completed) continue;  // others may start now
      curl_multi_poll(multi_.get(), nullptr, 0, kPollMillis, nullptr);
    }
    for (auto& [easy, transfer] : active_) {
      curl_multi_remove_handle(multi_.get(), easy);
      transfer->done(ExternalError("MR0811", "the HTTP client is shutting down"));
    }
    active_.clear();
    for (auto& transfer : waiting_) {
      transfer->done(ExternalError("MR0811", "the HTTP client is shutting down"));
    }
    waiting_.clear();
  }

  /// Starts what may start; false when the client stops.
  bool StartWaiting() {
    while (true) {
      std::unique_ptr<Transfer> transfer;
      {
        const std::lock_guard lock(mutex_);
        if (stopping_) return false;
        if (waiting_.empty() || active_.size() >= max_in_flight_) return true;
        transfer = std::move(waiting_.front());
        waiting_.pop_front();
      }
      transfer->easy.reset(curl_easy_init());
      if (transfer->easy == nullptr) {
        transfer->done(ExternalError("MR0811", "libcurl gave no handle", {}, true));
        continue;
      }
      if (const Status status = Configure(transfer.get()); !status) {
        transfer->done(std::unexpected(status.error()));
        continue;
      }
      CURL* easy = transfer->easy.get();
      curl_multi_add_handle(multi_.get(), easy);
      active_.emplace(easy, std::move(transfer));
    }
  }

  void Complete(CURL* easy, CURLcode code) {
    const auto found = active_.find(easy);
    if (found == active_.end()) return;
    const std::unique_ptr<Transfer> transfer = std::move(found->second);
    active_.erase(found);
    curl_multi_remove_handle(multi_.get(), easy);
    transfer->done(Outcome(transfer.get(), code));
  }

  std::unique_ptr<CURLM, MultiDeleter> multi_;
  size_t max_in_flight_;
  std::unordered_map<CURL*, std::unique_ptr<Transfer>> active_;  // client thread only
  std::mutex mutex_;
  std::deque<std::unique_ptr<Transfer>> waiting_;  // guarded by mutex_
  bool stopping_ = false;                          // guarded by mutex_
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<HttpClient>> MakeCurlHttpClient(int max_in_flight) {
  static const CURLcode global = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (global != CURLE_OK) {
    return ExternalError("MR0811", "libcurl cannot be started", curl_easy_strerror(global));
  }
  CURLM* multi = curl_multi_init();
  if (multi == nullptr) return ExternalError("MR0811", "libcurl cannot be started");
  return std::make_unique<CurlHttpClient>(multi, max_in_flight);
}

}  // namespace millrace
