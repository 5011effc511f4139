// SPDX-License-Identifier: Apache-2.0
// SHOW and DESCRIBE.
#pragma once

#include <optional>

#include "sql/ast/definition.h"

namespace millrace::sql {

/// SHOW TABLES and its kin: one node, as all share FROM, LIKE and little else.
struct Show : StatementOf<StatementKind::kShow> {
  enum class Form {
    kList,     // SHOW [USER|FULL] <objects> [{FROM|IN} name] [[NOT] {LIKE|ILIKE} 'p']
    kCreate,   // SHOW CREATE <object> name
    kCurrent,  // SHOW CURRENT {CATALOG|DATABASE}
  };
  Form form = Form::kList;
  ObjectKind object = ObjectKind::kTable;
  bool user = false;        // SHOW USER FUNCTIONS
  bool full = false;        // SHOW FULL MODULES
  QualifiedName name;       // of CREATE; of PARTITIONS: the table
  bool in_keyword = false;  // IN instead of FROM
  QualifiedName from;       // {FROM|IN} database or table
  bool negated = false;
  bool ilike = false;
  std::optional<StringLiteral> pattern;
  std::vector<PartitionValue> partition;  // SHOW PARTITIONS t PARTITION (..)
};

/// DESCRIBE [CATALOG|DATABASE|FUNCTION|MODEL|CONNECTION|JOB] [EXTENDED] name; TABLE unless named.
struct Describe : StatementOf<StatementKind::kDescribe> {
  ObjectKind object = ObjectKind::kTable;
  bool extended = false;
  QualifiedName name;
  std::optional<StringLiteral> job;
};

}  // namespace millrace::sql
