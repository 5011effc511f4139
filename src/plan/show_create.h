// SPDX-License-Identifier: Apache-2.0
// SHOW CREATE: an object of the catalog as the statement that makes it. Secret option values are
// masked.
#pragma once

#include <string>

#include "plan/catalog.h"

namespace millrace {

/// Empty if there is no such object.
std::string ShowCreate(const Catalog& catalog, sql::ObjectKind kind, const std::string& path);

/// The CREATE TABLE of a table without its options.
std::string DeclarationText(const Table& table);

}  // namespace millrace
