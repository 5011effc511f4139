// SPDX-License-Identifier: Apache-2.0
#include "server/outbox_json.h"

namespace millrace {

void WriteOutbox(const OutboxStatus& outbox, JsonWriter* out) {
  out->BeginObject().Field("messages", outbox.messages).Field("bytes", outbox.bytes);
  out->Field("bytes_max", outbox.bytes_max);
  out->Field("oldest_seconds", static_cast<double>(outbox.oldest_age_ms) / 1000);
  out->Key("covers_seconds");
  if (const auto seconds = outbox.covers_seconds()) {
    out->Double(*seconds);
  } else {
    out->Null();
  }
  out->EndObject();
}

}  // namespace millrace
