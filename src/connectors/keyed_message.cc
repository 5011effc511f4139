// SPDX-License-Identifier: Apache-2.0
#include "connectors/keyed_message.h"

#include "data/option_text.h"

namespace millrace {

std::string KeyedMessage::Encode() const {
  std::string bytes(id);
  bytes += '\n';
  bytes += std::to_string(lane.size());
  bytes += '\n';
  bytes += lane;
  bytes += body;
  return bytes;
}

Result<KeyedMessage> KeyedMessage::Decode(std::string_view bytes) {
  const size_t id_end = bytes.find('\n');
  const size_t size_end = id_end == std::string_view::npos ? id_end : bytes.find('\n', id_end + 1);
  if (size_end == std::string_view::npos) {
    return InternalError("a message in an outbox is broken");
  }
  const auto lane = ParseOptionLong(bytes.substr(id_end + 1, size_end - id_end - 1));
  const std::string_view rest = bytes.substr(size_end + 1);
  if (!lane || *lane < 0 || static_cast<size_t>(*lane) > rest.size()) {
    return InternalError("a message in an outbox is broken");
  }
  const auto size = static_cast<size_t>(*lane);
  return KeyedMessage{
      .id = bytes.substr(0, id_end), .lane = rest.substr(0, size), .body = rest.substr(size)};
}

}  // namespace millrace
