// SPDX-License-Identifier: Apache-2.0
#include "env/http_client.h"

namespace millrace {

std::string* HttpResponse::FindHeader(std::string_view name) {
  for (auto& [key, value] : headers) {
    if (key == name) return &value;
  }
  return nullptr;
}

}  // namespace millrace
