// SPDX-License-Identifier: Apache-2.0
// Where a pipeline keeps what it keeps, unless --data-dir says otherwise, and how a command that
// runs nothing gets there from what the user named.
#pragma once

#include <string>
#include <string_view>

#include "cli/command.h"
#include "plan/program.h"

namespace millrace {

constexpr std::string_view kDataDirectories = ".millrace";

/// `.millrace/<pipeline>`.
std::string DefaultDataDir(std::string_view pipeline);
/// The file as far as it compiles; what it reads is not looked at. An error if it cannot be loaded.
Result<Program> OutlineProgram(Application* application, const std::string& file);
/// Of a data directory, an SQL file, or the name of a pipeline whose file is not here.
Result<std::string> DataDirOfTarget(Application* application, const std::string& target);

}  // namespace millrace
