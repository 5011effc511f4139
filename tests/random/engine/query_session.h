// SPDX-License-Identifier: Apache-2.0
// QuerySession: what compiles statements with nothing of the outside but some files, on simulated
// time. One thread.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "env/simulated/clock.h"
#include "env/simulated/disk.h"
#include "plan/program.h"

namespace millrace {

using FilesByPath = std::map<std::string, std::string>;

/// All files below a folder of the real disk.
FilesByPath ReadFiles(const std::string& folder);
void WriteFiles(const FilesByPath& files, Disk* disk);

class QuerySession {
 public:
  explicit QuerySession(const FilesByPath& files);
  Program Compile(const std::string& text, DiagnosticList* diagnostics) {
    return compiler_->Compile(text, diagnostics);
  }
  /// Forgets all tables and settings.
  void Reset();

 private:
  SimulatedClock clock_;
  SimulatedDisk disk_{&clock_};
  ConnectorRegistry connectors_;
  FormatRegistry formats_;
  ModelBackendRegistry models_;
  std::unique_ptr<Compiler> compiler_;
};

}  // namespace millrace
