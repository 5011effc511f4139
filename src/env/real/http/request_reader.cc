// SPDX-License-Identifier: Apache-2.0
#include "env/real/http/request_reader.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/parser.hpp>

#include "base/check.h"

namespace millrace {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;

/// Bytes of chunk framing per request beyond the body itself, and per byte of it.
constexpr size_t kChunkOverhead = 16 << 10;
constexpr size_t kChunkBytesPerByte = 8;
constexpr std::string_view kLastChunk = "0\r\n\r\n";
/// A chunk header or trailer that does not end within this many bytes.
constexpr size_t kChunkHeadMax = 8 << 10;

/// A body that grows with what was received; string_body reserves what was announced.
struct GrowingBody {
  using value_type = std::string;

  class reader {
   public:
    template <bool is_request, typename Fields>
    reader(http::header<is_request, Fields>&, value_type& body) : body_(body) {}
    void init(const boost::optional<uint64_t>&, error_code& error) { error = {}; }
    template <typename Buffers>
    size_t put(const Buffers& buffers, error_code& error) {
      error = {};
      size_t bytes = 0;
      for (const auto buffer : boost::beast::buffers_range_ref(buffers)) {
        body_.append(static_cast<const char*>(buffer.data()), buffer.size());
        bytes += buffer.size();
      }
      return bytes;
    }
    void finish(error_code& error) { error = {}; }

   private:
    value_type& body_;
  };
};

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::string LowerText(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), Lower);
  return lower;
}

template <typename View>
std::string Text(const View& view) {
  return std::string(view.data(), view.size());
}

