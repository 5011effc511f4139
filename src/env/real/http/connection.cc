// SPDX-License-Identifier: Apache-2.0
#include "env/real/http/connection.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include "env/real/http/response_text.h"

namespace millrace {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

constexpr int kRequestsPerTurn = 8;
constexpr int kReadsPerTurn = 4;              // then others get theirs
constexpr size_t kSmallBuffer = 4 << 10;      // kept while a connection is busy
constexpr size_t kWriteProgress = 16 << 10;   // bytes that earn another write time-out
constexpr size_t kFairOutput = 64 << 10;      // kept even when all answers together are too many
constexpr size_t kLingerBytesMax = 32 << 20;  // thrown away, for the answer's sake
constexpr int64_t kLingerNanos = 1'000'000'000;

int64_t Nanos(std::chrono::milliseconds time) { return time.count() * 1'000'000; }

/// The other end of one request, in the hands of the service.
class Exchange final : public HttpExchange {
 public:
  Exchange(std::shared_ptr<AnswerQueue> answers, std::weak_ptr<Connection> connection,
           uint64_t number)
      : answers_(std::move(answers)), connection_(std::move(connection)), number_(number) {}
  ~Exchange() override {
    if (!sent_.exchange(true)) answers_->Push({connection_, number_, std::nullopt});
  }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  void Send(ServerResponse response) override {
    if (sent_.exchange(true)) return;
    answers_->Push({connection_, number_, std::move(response)});
  }

 private:
  std::shared_ptr<AnswerQueue> answers_;
  std::weak_ptr<Connection> connection_;
  uint64_t number_;
  std::atomic<bool> sent_{false};
};

}  // namespace

Connection::Connection(Loop* loop, tcp::socket socket, std::string address)
    : loop_(loop),
      socket_(std::move(socket)),
      address_(std::move(address)),
      read_deadline_(Now() + Nanos(loop->settings.idle_timeout)) {}

Connection::~Connection() {
  ReleaseBody();
  loop_->counters->output_bytes -= accounted_;
  loop_->counters->Leave(address_);
}

void Connection::Start() {
  error_code ignored;
  socket_.non_blocking(true, ignored);
  socket_.set_option(tcp::no_delay(true), ignored);
  if (loop_->tls != nullptr) {
    tls_ = std::make_unique<TlsStream>(*loop_->tls, socket_.native_handle());
    read_deadline_ = Now() + Nanos(loop_->settings.header_timeout);  // of the handshake
  }
  WaitReadable();
}

// ---------------------------------------------------------------- reading

void Connection::WaitReadable() {
  if (waiting_readable_ || dead_ || peer_done_) return;
  waiting_readable_ = true;
  auto go_on = [self = shared_from_this()](error_code error) {
    self->waiting_readable_ = false;
    if (error) return self->Abort();
    self->OnReadable();
  };
  const bool encrypted = tls_ != nullptr && !lingering_;
  if (encrypted && tls_->pending()) {
    return boost::asio::post(loop_->io, [go_on = std::move(go_on)] { go_on({}); });
  }
  const bool writes = encrypted && tls_->wants_write();
  socket_.async_wait(writes ? tcp::socket::wait_write : tcp::socket::wait_read, std::move(go_on));
}

/// What is thrown away needs no decryption.
size_t Connection::Receive(error_code* error) {
  std::array<char, 64 << 10>& scratch = loop_->scratch;
  if (tls_ == nullptr || lingering_) return socket_.read_some(boost::asio::buffer(scratch), *error);
  return tls_->Read(scratch.data(), scratch.size(), error);
}

size_t Connection::Transmit(error_code* error) {
  const char* const bytes = output_.data() + written_;
  const size_t size = output_.size() - written_;
  if (tls_ == nullptr) return socket_.write_some(boost::asio::buffer(bytes, size), *error);
  return tls_->Write(bytes, size, error);
}

void Connection::OnReadable() {
  if (dead_) return;
  for (int reads = 0; reads < kReadsPerTurn; ++reads) {
    if (Full() && !lingering_) return;  // Flush goes on
    if (!ReadOnce()) break;
  }
  if (dead_) return;
  if (peer_done_) return Process();  // what it sent before
  if (!closing_ || lingering_) WaitReadable();
}

/// False: nothing more can be read now.
bool Connection::ReadOnce() {
  error_code error;
  const size_t bytes = Receive(&error);
  if (error == boost::asio::error::would_block) return false;
  if (error) {
    peer_done_ = true;
    if (lingering_ || error != boost::asio::error::eof) Abort();
    return false;
  }
  if (lingering_) {
    drained_ += bytes;
    if (drained_ > kLingerBytesMax) Abort();
    return !dead_;
  }
  if (closing_) return false;
  input_.append(loop_->scratch.data(), bytes);
  Process();
  return !dead_ && !closing_;
}

