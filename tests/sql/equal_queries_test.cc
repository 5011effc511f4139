// SPDX-License-Identifier: Apache-2.0
// Queries that Flink 2.3 lacks or gets wrong, against others that say the same: joins by processing
// time of tables that end against regular joins, and LATERAL against what it stands for.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "support/sql_session.h"

namespace millrace {
namespace {

std::string Tables() {
  const std::string data = std::filesystem::absolute("tests/sql/subqueries/data").string();
  const auto with = [&](const std::string& file) {
    return ") WITH ('connector' = 'filesystem', 'path' = '" + data + "/" + file +
           "', 'format' = 'csv', 'csv.null-literal' = 'N');\n";
  };
  return "CREATE TABLE accounts (id INT, name STRING, region STRING, at_ AS "
         "TO_TIMESTAMP_LTZ(id, 3), WATERMARK FOR at_ AS at_, PRIMARY KEY (id) NOT ENFORCED" +
         with("customers.csv") + "CREATE TABLE payments (order_id INT, amount INT, kind STRING" +
         with("payments.csv") +
         "CREATE TABLE orders (id INT, customer INT, price INT, state STRING, p AS PROCTIME()" +
         with("orders.csv");
}

/// What is left of the changelog of the last statement, sorted.
std::vector<std::string> RowsOf(const std::string& query, RunMode mode) {
  SqlSession session(mode);
  std::multiset<std::string> rows;
  for (const std::string& statement : SplitStatements(Tables() + query)) {
    const StatementResult result = session.Execute(statement);
    EXPECT_EQ(result.error, "") << statement;
    for (const std::string& line : result.lines) {
      const std::string row = line.substr(line.find('['));
      if (line[0] == '+') {
        rows.insert(row);
      } else if (const auto place = rows.find(row); place != rows.end()) {
        rows.erase(place);
      } else {
        ADD_FAILURE() << "takes back what is not there: " << line;
      }
    }
  }
  return {rows.begin(), rows.end()};
}

struct Pair {
  std::string join;     // by processing time
  std::string regular;  // the same
};

TEST(EqualQueriesTest, OfTablesThatEndTheyAreRegularJoins) {
  const std::string lookup = "SELECT o.id, a.name FROM orders o ";
  const std::vector<Pair> pairs = {
      {"JOIN accounts FOR SYSTEM_TIME AS OF o.p AS a ON o.customer = a.id",
       "JOIN accounts a ON o.customer = a.id"},
      {"LEFT JOIN accounts FOR SYSTEM_TIME AS OF o.p AS a ON o.customer = a.id AND a.region = 'eu'",
       "LEFT JOIN accounts a ON o.customer = a.id AND a.region = 'eu'"},
      {"LEFT JOIN payments FOR SYSTEM_TIME AS OF o.p AS q (id, amount, name) ON o.id = q.id AND "
       "q.amount > o.price JOIN accounts a ON o.customer = a.id",
       "LEFT JOIN payments AS q (id, amount, name) ON o.id = q.id AND q.amount > o.price "
       "JOIN accounts a ON o.customer = a.id"},
      {"JOIN LATERAL SNAPSHOT(input => TABLE accounts, on_time => DESCRIPTOR(at_)) AS a "
       "ON o.customer = a.id WHERE a.region IS NULL",
       "JOIN accounts a ON o.customer = a.id WHERE a.region IS NULL"},
      {"LEFT JOIN LATERAL SNAPSHOT(TABLE accounts, load_completed_time => "
       "TO_TIMESTAMP_LTZ(99999999999999, 3), state_ttl => INTERVAL '1' DAY) AS a "
       "ON o.customer = a.id AND o.price > 20",
       "LEFT JOIN accounts a ON o.customer = a.id AND o.price > 20"}};
  for (const Pair& pair : pairs) {
    const auto expected = RowsOf(lookup + pair.regular, {});
    EXPECT_GT(expected.size(), 5u) << pair.regular;
    for (const RunMode& mode : {RunMode{1, 8192}, RunMode{1, 1}, RunMode{2, 7}, RunMode{4, 8192}}) {
      EXPECT_EQ(RowsOf(lookup + pair.join, mode), expected) << pair.join << mode.ToString();
    }
  }
}

TEST(EqualQueriesTest, LateralIsWhatItStandsFor) {
  const std::vector<Pair> pairs = {
      {"SELECT c.id, t.price, t.more FROM accounts c, LATERAL (SELECT price, c.id + price AS more "
       "FROM orders o WHERE o.customer = c.id AND o.price > c.id * 5) AS t",
       "SELECT c.id, o.price, c.id + o.price FROM accounts c JOIN orders o ON o.customer = c.id "
       "AND "
       "o.price > c.id * 5"},
      {"SELECT c.id, t.price, t.more FROM accounts c LEFT JOIN LATERAL (SELECT price, c.id + price "
       "AS more FROM orders o WHERE o.customer = c.id) AS t ON TRUE",
       "SELECT c.id, o.price, c.id + o.price FROM accounts c LEFT JOIN orders o ON o.customer = "
       "c.id"},
      {"SELECT c.id, t.uno FROM accounts c LEFT JOIN LATERAL (SELECT 1 FROM orders o WHERE "
       "o.customer = c.id) AS t (uno) ON TRUE",
       "SELECT c.id, CASE WHEN o.id IS NOT NULL THEN 1 END FROM accounts c LEFT JOIN orders o ON "
       "o.customer = c.id"},
      {"SELECT c.id, t.price FROM accounts c, LATERAL (SELECT price, id FROM orders o WHERE "
       "o.customer = c.id ORDER BY price DESC, id LIMIT 2) AS t",
       "SELECT customer, price FROM (SELECT o.*, ROW_NUMBER() OVER (PARTITION BY o.customer ORDER "
       "BY o.price DESC, o.id) AS n FROM orders o JOIN accounts a ON o.customer = a.id) WHERE n <= "
       "2"},
      {"SELECT v.id, t.w FROM (VALUES (1, ARRAY['a', 'b']), (2, ARRAY['c'])) AS v (id, items), "
       "LATERAL (SELECT UPPER(item) AS w FROM UNNEST(v.items) AS u (item) WHERE item > 'a') AS t",
       "VALUES (1, 'B'), (2, 'C')"},
      {"SELECT v.id, CARDINALITY(v.items), t.item FROM (VALUES (1, ARRAY['a', 'b']), (2, "
       "ARRAY['c'])) AS v (id, items) CROSS JOIN UNNEST(v.items) AS t (item)",
       "VALUES (1, 2, 'a'), (1, 2, 'b'), (2, 1, 'c')"}};
  for (const Pair& pair : pairs) {
    const auto expected = RowsOf(pair.regular, {});
    EXPECT_GT(expected.size(), 1u) << pair.regular;
    for (const RunMode& mode : {RunMode{1, 8192}, RunMode{1, 1}, RunMode{2, 7}}) {
      EXPECT_EQ(RowsOf(pair.join, mode), expected) << pair.join << mode.ToString();
    }
  }
}

TEST(EqualQueriesTest, InAnEmptyListIsFalse) {
  EXPECT_EQ(RowsOf("SELECT id, region IN (SELECT name FROM accounts WHERE id < 0) FROM accounts "
                   "WHERE id < 3",
                   {}),
            (std::vector<std::string>{"[1, false]", "[2, false]"}));
}

TEST(EqualQueriesTest, SubqueriesMayStandInOneAnother) {
  EXPECT_EQ(RowsOf("SELECT id FROM orders WHERE (SELECT MIN(id) FROM accounts) IN (SELECT id FROM "
                   "accounts WHERE region = 'eu') AND id < 5 OR id IN (SELECT order_id FROM "
                   "payments WHERE amount > (SELECT MAX(price) FROM orders WHERE price < 0))",
                   {}),
            RowsOf("SELECT id FROM orders WHERE id < 5", {}));
}

TEST(EqualQueriesTest, AHintOfLookupsChangesNothing) {
  const std::string from =
      " o.id, a.name FROM orders o JOIN accounts FOR SYSTEM_TIME AS OF o.p AS a ON o.customer = "
      "a.id";
  EXPECT_EQ(RowsOf("SELECT /*+ LOOKUP('table' = 'a', 'async' = 'true', 'retry-predicate' = "
                   "'lookup_miss', 'retry-strategy' = 'fixed_delay', 'fixed-delay' = '1 s', "
                   "'max-attempts' = '3') */" +
                       from,
                   {}),
            RowsOf("SELECT" + from, {}));
}

TEST(EqualQueriesTest, WrongArgumentsAreRefused) {
  const std::pair<const char*, const char*> cases[] = {
      {"SNAPSHOT(TABLE payments)", "MR0404"},
      {"SNAPSHOT(TABLE accounts, DESCRIPTOR(id))", "MR0404"},
      {"SNAPSHOT(TABLE accounts, DESCRIPTOR(nope))", "MR0201"},
      {"SNAPSHOT(TABLE accounts, load_completed_time => 5)", "MR0317"},
      {"SNAPSHOT(TABLE accounts, state_ttl => 5)", "MR0317"},
      {"SNAPSHOT(TABLE accounts, size => 5)", "MR0317"},
      {"SNAPSHOT()", "MR0302"}};
  for (const auto& [call, code] : cases) {
    SqlSession session(RunMode{});
    DiagnosticList diagnostics;
    session.Compile(
        Tables() + "SELECT o.id FROM orders o JOIN LATERAL " + call + " AS s ON o.id = 1;",
        &diagnostics);
    ASSERT_FALSE(diagnostics.entries().empty()) << call;
    EXPECT_EQ(diagnostics.entries()[0].code, code) << call;
  }
}

}  // namespace
}  // namespace millrace
