// SPDX-License-Identifier: Apache-2.0
// Any bytes as a connection's: nothing but a request or a refusal comes of them, and the same
// whether they arrive at once or one by one.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "env/real/http/request_reader.h"

namespace {

using millrace::RequestReader;

constexpr size_t kBodyMax = 1000;
constexpr size_t kRequestsMax = 50;

/// What came of the bytes: targets and bodies, then the status of a refusal.
std::string Read(std::string_view text, size_t step) {
  static const millrace::HttpServerSettings kSettings{
      .header_bytes_max = 2000, .headers_max = 20, .target_bytes_max = 200};
  std::string outcome;
  std::string input;
  auto reader = std::make_unique<RequestReader>(kSettings);
  size_t requests = 0;
  for (size_t i = 0; i < text.size() && requests < kRequestsMax; i += step) {
    input += text.substr(i, step);
    while (true) {
      auto stage = reader->Feed(&input);
      if (stage == RequestReader::Stage::kHeadDone) {
        reader->AcceptBody(kBodyMax);
        stage = reader->Feed(&input);
      }
      if (stage == RequestReader::Stage::kFailed) {
        return outcome + "!" + std::to_string(reader->status());
      }
      if (stage != RequestReader::Stage::kDone) break;
      CHECK_LE(reader->request().body.size(), kBodyMax);
      outcome += reader->request().target + "|" + reader->request().body + "\n";
      reader = std::make_unique<RequestReader>(kSettings);
      if (++requests == kRequestsMax || input.empty()) break;
    }
  }
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string whole = Read(text, size + 1);
  const std::string pieces = Read(text, 1);
  // A refusal may come earlier in pieces, never a request that the whole did not give.
  const size_t refused = whole.find('!');
  if (refused == std::string::npos && pieces.find('!') == std::string::npos) {
    CHECK_EQ(whole, pieces);
  }
  return 0;
}
