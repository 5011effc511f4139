// SPDX-License-Identifier: Apache-2.0
// Connection: one client. Reads requests as long as not too many are unanswered, hands them to the
// service, and writes answers in the order of the requests. Belongs to its loop's thread. An idle
// connection owns no buffer: it waits for the socket to become readable.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <deque>
#include <memory>
#include <string>

#include "env/real/http/loop.h"
#include "env/real/http/request_reader.h"
#include "env/real/http/tls.h"

namespace millrace {

class Connection final : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Loop* loop, boost::asio::ip::tcp::socket socket, std::string address);
  ~Connection();

  void Start();
  /// nullopt: nobody answered.
  void OnAnswer(uint64_t number, std::optional<ServerResponse> response);
  /// Looks at the time-outs.
  void Sweep(int64_t now);
  /// Takes no further request; closes once everything is answered.
  void Finish();
  void Abort();

 private:
  /// A place in the order of answers.
  struct Slot {
    bool ready = false;
    bool head_only = false;
    bool close = false;
    std::string bytes;
  };

  bool idle() const { return reader_ == nullptr && slots_.empty() && !writing_; }
  int64_t Now() const { return loop_->clock->MonotonicNanos(); }
  void WaitReadable();
  void OnReadable();
  bool ReadOnce();
  size_t Receive(boost::system::error_code* error);
  size_t Transmit(boost::system::error_code* error);
  void Process();
  bool Advance();
  void Admit();
  void Dispatch();
  void Refuse(int status, std::string_view reason);
  void ChargeBody();
  void ReleaseBody();
  uint64_t OpenSlot(bool close);
  void FillSlot(Slot* slot, const ServerResponse& response);
  void Flush();
  bool Full() const;
  void AccountOutput();
  void Write();
  void CloseGently();
  int64_t Impatience() const;

  Loop* loop_;
  boost::asio::ip::tcp::socket socket_;
  std::unique_ptr<TlsStream> tls_;  // null: plain text
  std::string address_;
  std::string input_;
  std::unique_ptr<RequestReader> reader_;
  std::deque<Slot> slots_;
  uint64_t first_slot_ = 0;
  std::string output_;  // being written, from written_ on
  size_t written_ = 0;
  std::string pending_;    // to be written behind it
  int64_t read_deadline_;  // of idleness, head, body or lingering
  int64_t write_deadline_ = 0;
  size_t write_progress_ = 0;  // bytes since the deadline was set
  size_t slot_bytes_ = 0;      // of answers behind one that is missing
  size_t largest_answer_ = 0;  // what an unanswered request may still cost
  size_t accounted_ = 0;       // output bytes counted in the server's budget
  size_t charged_ = 0;         // body bytes counted in the server's budget
  size_t drained_ = 0;         // bytes thrown away while lingering
  bool waiting_readable_ = false;
  bool writing_ = false;
  bool paused_ = false;     // input_ waits for room among the answers
  bool closing_ = false;    // no further request is read
  bool lingering_ = false;  // everything is sent; waits for the peer to notice
  bool peer_done_ = false;
  bool dead_ = false;
};

}  // namespace millrace
