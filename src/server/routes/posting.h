// SPDX-License-Identifier: Apache-2.0
// What a request with rows says about them.
#pragma once

#include "env/http_server.h"
#include "pipelines/http_table.h"

namespace millrace {

/// Views into `request`. MR0744: a page sent a form, which no page of ours does.
Result<Posting> PostingOf(const ServerRequest& request);

}  // namespace millrace
