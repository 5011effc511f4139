// SPDX-License-Identifier: Apache-2.0
#include "cli/restart_policy.h"

#include <algorithm>
#include <cstdlib>

#include "base/time_units.h"

namespace millrace {
namespace {

constexpr const char* kExponential = "restart-strategy.exponential-delay.";
constexpr const char* kFixed = "restart-strategy.fixed-delay.";

std::unexpected<Error> Bad(const std::string& key, std::string why) {
  return UserError("MR0503", "bad value of '" + key + "'", std::move(why));
}

}  // namespace

/// Beside what brokers did: a disk may have room again, files may be closed.
bool IsWorthARestart(const Error& error) {
  return error.code == "MR0831" || error.code == "MR0522" || error.code == "MR0802" ||
         error.code == "MR0817";
}

Result<RestartPolicy> RestartPolicy::From(const Settings& settings) {
  RestartPolicy policy;
  const std::string type = settings.GetString("restart-strategy.type");
  if (type == "none") return policy;
  const auto millis = [&settings](const std::string& key) {
    return settings.GetDuration(key).count() * kMilli;
  };
  if (type == "fixed-delay") {
    policy.kind_ = Kind::kFixedDelay;
    policy.attempts_max_ = settings.GetLong(std::string(kFixed) + "attempts");
    policy.first_nanos_ = policy.last_nanos_ = millis(std::string(kFixed) + "delay");
    if (policy.attempts_max_ < 0) return Bad(std::string(kFixed) + "attempts", "it is negative");
    return policy;
  }
  const std::string prefix = kExponential;
  policy.kind_ = Kind::kExponentialDelay;
  policy.attempts_max_ = settings.GetLong(prefix + "attempts-before-reset-backoff");
  policy.first_nanos_ = millis(prefix + "initial-backoff");
  policy.last_nanos_ = millis(prefix + "max-backoff");
  policy.multiplier_ =
      std::strtod(settings.GetString(prefix + "backoff-multiplier").c_str(), nullptr);
  policy.reset_nanos_ = millis(prefix + "reset-backoff-threshold");
  if (policy.attempts_max_ < 1) {
    return Bad(prefix + "attempts-before-reset-backoff", "it is less than 1");
  }
  if (policy.multiplier_ < 1) return Bad(prefix + "backoff-multiplier", "it is less than 1");
  if (policy.first_nanos_ < kMilli || policy.last_nanos_ < policy.first_nanos_) {
    return Bad(prefix + "initial-backoff", "it is not from 1 ms to max-backoff");
  }
  return policy;
}

std::optional<int64_t> RestartPolicy::OnFailure(const Error& error, int64_t now) {
  if (kind_ == Kind::kNone || !IsWorthARestart(error)) return std::nullopt;
  if (reset_nanos_ > 0 && attempts_ > 0 && now - failed_at_ >= reset_nanos_) attempts_ = 0;
  failed_at_ = now;
  if (attempts_ == attempts_max_) return std::nullopt;
  pause_nanos_ = attempts_ == 0 ? static_cast<double>(first_nanos_) : pause_nanos_ * multiplier_;
  pause_nanos_ = std::min(pause_nanos_, static_cast<double>(last_nanos_));
  ++attempts_;
  return static_cast<int64_t>(pause_nanos_);
}

}  // namespace millrace
