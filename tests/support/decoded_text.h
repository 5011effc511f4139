// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "formats/format.h"

namespace millrace {

/// Frames and decodes a whole text, which ends at a record; both must work.
inline Decoded DecodeWhole(RecordDecoder* decoder, std::string text) {
  const size_t size = text.size();
  text.append(kDecodePadding, '\0');
  std::vector<RecordSlice> records;
  const std::string_view bytes(text.data(), size);
  EXPECT_EQ(decoder->Frame(bytes, true, &records), size);
  auto decoded = decoder->Decode(bytes, records);
  EXPECT_TRUE(decoded.has_value());
  return *std::move(decoded);
}

}  // namespace millrace
