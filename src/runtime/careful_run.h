// SPDX-License-Identifier: Apache-2.0
// The careful beginning of a run whose process died before: one thread steps the whole job, and a
// source reads a record only when the one before has gone through, so that the record at which the
// process dies is known (operators/io/quarantine).
#pragma once

#include "runtime/job_state.h"

namespace millrace {

/// Reads what the process before left in the data directory, and says what was made of it.
Status StartQuarantine(JobState* job, const StartPoint& start);

/// Returns when the run may go on at full speed, or is done. Nothing, if no care is wanted.
void RunCarefully(JobState* job);

/// What is wrong with a run that is careful; else empty. Any thread.
std::string CareText(const JobState& job);

}  // namespace millrace
