// SPDX-License-Identifier: Apache-2.0
#include "runtime/metrics/latency_histogram.h"

#include <algorithm>
#include <cmath>

namespace millrace {

void LatencyHistogram::Merge(const LatencyHistogram& other) {
  for (size_t i = 0; i < kBuckets; ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  sum_ += other.sum_;
  max_ = std::max(max_, other.max_);
}

int64_t LatencyHistogram::Quantile(double q) const {
  if (count_ == 0) return 0;
  const auto rank =
      std::max<uint64_t>(1, static_cast<uint64_t>(std::ceil(q * static_cast<double>(count_))));
  uint64_t seen = 0;
  for (size_t i = 0; i < kBuckets; ++i) {
    seen += buckets_[i];
    if (seen >= rank) return std::min(UpperBound(i), max_);
  }
  return max_;
}

uint64_t LatencyHistogram::CountUpTo(int64_t nanos) const {
  if (nanos >= max_) return count_;
  uint64_t count = 0;
  for (size_t i = 0; i < kBuckets && UpperBound(i) <= nanos; ++i) count += buckets_[i];
  return count;
}

int64_t LatencyHistogram::UpperBound(size_t bucket) {
  if (bucket < (size_t{2} << kSubBits)) return static_cast<int64_t>(bucket);
  const size_t shift = (bucket >> kSubBits) - 1;
  const size_t top = bucket - (shift << kSubBits);
  return static_cast<int64_t>(((top + 1) << shift) - 1);
}

}  // namespace millrace
