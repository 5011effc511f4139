// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/builtin.h"

namespace millrace {

std::vector<std::unique_ptr<Command>> BuiltinCommands() {
  std::vector<std::unique_ptr<Command>> commands;
  commands.push_back(MakeRunCommand());
  commands.push_back(MakeCheckCommand());
  commands.push_back(MakeExplainCommand());
  commands.push_back(MakeShellCommand());
  commands.push_back(MakeVersionCommand());
  return commands;
}

}  // namespace millrace
