// SPDX-License-Identifier: Apache-2.0
#include "cli/plain_step.h"

namespace millrace {

Status CarryOut(const Application& application, const Step& step, RowStyle style, bool quiet) {
  if (step.kind == Step::Kind::kOutput) {
    application.Print(TextOf(step.output, style));
    return OkStatus();
  }
  TRY(application.env.disk->WriteAtomic(step.path, step.content));
  if (!quiet) application.Say("wrote the plan " + step.path + "\n");
  return OkStatus();
}

}  // namespace millrace
