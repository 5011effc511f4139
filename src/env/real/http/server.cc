// SPDX-License-Identifier: Apache-2.0
// The HTTP server on Asio: an acceptor, and some threads with a loop each. A connection stays with
// the loop it was given to.
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <thread>

#include "env/real/http/connection.h"
#include "env/real/http/response_text.h"

namespace millrace {

void AnswerQueue::Push(QueuedAnswer answer) {
  const std::lock_guard lock(mutex_);
  if (loop_ == nullptr) return;
  answers_.push_back(std::move(answer));
  if (answers_.size() > 1) return;  // on its way
  boost::asio::post(loop_->io, [this, alive = loop_->answers] { Drain(); });
}

void AnswerQueue::Drain() {
  std::vector<QueuedAnswer> answers;
  {
    const std::lock_guard lock(mutex_);
    answers.swap(answers_);
  }
  for (QueuedAnswer& answer : answers) {
    if (const auto connection = answer.connection.lock()) {
      connection->OnAnswer(answer.number, std::move(answer.response));
    }
  }
}

void AnswerQueue::Close() {
  const std::lock_guard lock(mutex_);
  loop_ = nullptr;
  answers_.clear();
}

const std::string& Loop::Date() {
  const int64_t second = clock->WallMillis() / 1000;
  if (second != date_second) {
    date_second = second;
    date = HttpDate(second);
  }
  return date;
}

std::optional<std::string_view> ServerRequest::Header(std::string_view name) const {
  const auto found = std::ranges::find(
      headers, name, [](const auto& header) -> std::string_view { return header.first; });
  if (found == headers.end()) return std::nullopt;
  return found->second;
}

bool IsLoopbackAddress(std::string_view address) {
  if (address == "localhost") return true;
  boost::system::error_code error;
  const auto parsed = boost::asio::ip::make_address(std::string(address), error);
  return !error && parsed.is_loopback();
}

namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::milliseconds kSweep{250};
constexpr std::chrono::milliseconds kAcceptAgain{100};  // after running out of descriptors
constexpr size_t kDescriptorsForOthers = 256;           // files of the rest of the process

/// Descriptors that connections may use.
size_t RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 512;
  if (limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    getrlimit(RLIMIT_NOFILE, &limit);
  }
  if (limit.rlim_cur == RLIM_INFINITY) return SIZE_MAX;
  const size_t all = limit.rlim_cur;
  return all > 2 * kDescriptorsForOthers ? all - kDescriptorsForOthers : all / 2;
}

class AsioServer final : public HttpServer {
 public:
  AsioServer(const HttpServerSettings& settings, HttpService* service, Clock* clock)
      : settings_(settings), service_(service) {
    settings_.connections_max = std::min(settings_.connections_max, RaiseDescriptorLimit());
    for (int i = 0; i < std::max(1, settings_.threads); ++i) {
      loops_.push_back(std::make_unique<Loop>(settings_, service, clock, &counters_));
    }
    acceptor_ = std::make_unique<tcp::acceptor>(loops_[0]->io);
    accept_timer_ = std::make_unique<boost::asio::steady_timer>(loops_[0]->io);
  }
  ~AsioServer() override { Stop(); }

  Status Listen() {
    if (!settings_.tls_certificate.empty()) {
      TRY_ASSIGN(tls_, TlsContext::Make(settings_.tls_certificate, settings_.tls_key));
      for (auto& loop : loops_) loop->tls = tls_.get();
    }
    error_code error;
    const std::string text = settings_.address == "localhost" ? "127.0.0.1" : settings_.address;
    const auto address = boost::asio::ip::make_address(text, error);
    if (error) {
      return UserError("MR0813", "'" + settings_.address + "' is no address of an interface", {},
                       "use 127.0.0.1, ::1 or 0.0.0.0");
    }
    const tcp::endpoint wanted(address, settings_.port);
    acceptor_->open(wanted.protocol(), error);
    if (!error) acceptor_->set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_->bind(wanted, error);
    if (!error) acceptor_->listen(tcp::acceptor::max_listen_connections, error);
    if (!error) bound_ = acceptor_->local_endpoint(error);
    if (error) {
      return ExternalError(
          "MR0813", "cannot listen on " + settings_.address + ":" + std::to_string(settings_.port),
          error.message());
    }
    return OkStatus();
  }

  void Start() {
    Accept();
    for (auto& loop : loops_) {
      ArmSweep(loop.get());
      threads_.emplace_back([io = &loop->io] {
        auto guard = boost::asio::make_work_guard(*io);
        io->run();
      });
    }
    ArmTick();
  }

