// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/builtin.h"

namespace millrace {

std::vector<std::unique_ptr<Command>> BuiltinCommands() {
  std::vector<std::unique_ptr<Command>> commands;
  commands.push_back(MakeRunCommand());
  commands.push_back(MakeCheckCommand());
  commands.push_back(MakeLintCommand());
  commands.push_back(MakeFmtCommand());
  commands.push_back(MakeExplainCommand());
  commands.push_back(MakeGraphCommand());
  commands.push_back(MakeExportCommand());
  commands.push_back(MakeDiffCommand());
  commands.push_back(MakeStateCommand());
  commands.push_back(MakeSavepointCommand());
  commands.push_back(MakeInferCommand());
  commands.push_back(MakeProduceCommand());
  commands.push_back(MakeConsumeCommand());
  commands.push_back(MakeTopCommand());
  commands.push_back(MakeTapCommand());
  commands.push_back(MakeDlqCommand());
  commands.push_back(MakeCompletionCommand());
  commands.push_back(MakeShellCommand());
  commands.push_back(MakeVersionCommand());
  return commands;
}

}  // namespace millrace
