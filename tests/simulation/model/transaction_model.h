// SPDX-License-Identifier: Apache-2.0
// A model of the protocol by which epochs and a transaction of Kafka happen together, without any
// code of the engine: sources, journal with a cache that a power loss takes, broker with one
// transactional id, network that loses, delays and repeats, and the process between them. One seed
// is one life of a pipeline with its crashes; what a read_committed reader sees is compared with
// the oracle at every commit. A planted mistake changes one thing of the right order, and must be
// caught.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::model {

enum class Mistake {
  kNone,
  kForgetsBeforeDecision,      // n-1 is dropped from the journal before n is decided
  kJournalAfterCommit,         // the commit comes first
  kLocalJournalDecides,        // recovery takes the newest record of the journal
  kDecisionBeforeTransaction,  // decision record outside of the transaction, before its end
  kDecisionAfterTransaction,   // the same, behind its end
  kDecisionInNextTransaction,  // outputs and decision in two transactions
  kNoDirectorySync,            // a new segment is not made durable in its directory
  kNoDataSync,                 // the journal's record is not made durable
  kRetriesSync,                // a failed fsync is tried again
  kRetriesSameProducer,        // an unclear end is asked for again, on the same producer
  kIgnoresResend,              // the client library sent twice, and the producer is kept
  kUnclearIsDecided,           // an unclear end is taken for a commit
  kUnclearIsUndecided,         // an unclear end is taken for an abort, the record is not read
  kSkipsInit,                  // a new process goes on with what the one before left open
  kReadsBeforeInit,            // the decision is read before the predecessor is fenced
  kFencedGoesOn,               // a fenced producer is replaced, memory is kept
  kIgnoresHash,                // any record of that epoch number will do
  kMissingRecordIsFresh,       // a decision that the journal does not hold: start afresh
  kNothingHeld,                // output behind the barrier goes into the running transaction
  kNoFlush,                    // the end does not wait for outputs that are on their way
  kKeepsMemory,                // a restart in process keeps state instead of loading it
  kPositionsFromGroup,         // positions come from the offsets committed for display
  kReadsUnsynced,              // rows of the ingest log are used before they are durable
  kAcknowledgesBeforeSync,     // and acknowledged before
  kCount,
};

std::string_view NameOf(Mistake mistake);

/// What a life consisted of, and what was wrong with it, if anything.
struct ModelResult {
  std::string violation;
  uint64_t steps = 0;
  uint64_t crashes = 0;
  uint64_t restarts = 0;  // in process, from the last decided epoch
  uint64_t fenced = 0;    // stops because of another process
  uint64_t unclear = 0;   // ends of transactions that had to be read up
  uint64_t commits = 0;
  uint64_t trace = 0;  // hash of all random decisions
};

ModelResult RunTransactionModel(uint64_t seed, Mistake mistake);

}  // namespace millrace::model
