// SPDX-License-Identifier: Apache-2.0
#include "cli/output/progress_line.h"

namespace millrace {
namespace {

constexpr std::string_view kEraseLine = "\r\x1b[K";
constexpr int64_t kNanosPerSecond = 1'000'000'000;

}  // namespace

std::string WithCommas(uint64_t number) {
  std::string text = std::to_string(number);
  for (size_t at = text.size(); at > 3;) {
    at -= 3;
    text.insert(at, ",");
  }
  return text;
}

void ProgressLine::Update(const JobSnapshot& snapshot) {
  if (!shown_) return;
  const int64_t nanos = snapshot.elapsed_nanos - nanos_before_;
  if (nanos <= 0) return;
  const auto rows = static_cast<double>(snapshot.accounting.in - rows_before_);
  const double seconds = static_cast<double>(nanos) / static_cast<double>(kNanosPerSecond);
  const auto per_second = static_cast<uint64_t>(rows / seconds);
  rows_before_ = snapshot.accounting.in;
  nanos_before_ = snapshot.elapsed_nanos;
  std::string text(kEraseLine);
  text += WithCommas(snapshot.accounting.in) + " read, " + WithCommas(snapshot.accounting.out) +
          " written, " + WithCommas(per_second) + " per second, " +
          std::to_string(snapshot.elapsed_nanos / kNanosPerSecond) + " s";
  visible_ = application_->env.error->Write(text).has_value();
}

void ProgressLine::Clear() {
  if (!visible_) return;
  visible_ = !application_->env.error->Write(kEraseLine).has_value();
}

}  // namespace millrace
