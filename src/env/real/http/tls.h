// SPDX-License-Identifier: Apache-2.0
// TLS of the HTTP server, on OpenSSL without threads or buffers of our own: a stream encrypts what
// goes through a socket that never blocks, and says what it waits for as the socket would. The
// handshake happens within the first reads.
#pragma once

#include <openssl/types.h>

#include <boost/system/error_code.hpp>
#include <cstddef>
#include <memory>
#include <string>

#include "base/result.h"

namespace millrace {

/// Certificate and key of a server. Shared by its connections, thread-safe.
class TlsContext {
 public:
  /// PEM files; the certificate with its chain behind it, the key without a password. MR0815 for
  /// files that cannot be used.
  static Result<std::unique_ptr<TlsContext>> Make(const std::string& certificate,
                                                  const std::string& key);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;
  SSL_CTX* get() const { return context_; }

 private:
  explicit TlsContext(SSL_CTX* context) : context_(context) {}
  SSL_CTX* context_;
};

/// One connection's side of the server. One thread.
class TlsStream {
 public:
  TlsStream(const TlsContext& context, int socket);
  ~TlsStream();
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  /// As of a socket: would_block, eof, or an error.
  size_t Read(char* out, size_t size, boost::system::error_code* error);
  size_t Write(const char* bytes, size_t size, boost::system::error_code* error);
  /// After would_block of Read: it waits until the socket can be written.
  bool wants_write() const { return wants_write_; }
  /// There is something to read though the socket may have nothing.
  bool pending() const;
  /// Tells the peer that nothing follows, as far as that can be sent at once.
  void Shutdown();

 private:
  size_t Fail(int result, boost::system::error_code* error);

  SSL* ssl_;
  bool wants_write_ = false;
};

}  // namespace millrace