void Connection::Process() {
  bool goes_on = false;
  for (int requests = 0; !closing_ && !dead_; ++requests) {
    paused_ = Full();
    goes_on = paused_ || (requests >= kRequestsPerTurn && !input_.empty());
    if (paused_) break;
    if (goes_on) {
      boost::asio::post(loop_->io, [self = shared_from_this()] { self->Process(); });
      break;
    }
    if (reader_ == nullptr) {
      if (input_.empty()) break;
      reader_ = std::make_unique<RequestReader>(loop_->settings);
      read_deadline_ = Now() + Nanos(loop_->settings.header_timeout);
    }
    if (!Advance()) break;
  }
  if (peer_done_ && !goes_on) closing_ = true;
  if (input_.empty() && (idle() || input_.capacity() > kSmallBuffer)) std::string().swap(input_);
  if (idle()) {
    read_deadline_ = Now() + Nanos(loop_->settings.idle_timeout);
  }
  Flush();
}

/// One step of the request at hand. False: more bytes are needed, or it was the last.
bool Connection::Advance() {
  switch (reader_->Feed(&input_)) {
    case RequestReader::Stage::kHead:
      if (!reader_->begun() && input_.empty()) reader_.reset();
      return false;
    case RequestReader::Stage::kHeadDone: Admit(); return reader_ != nullptr || !closing_;
    case RequestReader::Stage::kBody: ChargeBody(); return false;
    case RequestReader::Stage::kDone: Dispatch(); return true;
    case RequestReader::Stage::kFailed: Refuse(reader_->status(), reader_->reason()); return false;
  }
  return false;
}

void Connection::Admit() {
  ServerRequest& request = reader_->request();
  request.remote_address = address_;
  HttpService::Admission admission = loop_->service->Admit(request);
  if (admission.refusal) ++loop_->counters->refused_requests;
  reader_->AcceptBody(admission.refusal ? 0 : admission.body_bytes_max);
  if (!admission.refusal) {
    read_deadline_ = Now() + Nanos(loop_->settings.body_timeout);
    if (reader_->stage() == RequestReader::Stage::kBody && reader_->expects_continue() &&
        input_.empty()) {
      OpenSlot(/*close=*/false);
      slots_.back().ready = true;
      slots_.back().bytes = "HTTP/1.1 100 Continue\r\n\r\n";
      slot_bytes_ += slots_.back().bytes.size();
    }
    return;
  }
  // Without a body the next request is where we are; else it cannot be told from the body.
  const bool whole = reader_->stage() == RequestReader::Stage::kDone;
  OpenSlot(!whole || !reader_->keep_alive());
  FillSlot(&slots_.back(), *admission.refusal);
  if (slots_.back().close) closing_ = true;
  reader_.reset();
}

void Connection::Dispatch() {
  ServerRequest request = std::move(reader_->request());
  const uint64_t number = OpenSlot(!reader_->keep_alive());
  if (slots_.back().close) closing_ = true;
  ReleaseBody();
  reader_.reset();
  ++loop_->counters->requests;
  request.arrival = Now();
  loop_->service->Handle(std::move(request), HttpResponder(std::make_shared<Exchange>(
                                                 loop_->answers, weak_from_this(), number)));
}

void Connection::Refuse(int status, std::string_view reason) {
  ++loop_->counters->refused_requests;
  OpenSlot(/*close=*/true);
  FillSlot(&slots_.back(), loop_->service->Refuse(status, reason));
  closing_ = true;
  reader_.reset();
  ReleaseBody();
}

void Connection::ChargeBody() {
  const size_t bytes = reader_->body_bytes();
  loop_->counters->body_bytes += bytes - charged_;
  charged_ = bytes;
  if (loop_->counters->body_bytes <= loop_->settings.bodies_bytes_max) return;
  Refuse(503, "too many bodies are being received at once");
}

void Connection::ReleaseBody() {
  loop_->counters->body_bytes -= charged_;
  charged_ = 0;
}

// ---------------------------------------------------------------- answering

uint64_t Connection::OpenSlot(bool close) {
  Slot& slot = slots_.emplace_back();
  slot.close = close;
  slot.head_only = reader_ != nullptr && reader_->request().method == "HEAD";
  return first_slot_ + slots_.size() - 1;
}

void Connection::FillSlot(Slot* slot, const ServerResponse& response) {
  slot->close = slot->close || response.close;
  slot->ready = true;
  slot_bytes_ -= slot->bytes.size();
  slot->bytes = ResponseText(response, loop_->Date(), slot->close, slot->head_only);
  slot_bytes_ += slot->bytes.size();
  largest_answer_ = std::max(largest_answer_, slot->bytes.size());
}

void Connection::OnAnswer(uint64_t number, std::optional<ServerResponse> response) {
  if (dead_ || number < first_slot_) return;
  Slot& slot = slots_[number - first_slot_];
  if (!response) response = loop_->service->Refuse(500, "nobody answered");
  FillSlot(&slot, *response);
  if (slot.close) closing_ = true;
  if (number > first_slot_) return;
  Flush();
  if (dead_ || closing_) return;
  if (idle()) read_deadline_ = Now() + Nanos(loop_->settings.idle_timeout);
  WaitReadable();
}

