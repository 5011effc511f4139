// SPDX-License-Identifier: Apache-2.0
// KeyedMessage: what an outbox keeps of a message with an idempotency key. Where it goes, and how,
// belongs to the attempt.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace millrace {

struct KeyedMessage {
  std::string_view id;    // idempotency key, without line breaks
  std::string_view lane;  // messages of one lane go in order; empty: no order
  std::string_view body;

  std::string Encode() const;
  /// Views into `bytes`.
  static Result<KeyedMessage> Decode(std::string_view bytes);
};

}  // namespace millrace
