// SPDX-License-Identifier: Apache-2.0
#include "plan/binding/query/window_emission.h"

#include <string>
#include <string_view>

namespace millrace {
namespace {

constexpr std::string_view kCode = "MR0421";
constexpr const char* kEarly = "table.exec.emit.early-fire";
constexpr const char* kLate = "table.exec.emit.late-fire";

bool IsOn(const BindContext& context, std::string_view trigger) {
  return context.settings->GetBoolean(std::string(trigger) + ".enabled");
}

/// The trigger that is on; empty: none.
std::string TriggerOn(const BindContext& context) {
  for (const char* trigger : {kEarly, kLate}) {
    if (IsOn(context, trigger)) return std::string(trigger) + ".enabled";
  }
  return {};
}

/// The delay of a trigger that is on.
bool BindDelay(BindContext* context, std::string_view trigger, Span span,
               std::optional<int64_t>* out) {
  if (!IsOn(*context, trigger)) return true;
  const std::string key = std::string(trigger) + ".delay";
  if (context->settings->GetString(key).empty()) {
    context->Error(kCode, "'" + std::string(trigger) + ".enabled' needs '" + key + "'", span)
        .next_step = "SET '" + key + "' = '0 ms'; sends a result with every row.";
    return false;
  }
  *out = context->settings->GetDuration(key).count();
  return true;
}

/// How long rows may come late.
int64_t LatenessOf(const Settings& settings) {
  if (!settings.GetString("table.exec.emit.allow-lateness").empty()) {
    return settings.GetDuration("table.exec.emit.allow-lateness").count();
  }
  return settings.GetDuration("table.exec.state.ttl").count();
}

}  // namespace

bool BindEmission(BindContext* context, const WindowSpec& window, bool proctime, Span span,
                  std::optional<WindowEmission>* out) {
  const std::string trigger = TriggerOn(*context);
  if (trigger.empty()) return true;
  if (window.kind == WindowKind::kSession) {
    context
        ->Error(kCode, "a session sends its result once, as it closes: '" + trigger + "' is on",
                span)
        .next_step = "RESET '" + trigger + "'; before this statement.";
    return false;
  }
  if (proctime) {
    context->NotSupported("a window of processing time with '" + trigger + "'", span,
                          "Without it a window sends its result once, when it closes.");
    return false;
  }
  WindowEmission emission{.window = window};
  if (!BindDelay(context, kEarly, span, &emission.early_delay_ms) ||
      !BindDelay(context, kLate, span, &emission.late_delay_ms)) {
    return false;
  }
  if (emission.late_delay_ms) {
    emission.lateness_ms = LatenessOf(*context->settings);
    if (emission.lateness_ms == 0) {
      context->Error(kCode, "late-fire needs a time for which rows may come late", span).next_step =
          "SET 'table.exec.emit.allow-lateness' = '1 h';";
      return false;
    }
  }
  *out = std::move(emission);
  return true;
}

bool CheckNoEmission(BindContext* context, Span span) {
  const std::string trigger = TriggerOn(*context);
  if (trigger.empty()) return true;
  context
      ->Error(kCode,
              "windows of table functions send their results once, as they close: '" + trigger +
                  "' is on",
              span)
      .next_step =
      "GROUP BY TUMBLE(ts, ..) or HOP(ts, ..) takes it; else RESET it before this "
      "statement.";
  return false;
}

}  // namespace millrace