  std::string address() const override {
    const std::string host = bound_.address().to_string();
    return (bound_.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(port());
  }
  uint16_t port() const override { return bound_.port(); }

  HttpServerStatistics statistics() const override {
    return {.connections = counters_.connections,
            .connections_accepted = counters_.accepted,
            .connections_refused = counters_.refused_connections,
            .requests = counters_.requests,
            .requests_refused = counters_.refused_requests,
            .timeouts = counters_.timeouts};
  }

  void Stop() override {
    if (threads_.empty()) return;
    boost::asio::post(loops_[0]->io, [this] {
      error_code ignored;
      acceptor_->close(ignored);
    });
    for (auto& loop : loops_) {
      boost::asio::post(loop->io, [loop = loop.get()] {
        const auto open = loop->connections;
        for (const auto& connection : open) connection->Finish();
      });
    }
    {
      std::unique_lock lock(counters_.mutex);
      counters_.all_closed.wait_for(lock, settings_.stop_timeout,
                                    [this] { return counters_.connections == 0; });
    }
    for (auto& loop : loops_) {
      boost::asio::post(loop->io, [loop = loop.get()] {
        const auto open = loop->connections;
        for (const auto& connection : open) connection->Abort();
        loop->answers->Close();
        loop->io.stop();
      });
    }
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    accept_timer_.reset();
    acceptor_.reset();
    timers_.clear();
    loops_.clear();
  }

 private:
  void Accept() {
    Loop* const loop = loops_[next_loop_++ % loops_.size()].get();
    acceptor_->async_accept(loop->io, [this, loop](error_code error, tcp::socket socket) {
      if (!acceptor_->is_open()) return;
      if (!error) {
        Welcome(loop, std::move(socket));
      } else if (error != boost::asio::error::connection_aborted) {
        accept_timer_->expires_after(kAcceptAgain);
        return accept_timer_->async_wait([this](error_code stopped) {
          if (!stopped && acceptor_->is_open()) Accept();
        });
      }
      Accept();
    });
  }

  void Welcome(Loop* loop, tcp::socket socket) {
    error_code error;
    const auto peer = socket.remote_endpoint(error);
    if (error) return;
    const std::string address = peer.address().to_string();
    if (counters_.connections >= settings_.connections_max ||
        !counters_.Enter(address, settings_.connections_per_address_max)) {
      ++counters_.refused_connections;
      if (tls_ != nullptr) return;
      socket.non_blocking(true, error);
      const std::string text = ResponseText(service_->Refuse(503, "too many connections"),
                                            loops_[0]->Date(), /*close=*/true, false);
      socket.write_some(boost::asio::buffer(text), error);
      return;
    }
    auto connection = std::make_shared<Connection>(loop, std::move(socket), address);
    boost::asio::post(loop->io, [loop, connection = std::move(connection)] {
      loop->connections.insert(connection);
      connection->Start();
    });
  }

  boost::asio::steady_timer* NewTimer(Loop* loop) {
    timers_.push_back(std::make_unique<boost::asio::steady_timer>(loop->io));
    return timers_.back().get();
  }

  void ArmSweep(Loop* loop) { Sweep(loop, NewTimer(loop)); }
  void Sweep(Loop* loop, boost::asio::steady_timer* timer) {
    timer->expires_after(kSweep);
    timer->async_wait([this, loop, timer](error_code stopped) {
      if (stopped) return;
      const int64_t now = loop->clock->MonotonicNanos();
      std::vector<std::shared_ptr<Connection>> open(loop->connections.begin(),
                                                    loop->connections.end());
      for (const auto& connection : open) connection->Sweep(now);
      Sweep(loop, timer);
    });
  }

  void ArmTick() { Tick(NewTimer(loops_[0].get())); }
  void Tick(boost::asio::steady_timer* timer) {
    timer->expires_after(settings_.tick);
    timer->async_wait([this, timer](error_code stopped) {
      if (stopped) return;
      if (counters_.connections > 0 || ++idle_ticks_ % 25 == 0) service_->OnTick();
      Tick(timer);
    });
  }

  HttpServerSettings settings_;
  HttpService* service_;
  ServerCounters counters_;
  std::unique_ptr<TlsContext> tls_;  // null: plain text
  std::vector<std::unique_ptr<Loop>> loops_;
  std::unique_ptr<tcp::acceptor> acceptor_;
  std::unique_ptr<boost::asio::steady_timer> accept_timer_;
  std::vector<std::unique_ptr<boost::asio::steady_timer>> timers_;
  tcp::endpoint bound_;
  size_t next_loop_ = 0;
  uint64_t idle_ticks_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> MakeHttpServer(const HttpServerSettings& settings,
                                                   HttpService* service, Clock* clock) {
  auto server = std::make_unique<AsioServer>(settings, service, clock);
  TRY(server->Listen());
  server->Start();
  return server;
}

}  // namespace millrace
