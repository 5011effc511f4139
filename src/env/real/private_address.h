// SPDX-License-Identifier: Apache-2.0
// Which socket addresses lie within a machine or a private network, so that a URL from outside must
// not make us talk to them.
#pragma once

#include <sys/socket.h>

namespace millrace {

/// Loopback, link-local, private, shared, multicast and unspecified ranges of IPv4 and IPv6, also
/// IPv4 inside IPv6. Other address families count as private.
bool IsPrivateAddress(const sockaddr* address);

}  // namespace millrace
