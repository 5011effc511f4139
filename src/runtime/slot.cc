// SPDX-License-Identifier: Apache-2.0
#include "runtime/slot.h"

#include <algorithm>

namespace millrace {

size_t Slot::fed_ports() const {
  return static_cast<size_t>(std::ranges::count_if(ports, &InputPort::fed));
}

}  // namespace millrace
