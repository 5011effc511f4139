// SPDX-License-Identifier: Apache-2.0
// Answers of the routes: JSON documents, and errors in the one form that diagnostics have at every
// door.
#pragma once

#include <string>

#include "base/result.h"
#include "env/http_server.h"

namespace millrace {

ServerResponse JsonAnswer(int status, std::string body);

/// The status that an error means: 400 for the user's own, else by its code.
int StatusOf(const Error& error);

/// {format_version, valid: false, error_count, diagnostics: [..]}; with Retry-After where it helps.
ServerResponse ErrorAnswer(const Error& error);
ServerResponse ErrorAnswer(int status, const Error& error);

}  // namespace millrace
