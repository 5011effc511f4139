// SPDX-License-Identifier: Apache-2.0
// Options of the connector `webhook`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "connectors/connector.h"
#include "connectors/webhook/body_template.h"
#include "connectors/webhook/retry_policy.h"
#include "env/http_client.h"

namespace millrace {

std::vector<OptionSpec> WebhookOptions();

struct WebhookSettings {
  std::string url;
  std::string method;
  HttpHeaders headers;
  std::string type;                  // of the default body
  std::optional<BodyTemplate> body;  // none: {type, timestamp, data}
  std::vector<std::string> keys;     // to sign with; empty: unsigned
  std::vector<size_t> key_columns;   // rows of one key go in order
  std::chrono::milliseconds timeout{};
  RetryPolicy retry;
  int64_t breaker_failures = 0;
  int64_t breaker_cooldown_ms = 0;
  size_t max_in_flight = 0;
  bool allow_private_addresses = true;
  bool at_once = false;  // before the epoch
};

/// MR0503 for what cannot be used.
Result<WebhookSettings> ReadWebhookSettings(const TableContext& table);

}  // namespace millrace
