// SPDX-License-Identifier: Apache-2.0
// LatencyHistogram: durations in nanoseconds in fixed logarithmic buckets, 32 per power of two: any
// quantile is within 3 % of the truth, and two histograms merge by adding. One thread; copy to
// share.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace millrace {

class LatencyHistogram {
 public:
  /// Negative durations count as 0. `count` events had this duration.
  void Record(int64_t nanos, uint64_t count = 1) {
    buckets_[BucketOf(nanos)] += count;
    count_ += count;
    if (nanos > 0) sum_ += static_cast<uint64_t>(nanos) * count;
    if (nanos > max_) max_ = nanos;
  }
  void Merge(const LatencyHistogram& other);

  uint64_t count() const { return count_; }
  uint64_t sum() const { return sum_; }
  /// Events of at most this duration, within the width of a bucket.
  uint64_t CountUpTo(int64_t nanos) const;
  int64_t max() const { return max_; }
  double mean() const {
    return count_ == 0 ? 0 : static_cast<double>(sum_) / static_cast<double>(count_);
  }
  /// Upper bound of the bucket in which the quantile lies; 0 without events. REQUIRES: 0 <= q <= 1.
  int64_t Quantile(double q) const;

 private:
  static constexpr int kSubBits = 5;
  static constexpr size_t kBuckets = static_cast<size_t>(64 - kSubBits) << kSubBits;

  static size_t BucketOf(int64_t nanos) {
    if (nanos < (1 << kSubBits)) return nanos < 0 ? 0 : static_cast<size_t>(nanos);
    const auto value = static_cast<uint64_t>(nanos);
    const int shift = std::bit_width(value) - kSubBits - 1;
    return (static_cast<size_t>(shift) << kSubBits) + static_cast<size_t>(value >> shift);
  }
  static int64_t UpperBound(size_t bucket);

  std::array<uint64_t, kBuckets> buckets_{};
  uint64_t count_ = 0;
  uint64_t sum_ = 0;
  int64_t max_ = 0;
};

}  // namespace millrace