void Connection::Flush() {
  while (!slots_.empty() && slots_.front().ready) {
    const bool close = slots_.front().close;
    pending_ += slots_.front().bytes;
    slot_bytes_ -= slots_.front().bytes.size();
    slots_.pop_front();
    ++first_slot_;
    if (!close) continue;
    closing_ = true;
    first_slot_ += slots_.size();
    slots_.clear();
    slot_bytes_ = 0;
  }
  if (!writing_) Write();
  AccountOutput();
}

/// Unanswered requests count as much as the largest answer so far: a hundred small requests for
/// large answers would else be taken before the first answer shows what they cost.
bool Connection::Full() const {
  if (slots_.size() >= loop_->settings.pipelined_max) return true;
  const size_t unsent = output_.size() - written_ + pending_.size() + slot_bytes_;
  return unsent + slots_.size() * largest_answer_ >= loop_->settings.output_bytes_max;
}

/// Who asks much and reads nothing must not use up the memory of all.
void Connection::AccountOutput() {
  const size_t bytes = dead_ ? 0 : output_.size() - written_ + pending_.size() + slot_bytes_;
  if (bytes == accounted_) return;
  loop_->counters->output_bytes += bytes - accounted_;
  accounted_ = bytes;
  if (bytes > kFairOutput && loop_->counters->output_bytes > loop_->settings.outputs_bytes_max) {
    Abort();
  }
}

void Connection::Write() {
  while (!dead_) {
    if (written_ == output_.size()) {
      if (pending_.empty()) break;
      output_.clear();
      output_.swap(pending_);
      written_ = 0;
      write_deadline_ = Now() + Nanos(loop_->settings.write_timeout);
      write_progress_ = 0;
    }
    error_code error;
    const size_t bytes = Transmit(&error);
    if (error == boost::asio::error::would_block) {
      writing_ = true;
      socket_.async_wait(tcp::socket::wait_write, [self = shared_from_this()](error_code failed) {
        self->writing_ = false;
        if (failed) return self->Abort();
        self->Write();
        self->AccountOutput();
      });
      return;
    }
    if (error) return Abort();
    written_ += bytes;
    write_progress_ += bytes;
    if (write_progress_ >= kWriteProgress) {
      write_progress_ = 0;
      write_deadline_ = Now() + Nanos(loop_->settings.write_timeout);
    }
  }
  if (dead_) return;
  written_ = 0;
  if (output_.capacity() > kSmallBuffer || idle()) std::string().swap(output_);
  output_.clear();
  if (pending_.capacity() > kSmallBuffer || idle()) std::string().swap(pending_);
  if (closing_ && slots_.empty()) return CloseGently();
  if (closing_) return;
  if (paused_ && !Full()) {
    paused_ = false;
    boost::asio::post(loop_->io, [self = shared_from_this()] {
      if (!self->dead_ && !self->closing_) self->Process();
    });
  }
  WaitReadable();
}

/// An answer must not be lost because the peer is still sending: shut down our half, drain its.
void Connection::CloseGently() {
  if (peer_done_) return Abort();
  if (lingering_) return;
  lingering_ = true;
  error_code ignored;
  if (tls_ != nullptr) tls_->Shutdown();
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
  read_deadline_ = Now() + kLingerNanos;
  std::string().swap(input_);
  WaitReadable();
}

// ---------------------------------------------------------------- ends

void Connection::Sweep(int64_t now) {
  if (dead_) return;
  if (writing_ && now > write_deadline_) {
    ++loop_->counters->timeouts;
    return Abort();
  }
  if (now + Impatience() <= read_deadline_) return;
  if (lingering_ || idle()) return Abort();
  if (reader_ == nullptr || closing_ || slots_.size() >= loop_->settings.pipelined_max) return;
  ++loop_->counters->timeouts;
  Refuse(408, "the request did not arrive in time");
  Flush();
}

/// When most connections are taken, those that only wait give way to newcomers: nine tenths of the
/// time they would have.
int64_t Connection::Impatience() const {
  const HttpServerSettings& settings = loop_->settings;
  if (loop_->counters->connections * 8 < settings.connections_max * 5 || lingering_) return 0;
  if (idle()) return Nanos(settings.idle_timeout) / 10 * 9;
  const bool body = reader_ != nullptr && reader_->stage() == RequestReader::Stage::kBody;
  return Nanos(body ? settings.body_timeout : settings.header_timeout) / 10 * 9;
}

void Connection::Finish() {
  if (dead_) return;
  closing_ = true;
  if (idle() || reader_ != nullptr) {
    reader_.reset();
    ReleaseBody();
  }
  if (slots_.empty() && !writing_) return Abort();
  slots_.back().close = true;
}

void Connection::Abort() {
  if (dead_) return;
  dead_ = true;
  error_code ignored;
  socket_.close(ignored);
  slots_.clear();
  loop_->connections.erase(shared_from_this());
}

}  // namespace millrace
