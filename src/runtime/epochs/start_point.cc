// SPDX-License-Identifier: Apache-2.0
// Deciding how a run starts: afresh, from the positions of an interrupted run, or by replaying it.
#include <array>
#include <cstdio>

#include "data/key_codec.h"
#include "env/durable_directory.h"
#include "runtime/job_state.h"

namespace millrace {
namespace {

std::string FingerprintOf(const JobGraph& graph) {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx",
                static_cast<unsigned long long>(HashBytes(graph.fingerprint())));
  return text.data();
}

Result<std::optional<RunManifest>> ReadInterrupted(JobState* job) {
  auto manifest = ReadManifest(job->spec.env.disk, job->spec.data_dir);
  if (!manifest && job->spec.fresh && manifest.error().code == "MR0722") return std::nullopt;
  return manifest;
}

Error OtherPipeline(const JobSpec& spec, const RunManifest& manifest) {
  return {.code = "MR0804",
          .domain = ErrorDomain::kUser,
          .message = "'" + spec.data_dir + "' holds an interrupted run of another version of '" +
                     manifest.pipeline + "'",
          .detail =
              "its statements or table options were different, so positions and outputs do "
              "not fit",
          .hint = "finish it with the file it was started with, or discard it with --fresh"};
}

}  // namespace

Result<StartPoint> DecideStart(JobState* job) {
  JobSpec& spec = job->spec;
  StartPoint start;
  start.manifest.pipeline = spec.pipeline;
  start.manifest.fingerprint = FingerprintOf(job->graph);
  start.manifest.keyed_state = job->graph.has_keyed_state();
  if (spec.data_dir.empty()) return start;
  TRY(CreateDurableDirectory(spec.env.disk, spec.data_dir));
  TRY_ASSIGN(job->lock, spec.env.disk->Lock(spec.data_dir + "/lock"));
  TRY_ASSIGN(const auto manifest, ReadInterrupted(job));
  // Epochs go on counting, so that nothing of a run before can be taken for this one's.
  if (manifest) start.manifest.epoch = manifest->epoch;
  if (!manifest || manifest->finished) return start;
  const bool same = manifest->fingerprint == start.manifest.fingerprint;
  if (!same && !spec.fresh) return std::unexpected(OtherPipeline(spec, *manifest));
  const std::string fingerprint = start.manifest.fingerprint;
  start.manifest = *manifest;
  start.manifest.fingerprint = fingerprint;
  start.manifest.pipeline = spec.pipeline;
  start.manifest.keyed_state = job->graph.has_keyed_state();
  if (spec.fresh) {
    start.mode = StartPoint::Mode::kDiscard;
  } else if (job->graph.has_keyed_state()) {
    start.mode = StartPoint::Mode::kReplay;
    if (spec.notice) {
      spec.notice(
          "an interrupted run was found; its keyed state was in memory, so the input is "
          "replayed from the start and the outputs of that run are replaced");
    }
  } else {
    start.mode = StartPoint::Mode::kResume;
    if (spec.notice) {
      spec.notice("resuming the interrupted run behind epoch " + std::to_string(manifest->epoch));
    }
  }
  return start;
}

}  // namespace millrace
