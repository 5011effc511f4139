// SPDX-License-Identifier: Apache-2.0
// RequestReader: one HTTP/1.x request from the bytes of a connection. No socket, no clock.
//
// Boost.Beast parses; this reader is stricter than it and says no before it where a lenient parse
// would let two programs see two different requests (smuggling): bare line feeds, folded headers,
// NUL, Content-Length twice or beside Transfer-Encoding, codings other than plain "chunked". The
// head is looked at as it arrives, so what is wrong is refused before it is complete. Memory grows
// with received bytes only, never with announced ones. One thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "env/http_server.h"

namespace millrace {

class RequestReader {
 public:
  enum class Stage {
    kHead,      // more bytes are needed
    kHeadDone,  // once, between head and body: look at request(), then AcceptBody
    kBody,      // more bytes are needed
    kDone,      // take the request
    kFailed,    // status() and reason(): answer, then close
  };

  explicit RequestReader(const HttpServerSettings& settings);
  ~RequestReader();

  /// Takes what it can use of the front of `input`; the rest belongs to the next request.
  Stage Feed(std::string* input);
  /// REQUIRES: the stage is kHeadDone.
  void AcceptBody(size_t bytes_max);

  Stage stage() const { return stage_; }
  /// Any byte of a request has been seen.
  bool begun() const { return begun_; }
  bool keep_alive() const { return keep_alive_; }
  bool expects_continue() const { return expects_continue_; }
  ServerRequest& request() { return request_; }
  size_t body_bytes() const;
  int status() const { return status_; }
  std::string_view reason() const { return reason_; }

 private:
  struct Parser;

  Stage Fail(int status, std::string_view reason);
  Stage FeedHead(std::string* input);
  Stage FeedBody(std::string* input);
  bool ScanHead(std::string_view input);
  Stage ParseHead(std::string_view head);
  bool CheckFraming();

  const HttpServerSettings& settings_;
  std::unique_ptr<Parser> parser_;
  ServerRequest request_;
  Stage stage_ = Stage::kHead;
  size_t scanned_ = 0;  // bytes of the head that were looked at
  size_t lines_ = 0;
  size_t raw_body_bytes_ = 0;
  size_t body_bytes_max_ = 0;
  bool begun_ = false;
  bool keep_alive_ = false;
  bool expects_continue_ = false;
  int status_ = 0;
  std::string_view reason_;  // static text
};

}  // namespace millrace