bool IsNumber(std::string_view text) {
  return !text.empty() && text.size() <= 18 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

struct RequestReader::Parser : http::request_parser<GrowingBody> {};

RequestReader::RequestReader(const HttpServerSettings& settings) : settings_(settings) {}
RequestReader::~RequestReader() = default;

size_t RequestReader::body_bytes() const {
  return stage_ == Stage::kBody && parser_ != nullptr ? parser_->get().body().size()
                                                      : request_.body.size();
}

RequestReader::Stage RequestReader::Fail(int status, std::string_view reason) {
  status_ = status;
  reason_ = reason;
  parser_.reset();
  return stage_ = Stage::kFailed;
}

RequestReader::Stage RequestReader::Feed(std::string* input) {
  switch (stage_) {
    case Stage::kHead: return FeedHead(input);
    case Stage::kBody: return FeedBody(input);
    default: return stage_;
  }
}

RequestReader::Stage RequestReader::FeedHead(std::string* input) {
  if (!begun_) {  // an empty line before a request is allowed
    size_t empty = 0;
    while (empty < 4 && input->compare(empty, 2, "\r\n") == 0) empty += 2;
    input->erase(0, empty);
    if (input->empty() || *input == "\r") return stage_;
    begun_ = true;
  }
  const std::string_view seen =
      std::string_view(*input).substr(0, std::min(input->size(), settings_.header_bytes_max + 4));
  if (!ScanHead(seen)) return stage_;
  const size_t end = seen.find("\r\n\r\n", scanned_ < 3 ? 0 : scanned_ - 3);
  if (end == std::string_view::npos) {
    if (seen.size() > settings_.header_bytes_max) {
      return lines_ == 0 ? Fail(414, "the request line is too long")
                         : Fail(431, "the headers are too long");
    }
    scanned_ = seen.size();
    return stage_;
  }
  const Stage stage = ParseHead(seen.substr(0, end + 4));
  input->erase(0, end + 4);
  return stage;
}

/// Looks at the bytes that are new. False: refused.
bool RequestReader::ScanHead(std::string_view input) {
  for (size_t i = scanned_; i < input.size(); ++i) {
    const char c = input[i];
    if (c == '\0') return Fail(400, "a NUL byte in the head"), false;
    if (c == '\n') {
      if (i == 0 || input[i - 1] != '\r') return Fail(400, "a bare line feed in the head"), false;
      if (i >= 3 && input[i - 2] == '\n') return true;  // the empty line: the head ends here
      ++lines_;
      if (lines_ > settings_.headers_max + 1) return Fail(431, "too many headers"), false;
    } else if (i > 0 && input[i - 1] == '\r') {
      return Fail(400, "a bare carriage return in the head"), false;
    } else if (i > 1 && input[i - 1] == '\n' && (c == ' ' || c == '\t')) {
      return Fail(400, "a folded header"), false;
    }
    if (lines_ == 0 && i > settings_.target_bytes_max + 64) {
      return Fail(414, "the request line is too long"), false;
    }
  }
  return true;
}

RequestReader::Stage RequestReader::ParseHead(std::string_view head) {
  parser_ = std::make_unique<Parser>();
  parser_->eager(false);
  parser_->header_limit(static_cast<uint32_t>(settings_.header_bytes_max + 64));
  parser_->body_limit(boost::none);
  error_code error;
  parser_->put(boost::asio::buffer(head.data(), head.size()), error);
  if (error == http::error::bad_version) return Fail(505, "only HTTP/1.0 and HTTP/1.1 are spoken");
  if (error || !parser_->is_header_done()) return Fail(400, "the head is no HTTP request");
  const auto& message = parser_->get();
  request_.method = Text(message.method_string());
  request_.target = Text(message.target());
  if (request_.target.size() > settings_.target_bytes_max) {
    return Fail(414, "the request target is too long");
  }
  for (const auto& field : message) {
    request_.headers.emplace_back(LowerText(Text(field.name_string())), Text(field.value()));
  }
  keep_alive_ = message.keep_alive();
  if (!CheckFraming()) return stage_;
  return stage_ = Stage::kHeadDone;
}

/// What decides where the request ends must be said once and plainly.
bool RequestReader::CheckFraming() {
  size_t lengths = 0;
  size_t codings = 0;
  size_t hosts = 0;
  for (const auto& [name, value] : request_.headers) {
    if (name == "content-length") {
      ++lengths;
      if (!IsNumber(value)) return Fail(400, "Content-Length is no number"), false;
    } else if (name == "transfer-encoding") {
      ++codings;
      if (LowerText(value) != "chunked") {
        return Fail(400, "only Transfer-Encoding: chunked is understood"), false;
      }
    } else if (name == "host") {
      ++hosts;
    } else if (name == "expect") {
      if (LowerText(value) != "100-continue") {
        return Fail(417, "only Expect: 100-continue is understood"), false;
      }
      expects_continue_ = true;
    }
  }
  const bool old = parser_->get().version() < 11;
  if (parser_->get().version() > 11 || parser_->get().version() < 10) {
    return Fail(505, "only HTTP/1.0 and HTTP/1.1 are spoken"), false;
  }
  if (lengths > 1 || codings > 1 || lengths + codings > 1) {
    return Fail(400, "the length of the body is said twice"), false;
  }
  if (old && codings > 0) return Fail(400, "HTTP/1.0 has no chunks"), false;
  if (hosts > 1 || (hosts == 0 && !old)) {
    return Fail(400, "exactly one Host header is needed"), false;
  }
  const bool asterisk = request_.target == "*" && request_.method == "OPTIONS";
  if (!request_.target.starts_with('/') && !asterisk) {
    return Fail(400, "the request target must be a path"), false;
  }
  return true;
}

void RequestReader::AcceptBody(size_t bytes_max) {
  CHECK(stage_ == Stage::kHeadDone);
  stage_ = Stage::kBody;
  body_bytes_max_ = bytes_max;
  if (parser_->is_done()) {
    stage_ = Stage::kDone;
    parser_.reset();
    return;
  }
  if (const auto length = parser_->content_length(); length && *length > bytes_max) {
    Fail(413, "the body is too long");
    return;
  }
  parser_->body_limit(bytes_max);
  parser_->eager(true);
}

RequestReader::Stage RequestReader::FeedBody(std::string* input) {
  size_t used = 0;
  while (used < input->size() && !parser_->is_done()) {
    // Beast's parser asserts that it gets the last chunk as a whole.
    const std::string_view rest = std::string_view(*input).substr(used);
    if (parser_->chunked() && rest.size() < kLastChunk.size() && kLastChunk.starts_with(rest)) {
      break;
    }
    error_code error;
    const size_t bytes =
        parser_->put(boost::asio::buffer(input->data() + used, input->size() - used), error);
    used += bytes;
    raw_body_bytes_ += bytes;
    if (error == http::error::need_more) break;
    if (error == http::error::body_limit) return Fail(413, "the body is too long");
    if (error) return Fail(400, "the body is no valid chunk sequence");
    if (bytes == 0) break;
  }
  input->erase(0, used);
  const size_t body = parser_->get().body().size();
  if (raw_body_bytes_ > body * kChunkBytesPerByte + kChunkOverhead ||
      (!parser_->is_done() && parser_->chunked() && input->size() > kChunkHeadMax)) {
    return Fail(400, "too much chunk framing");
  }
  if (!parser_->is_done()) return stage_;
  request_.body = std::move(parser_->get().body());
  parser_.reset();
  return stage_ = Stage::kDone;
}

}  // namespace millrace
