// SPDX-License-Identifier: Apache-2.0
#include "simulation/world/life.h"

#include "simulation/world/world.h"

namespace millrace {
namespace {

std::string_view NameOf(World::End end) {
  switch (end) {
    case World::End::kFinished: return "finished";
    case World::End::kStopped: return "stopped";
    case World::End::kDied: return "died";
    case World::End::kFailed: return "failed";
  }
  return "";
}

/// From 1 to about `max`, small numbers as often as large ones.
uint64_t DrawSpan(Random* random, uint64_t max) {
  uint64_t limit = 2;
  while (limit < max && random->Next() % 8 != 0) limit *= 2;
  return 1 + random->Next() % limit;
}

World::Limits DrawLimits(const Scenario& scenario, Random* random) {
  World::Limits limits;
  const bool dies = scenario.Has(Fault::kKill) || scenario.Has(Fault::kPowerLoss);
  const bool stops = scenario.Has(Fault::kStop) && random->Next() % 4 == 0;
  if (stops || (!dies && scenario.Has(Fault::kStop))) {
    limits.stop_at = DrawSpan(random, 5000);
  } else if (dies && random->Next() % 2 == 0) {
    limits.operations = DrawSpan(random, 600);
    // One without end may have nothing left to do before it comes to that.
    if (!scenario.bounded) limits.calm_at = 20'000;
  } else if (dies) {
    limits.steps = DrawSpan(random, 5000);
  } else if (!scenario.bounded) {
    limits.calm_at = DrawSpan(random, 5000);
  }
  return limits;
}

}  // namespace

LifeReport Live(const Scenario& scenario) {
  constexpr int kCalmProcesses = 3;
  LifeReport report;
  World world(scenario);
  int parallelism = scenario.parallelism;
  World::End end = World::End::kDied;
  int calm = 0;
  while (end != World::End::kFinished && calm < kCalmProcesses) {
    if (report.processes > 0 && scenario.Has(Fault::kRescale)) {
      const int next = static_cast<int>(Draw(world.random(), 1, 4));
      if (next != std::exchange(parallelism, next)) {
        ++world.fired()[static_cast<size_t>(Fault::kRescale)];
      }
    }
    World::Limits limits;
    if (static_cast<int>(report.processes) >= scenario.deaths) {
      world.Calm();
      ++calm;
    } else {
      limits = DrawLimits(scenario, world.random());
    }
    const uint64_t steps = world.steps();
    end = world.Run(parallelism, limits);
    ++report.processes;
    report.story += "  " + std::to_string(parallelism) + " shards, " +
                    std::to_string(world.steps() - steps) + " steps: " + std::string(NameOf(end)) +
                    (calm > 0 ? " (calm)" : "") +
                    (world.cause().empty() ? "\n" : ": " + world.cause() + "\n");
    if (end == World::End::kDied || end == World::End::kFailed) ++report.deaths;
    if (end == World::End::kStopped) {
      ++world.fired()[static_cast<size_t>(Fault::kStop)];
      if (calm > 0 || limits.calm_at != UINT64_MAX) break;  // it has done everything
    }
    if (!world.violation().empty()) break;
    world.CheckOutput(/*complete=*/false);
  }
  if (world.violation().empty()) world.CheckOutput(/*complete=*/true);
  report.violation = world.violation();
  report.steps = world.steps();
  report.nanos = world.nanos();
  report.trace = world.trace();
  report.fired = world.fired();
  return report;
}

}  // namespace millrace
