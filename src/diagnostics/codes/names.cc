// SPDX-License-Identifier: Apache-2.0
// MR02: names that mean nothing, or more than one thing.
#include <array>

#include "diagnostics/codes.h"

namespace millrace {
namespace {

constexpr std::array kCodes = {
    CodeInfo{
        .code = "MR0201",
        .title = "unknown column",
        .explanation = R"(
No table in FROM has a column of this name. Names are case-sensitive, as in Flink. The nearest
columns are listed; if the right one belongs to a table that is not in FROM, join that table
first. A column alias of the same SELECT cannot be used in its own WHERE: wrap the query.)",
        .example = R"(
SELECT custmer_id FROM payments)",
        .fixed = R"(
SELECT customer_id FROM payments)",
    },
    CodeInfo{
        .code = "MR0202",
        .title = "unknown function",
        .explanation = R"(
There is no function of this name. Function names ignore case. The nearest names are listed;
functions of Flink that are not there yet are refused rather than guessed.)",
        .example = R"(
SELECT UPPR(name) FROM t)",
        .fixed = R"(
SELECT UPPER(name) FROM t)",
    },
    CodeInfo{
        .code = "MR0203",
        .title = "unknown table or view",
        .explanation = R"(
No table, view or query of a WITH clause has this name at this point of the file. Statements run
in order: a table must be created above its first use. Names are case-sensitive.)",
        .example = R"(
SELECT * FROM Payments)",
        .fixed = R"(
SELECT * FROM payments)",
    },
    CodeInfo{
        .code = "MR0204",
        .title = "ambiguous column",
        .explanation = R"(
Several tables in FROM have a column of this name. Say which one is meant by writing the table's
name or alias before it.)",
        .example = R"(
SELECT id FROM a JOIN b ON a.id = b.id)",
        .fixed = R"(
SELECT a.id FROM a JOIN b ON a.id = b.id)",
    },
    CodeInfo{
        .code = "MR0205",
        .title = "name is taken",
        .explanation = R"(
Something of this name exists already. Drop it first, choose another name, or say `IF NOT
EXISTS` if the existing one will do.)",
        .example = R"(
CREATE VIEW v AS SELECT 1;
CREATE VIEW v AS SELECT 2;)",
        .fixed = R"(
CREATE VIEW v AS SELECT 1;
CREATE VIEW w AS SELECT 2;)",
    },
    CodeInfo{
        .code = "MR0206",
        .title = "unknown model",
        .explanation = R"(
No `CREATE MODEL` above this place has this name. Names are case-sensitive.)",
        .example = R"(
SELECT * FROM ML_PREDICT(TABLE t, MODEL frud, DESCRIPTOR(x)))",
        .fixed = R"(
SELECT * FROM ML_PREDICT(TABLE t, MODEL fraud, DESCRIPTOR(x)))",
    },
};

}  // namespace

std::span<const CodeInfo> NameCodes() { return kCodes; }

}  // namespace millrace
