// SPDX-License-Identifier: Apache-2.0
// Any text as the manifest of a run and as run.json: it is refused, or what was read stays the same
// when it is written and read again.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "runtime/epochs/manifest.h"

namespace millrace {
namespace {

void ReadBody(std::string_view text) {
  const auto manifest = RunManifest::FromBody(text, 7);
  if (!manifest) return;
  const auto again = RunManifest::FromBody(manifest->Body(), 7);
  CHECK(again.has_value());
  CHECK(again->Body() == manifest->Body());
  // With the check sum that belongs to it.
  const auto whole = RunManifest::FromJson(manifest->ToJson());
  CHECK(whole.has_value());
  CHECK(whole->Body() == manifest->Body());
  CHECK_EQ(whole->epoch, 7u);
}

}  // namespace
}  // namespace millrace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  millrace::ReadBody(text);
  if (const auto run = millrace::RunManifest::FromJson(text)) millrace::ReadBody(run->Body());
  return 0;
}
