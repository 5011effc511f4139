// SPDX-License-Identifier: Apache-2.0
#include "connectors/webhook/retry_policy.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "data/option_text.h"
#include "data/time/calendar.h"

namespace millrace {
namespace {

constexpr int64_t kWishMillisMax = 3'600'000;
constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

bool ReadDigits(std::string_view text, size_t at, size_t count, int* value) {
  if (at + count > text.size()) return false;
  const auto [end, error] = std::from_chars(text.data() + at, text.data() + at + count, *value);
  return error == std::errc() && end == text.data() + at + count;
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`, in milliseconds since the epoch.
std::optional<int64_t> ParseHttpDate(std::string_view text) {
  int day = 0;
  int year = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  if (text.size() != 29 || !text.ends_with(" GMT") || !ReadDigits(text, 5, 2, &day) ||
      !ReadDigits(text, 12, 4, &year) || !ReadDigits(text, 17, 2, &hour) ||
      !ReadDigits(text, 20, 2, &minute) || !ReadDigits(text, 23, 2, &second)) {
    return std::nullopt;
  }
  const auto month = std::ranges::find(kMonths, text.substr(8, 3));
  if (month == kMonths.end() || day < 1 || day > 31) return std::nullopt;
  const int64_t days = DaysFromCivil(year, static_cast<int>(month - kMonths.begin()) + 1, day);
  return (days * kSecondsPerDay + (hour * 60 + minute) * 60 + second) * 1000;
}

}  // namespace

std::optional<int64_t> ParseRetryAfter(std::string_view text, int64_t now_ms) {
  text = TrimOption(text);
  if (const auto seconds = ParseOptionLong(text)) {
    return std::clamp<int64_t>(*seconds, 0, kWishMillisMax / 1000) * 1000;
  }
  const auto date = ParseHttpDate(text);
  if (!date) return std::nullopt;
  return std::clamp<int64_t>(*date - now_ms, 0, kWishMillisMax);
}

int64_t RetryPolicy::DelayMillis(int64_t retry, std::optional<int64_t> wished_ms,
                                 Random* random) const {
  int64_t delay = backoff_ms;
  for (int64_t i = 1; i < retry && delay < backoff_ms_max; ++i) delay *= 2;
  delay = std::min(delay, backoff_ms_max);
  const int64_t half = delay / 2;
  delay -= half > 0 ? static_cast<int64_t>(random->Next() % static_cast<uint64_t>(half + 1)) : 0;
  return std::max(delay, wished_ms.value_or(0));
}

bool CircuitBreaker::OnSend() {
  if (!open()) return false;
  probing_ = true;
  return true;
}

void CircuitBreaker::OnOutcome(bool good, int64_t now_ms) {
  if (good) {
    failures_ = 0;
    probing_ = false;
    return;
  }
  if (++failures_ < failures_max_) return;
  failures_ = failures_max_;
  probing_ = false;
  open_until_ = now_ms + cooldown_ms_;
}

}  // namespace millrace
