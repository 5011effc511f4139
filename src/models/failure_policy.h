// SPDX-License-Identifier: Apache-2.0
// What ML_PREDICT does with a row that its model could not answer. Every provider declares this
// option; the predict operator reads it.
#pragma once

#include "data/options.h"

namespace millrace {

enum class ModelFailurePolicy {
  kFail,        // the pipeline stops
  kNull,        // the row goes on with NULL in the output columns
  kDeadLetter,  // the row goes to the dead letters with the reason
};

/// The option 'error-handling'.
OptionSpec ModelFailurePolicyOption();
ModelFailurePolicy GetModelFailurePolicy(const Options& options);

}  // namespace millrace
