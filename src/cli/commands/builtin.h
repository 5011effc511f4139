// SPDX-License-Identifier: Apache-2.0
// The commands, one file each.
#pragma once

#include <memory>

#include "cli/command.h"

namespace millrace {

std::unique_ptr<Command> MakeCheckCommand();
std::unique_ptr<Command> MakeCompletionCommand();
std::unique_ptr<Command> MakeConsumeCommand();
std::unique_ptr<Command> MakeDiffCommand();
std::unique_ptr<Command> MakeDlqCommand();
std::unique_ptr<Command> MakeExplainCommand();
std::unique_ptr<Command> MakeExportCommand();
std::unique_ptr<Command> MakeFmtCommand();
std::unique_ptr<Command> MakeGraphCommand();
std::unique_ptr<Command> MakeLintCommand();
std::unique_ptr<Command> MakeInferCommand();
std::unique_ptr<Command> MakeProduceCommand();
std::unique_ptr<Command> MakeRunCommand();
std::unique_ptr<Command> MakeSavepointCommand();
std::unique_ptr<Command> MakeShellCommand();
std::unique_ptr<Command> MakeStateCommand();
std::unique_ptr<Command> MakeTapCommand();
std::unique_ptr<Command> MakeTopCommand();
std::unique_ptr<Command> MakeVersionCommand();

}  // namespace millrace
