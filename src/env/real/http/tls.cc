// SPDX-License-Identifier: Apache-2.0
#include "env/real/http/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <cerrno>
#include <climits>

#include "base/check.h"

namespace millrace {
namespace {

/// The first reason that OpenSSL keeps; it keeps no more of them then.
std::string Reason() {
  const unsigned long code = ERR_get_error();
  const char* const text = code == 0 ? nullptr : ERR_reason_error_string(code);
  ERR_clear_error();
  return text == nullptr ? "it cannot be read" : text;
}

std::unexpected<Error> Unusable(const char* what, const std::string& path) {
  return UserError(
      "MR0815", std::string(what) + " '" + path + "' cannot be used", Reason(),
      "give PEM files: the certificate with its chain, and its key without a password");
}

// A socket as OpenSSL's own BIO has it, but a peer that is gone is an error and no SIGPIPE.

int SocketOf(BIO* bio) { return static_cast<int>(reinterpret_cast<intptr_t>(BIO_get_data(bio))); }

int Outcome(BIO* bio, ssize_t moved, void (*retry)(BIO*)) {
  BIO_clear_retry_flags(bio);
  if (moved < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) retry(bio);
  return static_cast<int>(moved);
}

int Send(BIO* bio, const char* bytes, int size) {
  return Outcome(bio, send(SocketOf(bio), bytes, static_cast<size_t>(size), MSG_NOSIGNAL),
                 [](BIO* waiting) { BIO_set_retry_write(waiting); });
}

int Receive(BIO* bio, char* out, int size) {
  return Outcome(bio, recv(SocketOf(bio), out, static_cast<size_t>(size), 0),
                 [](BIO* waiting) { BIO_set_retry_read(waiting); });
}

BIO_METHOD* SocketMethod() {
  static BIO_METHOD* const kMethod = [] {
    BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
    CHECK(method != nullptr);
    BIO_meth_set_write(method, Send);
    BIO_meth_set_read(method, Receive);
    BIO_meth_set_ctrl(method, [](BIO*, int command, long, void*) -> long {
      return command == BIO_CTRL_FLUSH ? 1 : 0;
    });
    return method;
  }();
  return kMethod;
}

}  // namespace

Result<std::unique_ptr<TlsContext>> TlsContext::Make(const std::string& certificate,
                                                     const std::string& key) {
  ERR_clear_error();
  std::unique_ptr<TlsContext> made(new TlsContext(SSL_CTX_new(TLS_server_method())));
  SSL_CTX* const context = made->get();
  if (context == nullptr) return InternalError("there is no TLS", Reason());
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  // Nobody is asked for a password on the terminal.
  SSL_CTX_set_default_passwd_cb(context, [](char*, int, int, void*) { return -1; });
  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1) {
    return Unusable("the certificate", certificate);
  }
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context) != 1) {
    return Unusable("the key", key);
  }
  return made;
}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

TlsStream::TlsStream(const TlsContext& context, int socket) : ssl_(SSL_new(context.get())) {
  BIO* const bio = BIO_new(SocketMethod());
  CHECK(ssl_ != nullptr && bio != nullptr);
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<intptr_t>(socket)));
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_, bio, bio);
  SSL_set_accept_state(ssl_);
}

TlsStream::~TlsStream() { SSL_free(ssl_); }

size_t TlsStream::Read(char* out, size_t size, boost::system::error_code* error) {
  ERR_clear_error();
  const int got = SSL_read(ssl_, out, static_cast<int>(std::min<size_t>(size, INT_MAX)));
  wants_write_ = got <= 0 && SSL_get_error(ssl_, got) == SSL_ERROR_WANT_WRITE;
  return got > 0 ? static_cast<size_t>(got) : Fail(got, error);
}

size_t TlsStream::Write(const char* bytes, size_t size, boost::system::error_code* error) {
  ERR_clear_error();
  const int sent = SSL_write(ssl_, bytes, static_cast<int>(std::min<size_t>(size, INT_MAX)));
  return sent > 0 ? static_cast<size_t>(sent) : Fail(sent, error);
}

size_t TlsStream::Fail(int result, boost::system::error_code* error) {
  switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: *error = boost::asio::error::would_block; break;
    case SSL_ERROR_ZERO_RETURN: *error = boost::asio::error::eof; break;
    default: *error = boost::asio::error::connection_aborted;
  }
  return 0;
}

bool TlsStream::pending() const { return SSL_pending(ssl_) > 0; }

void TlsStream::Shutdown() {
  ERR_clear_error();
  if (SSL_is_init_finished(ssl_) != 0) SSL_shutdown(ssl_);
}

}  // namespace millrace
