// SPDX-License-Identifier: Apache-2.0
// Application: what the composition root hands to the command line. Not owning; lives as long as
// main.
#pragma once

#include <cstdio>
#include <string>

#include "cli/secrets.h"
#include "env/process_memory.h"
#include "pipelines/door.h"
#include "plan/binding/bind_context.h"

namespace millrace {

/// Exit statuses of every command.
enum ExitCode : int { kExitOk = 0, kExitFindings = 1, kExitUsage = 2, kExitEnvironment = 3 };

/// Environment variable with the token of the routes that control a program.
inline constexpr const char* kTokenVariable = "MILLRACE_TOKEN";

struct Application {
  Registries registries;
  Environment env;
  ProcessMemory* memory = nullptr;        // null: without a budget
  uint64_t descriptors_max = UINT64_MAX;  // files and connections at a time
  DoorOpener open_door;                   // empty: programs cannot be reached
  bool output_is_terminal = false;        // standard output
  bool error_is_terminal = false;         // standard error
  Secrets secrets;                        // of the texts that were loaded; never said
  bool color = false;                     // decided from --color, NO_COLOR and the terminal

  /// Data and documents. Whole lines.
  void Print(const std::string& text) const;
  /// Talk for people, without secrets.
  void Say(const std::string& text) const;
};

/// Parses the arguments and runs one command; returns the exit status.
int RunCommandLine(int argc, const char* const* argv, Application* application);

}  // namespace millrace
