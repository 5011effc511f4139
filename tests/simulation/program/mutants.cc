// SPDX-License-Identifier: Apache-2.0
#include "simulation/program/mutants.h"

#include <array>

namespace millrace {
namespace {

constexpr auto kMutants = std::to_array<Mutant>({
    {"log-not-synced", "the journal's record is written and not synced"},
    {"log-name-not-synced", "a new segment of the journal is not made durable in its directory"},
    {"failed-sync-forgotten", "a failed sync of the journal is taken for a good one"},
    {"epoch-not-written", "the sinks are told of an epoch that the journal does not have"},
    {"stopped-is-finished", "a pipeline that was stopped says that it has read everything"},
    {"letters-not-in-journal", "dead letters are in their file only, which is not synced"},
    {"journal-given-up-too-early", "segments are deleted before the state is durable"},
    {"sinks-not-in-journal", "the state of the sinks is that of the first epoch"},
    {"letters-of-applied-epochs-lost",
     "a start repeats only the letters of epochs that are not applied yet"},
    {"positions-of-applied-state", "a start reads from where the applied state was"},
    {"shard-of-delta-forgotten", "cells of all shards are applied as those of the first"},
    {"letters-not-repeated", "a start takes the dead-letter files as they are"},
    {"orphans-not-restored", "files of shards that this run does not have stay hidden"},
    {"positions-behind-barrier", "positions are taken when the epoch ends, not at its barrier"},
    {"sinks-not-told", "sinks do not hear that an epoch has happened"},
    {"barrier-not-aligned", "an input goes on although its barrier has come"},
    {"outbox-not-in-epoch", "messages of a sink are not in the delta of their epoch"},
    {"delta-without-deletes", "deleted entries are not in the delta"},
    {"cells-not-merged", "a shard takes its own cells although splits have moved"},
    {"outbox-on-another-shard", "messages are restored on a shard that did not write them"},
    {"keys-on-one-shard", "all keys are restored on the first shard"},
    {"torn-letters-kept", "a torn line of dead letters is taken for a whole one"},
    {"outbox-ignores-barrier", "a decision gives out messages of the epoch behind, too"},
    {"sequence-not-kept", "numbers of messages begin again after a restart"},
    {"message-sent-before-decision", "a message is sent before its epoch has happened"},
    {"lost-request-is-delivered", "a request without an answer counts as delivered"},
    {"lanes-overtake", "messages of one key are sent side by side"},
    {"staged-file-not-cut", "what no epoch has stays in a file that is written on"},
    {"file-number-used-twice", "files are numbered from 0 again after a restart"},
    {"restored-file-not-published", "a file of the restored epoch is not published again"},
    {"published-before-decision", "a file gets its name before its epoch has happened"},
    {"staged-file-not-synced", "what an epoch wrote to a file is not synced"},
    {"rename-not-synced", "the new name of a file is not made durable"},
    {"staged-name-not-synced", "a file that is written is not made durable in its directory"},
    {"undecided-not-taken-back",
     "records of epochs that were not decided count after the next ones"},
    {"gathered-epoch-lost", "of epochs that are applied together only the last counts"},
    {"first-change-wins", "of two changes of a key the first is applied"},
    {"journal-decides", "a start takes the newest record of the journal, whatever was committed"},
    {"epoch-before-decided", "the decision record says the epoch before"},
    {"unclear-is-decided", "an unclear end counts as a commit"},
    {"closed-before-commit", "output of the next epoch goes out before the commit"},
    {"output-not-held", "output behind the barrier goes into the running transaction"},
});

}  // namespace

std::span<const Mutant> Mutants() { return kMutants; }

}  // namespace millrace
