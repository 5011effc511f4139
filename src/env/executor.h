// SPDX-License-Identifier: Apache-2.0
// Executor: runs what may block, such as the sync of a file, beside the shards.
#pragma once

#include <functional>
#include <memory>

namespace millrace {

/// Thread-safe. Every task runs exactly once, several of them at once, in any order; the destructor
/// waits for those that were given.
class Executor {
 public:
  virtual ~Executor() = default;
  virtual void Run(std::function<void()> task) = 0;
};

/// REQUIRES: threads >= 1.
std::unique_ptr<Executor> MakeThreadExecutor(int threads);

}  // namespace millrace
