// SPDX-License-Identifier: Apache-2.0
// simulate: lives from seeds, on several processes.
//
//   simulate --seeds 20000 [--from 1] [--jobs 2]   runs them, tells what they consisted of
//   ... --all                                      does not stop at the first violation
//   simulate --seed 17 [--only name]               one, with its scenario and a mistake
//   simulate --mutants [--seeds 5000] [--only name]   each planted mistake until it is caught
//
// Exit code 1 if a life violates something, if a fault never fired, or if a mistake survives.
#include <arrow/compute/initialize.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>

#include "simulation/program/campaign.h"

namespace millrace {
namespace {

constexpr uint64_t kSeedsOfMutants = 5000;  // a mistake that is caught needs fewer, most below 500

int Usage() {
  std::fprintf(stderr,
               "usage: simulate [--seeds n] [--from n] [--jobs n] [--all] | --seed n | "
               "--mutants [--only name]\n");
  return 2;
}

int Main(int argc, char** argv) {
  Campaign campaign;
  bool mutants = false;
  bool seeds_given = false;
  std::optional<uint64_t> one;
  for (int i = 1; i < argc; ++i) {
    const std::string option = argv[i];
    if (option == "--mutants") {
      mutants = true;
      if (!seeds_given) campaign.seeds = kSeedsOfMutants;
      continue;
    }
    if (option == "--all") {
      campaign.all = true;
      continue;
    }
    if (i + 1 == argc) return Usage();
    const char* value = argv[++i];
    if (option == "--only") {
      campaign.only = value;
      continue;
    }
    const uint64_t number = std::strtoull(value, nullptr, 10);
    if (option == "--seeds") {
      campaign.seeds = number;
      seeds_given = true;
    } else if (option == "--from") {
      campaign.from = number;
    } else if (option == "--jobs") {
      campaign.jobs = static_cast<int>(number);
    } else if (option == "--seed") {
      one = number;
    } else {
      return Usage();
    }
  }
  if (one) return RunOne(*one, campaign.only);
  return mutants ? RunMutants(campaign) : RunCampaign(campaign);
}

}  // namespace
}  // namespace millrace

int main(int argc, char** argv) {
  if (const auto status = arrow::compute::Initialize(); !status.ok()) {
    std::fprintf(stderr, "Arrow's kernels do not start: %s\n", status.ToString().c_str());
    return 3;
  }
  return millrace::Main(argc, argv);
}
