// SPDX-License-Identifier: Apache-2.0
#include "connectors/webhook/options.h"

#include <algorithm>

#include "connectors/webhook/signature.h"
#include "data/option_text.h"
#include "diagnostics/nearest.h"

namespace millrace {
namespace {

constexpr std::string_view kHeaderPrefix = "headers.";

bool IsHeaderName(std::string_view name) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::ranges::all_of(name, [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kOthers.find(c) != std::string_view::npos;
  });
}

Status ReadHeaders(const Options& options, HttpHeaders* headers) {
  bool content_type = false;
  for (const auto& [key, value] : options.values()) {
    if (!key.starts_with(kHeaderPrefix)) continue;
    const std::string name = key.substr(kHeaderPrefix.size());
    if (!IsHeaderName(name) || value.text.find_first_of("\r\n") != std::string::npos) {
      return UserError("MR0503", "option '" + key + "' is no HTTP header");
    }
    std::string lower = name;
    for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    if (lower.starts_with("webhook-")) {
      return UserError("MR0503", "option '" + key + "': this header is made by the connector");
    }
    content_type |= lower == "content-type";
    headers->emplace_back(name, value.text);
  }
  if (!content_type) headers->emplace_back("Content-Type", "application/json");
  return OkStatus();
}

Status CheckUrl(const std::string& url) {
  const bool http = url.starts_with("http://") || url.starts_with("https://");
  const size_t host = url.find("://") + 3;
  if (http && host < url.size() && url[host] != '/' &&
      url.find_first_of(" \t\r\n") == std::string::npos) {
    return OkStatus();
  }
  return UserError("MR0503", "option 'url' is no http or https address");
}

}  // namespace

std::vector<OptionSpec> WebhookOptions() {
  return {
      {.key = "url", .required = true, .help = "Where each row is sent to."},
      {.key = "method",
       .type = OptionType::kEnum,
       .default_value = "POST",
       .choices = {"POST", "PUT", "PATCH"},
       .help = "HTTP method."},
      {.key = "headers.#", .secret = true, .help = "A header by name: 'headers.Authorization'."},
      {.key = "secret",
       .type = OptionType::kList,
       .secret = true,
       .help = "Signs each request (Standard Webhooks); several, separated by ';', while one is "
               "being replaced."},
      {.key = "type", .help = "Event type of the default body; the table's name by default."},
      {.key = "body",
       .help = "Template with {{column}} and {{*}}; by default "
               "{\"type\":..,\"timestamp\":..,\"data\":{the row}}."},
      {.key = "key",
       .type = OptionType::kList,
       .help = "Columns; rows of one key are delivered one after the other, in order."},
      {.key = "timeout",
       .type = OptionType::kDuration,
       .default_value = "15 s",
       .help = "For one request."},
      {.key = "max-retries",
       .type = OptionType::kInt,
       .default_value = "8",
       .help = "Then the row goes to the dead letters."},
      {.key = "retry-backoff",
       .type = OptionType::kDuration,
       .default_value = "1 s",
       .help = "Wait before the first retry; doubled each time, with jitter."},
      {.key = "retry-backoff.max",
       .type = OptionType::kDuration,
       .default_value = "1 min",
       .help = "Longest wait, unless the receiver asks for a longer one."},
      {.key = "circuit-breaker.failures",
       .type = OptionType::kInt,
       .default_value = "10",
       .help = "After so many failures in a row nothing is sent for the cooldown."},
      {.key = "circuit-breaker.cooldown",
       .type = OptionType::kDuration,
       .default_value = "10 s",
       .help = "Then one request tries whether the receiver is back."},
      {.key = "max-in-flight",
       .type = OptionType::kInt,
       .default_value = "16",
       .help = "Requests at once, per shard."},
      {.key = "allow-private-addresses",
       .type = OptionType::kBoolean,
       .default_value = "true",
       .help = "'false' refuses to connect to loopback, link-local and private addresses."},
  };
}

Result<WebhookSettings> ReadWebhookSettings(const TableContext& table) {
  const Options& options = table.options;
  WebhookSettings settings;
  settings.url = options.GetString("url");
  TRY(CheckUrl(settings.url));
  settings.method = options.GetString("method");
  std::ranges::transform(settings.method, settings.method.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  });
  TRY(ReadHeaders(options, &settings.headers));
  settings.type = options.FindString("type").value_or(table.table);
  if (options.Has("body")) {
    TRY_ASSIGN(settings.body, BodyTemplate::Parse(options.GetString("body"), table.schema));
  }
  for (const std::string& secret : options.GetList("secret")) {
    TRY_ASSIGN(std::string key, ParseWebhookSecret(secret));
    settings.keys.push_back(std::move(key));
  }
  for (const std::string& name : options.GetList("key")) {
    const auto column = table.schema.Find(name);
    if (!column) {
      const auto near = NearestNames(name, table.schema.names(), 1);
      return UserError("MR0503", "option 'key': the table has no column '" + name + "'", {},
                       near.empty() ? "" : "did you mean '" + near[0] + "'?");
    }
    settings.key_columns.push_back(*column);
  }
  settings.timeout = options.GetDuration("timeout");
  settings.retry = {.max_retries = options.GetLong("max-retries"),
                    .backoff_ms = options.GetDuration("retry-backoff").count(),
                    .backoff_ms_max = options.GetDuration("retry-backoff.max").count()};
  settings.breaker_failures = options.GetLong("circuit-breaker.failures");
  settings.breaker_cooldown_ms = options.GetDuration("circuit-breaker.cooldown").count();
  const int64_t in_flight = options.GetLong("max-in-flight");
  if (in_flight < 1 || settings.retry.max_retries < 0 || settings.breaker_failures < 1 ||
      settings.timeout.count() < 1) {
    return UserError("MR0503",
                     "'max-in-flight', 'circuit-breaker.failures' and 'timeout' must be positive, "
                     "'max-retries' not negative");
  }
  settings.max_in_flight = static_cast<size_t>(in_flight);
  settings.allow_private_addresses = options.GetBoolean("allow-private-addresses");
  if (const auto delivery = table.extras.find("delivery"); delivery != table.extras.end()) {
    settings.at_once = EqualsIgnoringCase(delivery->second.text, "at-least-once");
  }
  return settings;
}

}  // namespace millrace
