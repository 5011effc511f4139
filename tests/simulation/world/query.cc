// SPDX-License-Identifier: Apache-2.0
#include "simulation/world/query.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <set>
#include <tuple>

namespace millrace {
namespace {

constexpr int64_t kSecond = 1000;
constexpr int64_t kNever = std::numeric_limits<int64_t>::min();

/// A row with the watermark in front of it. Where there are several splits no row is late.
struct Arrival {
  InputRow row;
  int64_t watermark = kNever;
};

std::vector<Arrival> Arrivals(const OracleInput& input) {
  std::vector<Arrival> arrivals;
  for (const auto& rows : input.splits) {
    int64_t watermark = kNever;
    for (const InputRow& row : rows) {
      arrivals.push_back({row, input.splits.size() == 1 ? watermark : kNever});
      watermark = std::max(watermark, row.ts_ms - input.delay_ms);
    }
  }
  return arrivals;
}

/// Begins of the windows of that size and slide which hold the time.
std::vector<int64_t> WindowsOf(int64_t ts, int64_t size, int64_t slide) {
  std::vector<int64_t> begins;
  for (int64_t begin = ts - ts % slide; begin > ts - size; begin -= slide) begins.push_back(begin);
  return begins;
}

bool IsLate(int64_t begin, int64_t size, int64_t watermark) {
  return begin + size - 1 <= watermark;
}

Expected Forward(const OracleInput& input) {
  Expected expected;
  for (const Arrival& arrival : Arrivals(input)) {
    const InputRow& row = arrival.row;
    if (row.v % 3 == 1) {
      ++expected.filtered;
    } else if (row.v % 5 == 0) {
      expected.failed.push_back(row.v);
    } else {
      expected.rows.push_back({row.k, row.v, 1000 / (row.v % 5)});
    }
  }
  return expected;
}

Expected Totals(const OracleInput& input) {
  std::map<int64_t, std::tuple<int64_t, int64_t, int64_t>> groups;
  for (const Arrival& arrival : Arrivals(input)) {
    auto& [n, total, top] = groups[arrival.row.k];
    ++n;
    total += arrival.row.v;
    top = std::max(top, arrival.row.v);
  }
  Expected expected;
  for (const auto& [k, group] : groups) {
    const auto& [n, total, top] = group;
    expected.rows.push_back({k, n, total, top});
  }
  return expected;
}

Expected Tumble(const OracleInput& input) {
  std::map<std::pair<int64_t, int64_t>, std::pair<int64_t, int64_t>> groups;
  Expected expected{.rows = {}, .failed = {}, .late = 0};
  for (const Arrival& arrival : Arrivals(input)) {
    const int64_t begin = WindowsOf(arrival.row.ts_ms, 10 * kSecond, 10 * kSecond)[0];
    if (IsLate(begin, 10 * kSecond, arrival.watermark)) {
      ++*expected.late;
      continue;
    }
    auto& [n, total] = groups[{arrival.row.k, begin}];
    ++n;
    total += arrival.row.v;
  }
  for (const auto& [key, group] : groups) {
    expected.rows.push_back({key.first, key.second / kSecond, group.first, group.second});
  }
  return expected;
}

Expected Hop(const OracleInput& input) {
  std::map<std::pair<int64_t, int64_t>, std::pair<int64_t, int64_t>> groups;
  for (const Arrival& arrival : Arrivals(input)) {
    for (const int64_t begin : WindowsOf(arrival.row.ts_ms, 20 * kSecond, 5 * kSecond)) {
      if (IsLate(begin, 20 * kSecond, arrival.watermark)) continue;
      auto& [n, least] = groups[{arrival.row.k, begin}];
      least = n == 0 ? arrival.row.v : std::min(least, arrival.row.v);
      ++n;
    }
  }
  Expected expected;
  for (const auto& [key, group] : groups) {
    expected.rows.push_back({key.first, key.second / kSecond, group.first, group.second});
  }
  return expected;
}

Expected Distinct(const OracleInput& input) {
  std::map<int64_t, std::pair<int64_t, std::set<int64_t>>> groups;
  for (const Arrival& arrival : Arrivals(input)) {
    const int64_t begin = WindowsOf(arrival.row.ts_ms, 7 * kSecond, 7 * kSecond)[0];
    if (IsLate(begin, 7 * kSecond, arrival.watermark)) continue;
    auto& [n, keys] = groups[begin];
    ++n;
    keys.insert(arrival.row.k);
  }
  Expected expected;
  for (const auto& [begin, group] : groups) {
    expected.rows.push_back(
        {begin / kSecond, group.first, static_cast<int64_t>(group.second.size())});
  }
  return expected;
}

Expected Over(const OracleInput& input) {
  std::vector<InputRow> rows;
  Expected expected{.rows = {}, .failed = {}, .late = 0};
  for (const Arrival& arrival : Arrivals(input)) {
    if (arrival.row.ts_ms <= arrival.watermark) {
      ++*expected.late;
    } else {
      rows.push_back(arrival.row);
    }
  }
  for (const InputRow& row : rows) {
    int64_t n = 0;
    int64_t total = 0;
    int64_t top = kNever;
    for (const InputRow& other : rows) {
      if (other.k != row.k || other.ts_ms > row.ts_ms) continue;
      if (other.ts_ms < row.ts_ms - 10 * kSecond) continue;
      ++n;
      total += other.v;
      top = std::max(top, other.v);
    }
    expected.rows.push_back({row.k, row.v, n, total, top});
  }
  return expected;
}

Expected IntervalJoin(const OracleInput& input) {
  Expected expected;
  const std::vector<Arrival> arrivals = Arrivals(input);
  for (const Arrival& left : arrivals) {
    bool found = false;
    for (const Arrival& right : arrivals) {
      const int64_t before = left.row.ts_ms - right.row.ts_ms;
      if (left.row.k != right.row.k || before < kSecond || before > 2 * kSecond) continue;
      expected.rows.push_back({left.row.k, left.row.v, right.row.v});
      found = true;
    }
    if (!found) expected.rows.push_back({left.row.k, left.row.v, std::nullopt});
  }
  return expected;
}

Expected WindowJoin(const OracleInput& input) {
  Expected expected;
  const std::vector<Arrival> arrivals = Arrivals(input);
  const auto matches = [](const InputRow& left, const InputRow& right) {
    return right.v > 40 && left.k == right.k &&
           left.ts_ms / (3 * kSecond) == right.ts_ms / (3 * kSecond);
  };
  for (const Arrival& left : arrivals) {
    bool found = false;
    for (const Arrival& right : arrivals) {
      if (!matches(left.row, right.row)) continue;
      expected.rows.push_back({left.row.k, left.row.v, right.row.v});
      found = true;
    }
    if (!found) expected.rows.push_back({left.row.k, left.row.v, std::nullopt});
  }
  return expected;  // each row of the right side is on the left one, too
}

Expected Joined(const OracleInput& input) {
  struct Group {
    int64_t n = 0;
    int64_t matched = 0;
    int64_t top = kNever;
  };
  std::map<int64_t, Group> groups;
  for (const Arrival& arrival : Arrivals(input)) {
    Group& group = groups[arrival.row.k];
    ++group.n;
    if (arrival.row.v % 3 != 0) continue;
    ++group.matched;
    group.top = std::max(group.top, arrival.row.v);
  }
  Expected expected;
  for (const auto& [k, group] : groups) {
    OutputRow row = {k, group.n, std::nullopt, std::nullopt};
    if (group.matched > 0) row = {k, group.n, group.matched, group.top};
    expected.rows.push_back(row);
  }
  return expected;
}

Expected JoinedRows(const OracleInput& input) {
  std::map<int64_t, std::vector<int64_t>> rows;
  std::map<int64_t, int64_t> counts;
  for (const Arrival& arrival : Arrivals(input)) {
    const InputRow& row = arrival.row;
    if (row.v % 40 == 1) rows[row.k].push_back(row.v);
    if (row.v % 50 == 7) ++counts[row.k];
  }
  Expected expected;
  for (const auto& [k, values] : rows) {
    const auto n = static_cast<int64_t>(values.size());
    int64_t total = 0;
    for (const int64_t value : values) total += value;
    const std::optional<int64_t> partners =
        counts.contains(k) ? std::optional(n * counts[k]) : std::nullopt;
    expected.rows.push_back({k, n, total, partners});
  }
  return expected;
}

/// Rows of a key that are not more than so far apart are together.
Expected Sessions(const OracleInput& input) {
  std::map<int64_t, std::vector<InputRow>> keys;
  for (const Arrival& arrival : Arrivals(input)) keys[arrival.row.k].push_back(arrival.row);
  Expected expected;
  for (auto& [k, rows] : keys) {
    std::ranges::sort(rows, {}, &InputRow::ts_ms);
    for (size_t i = 0; i < rows.size();) {
      const int64_t begin = rows[i].ts_ms;
      int64_t n = 0;
      int64_t total = 0;
      int64_t last = begin;
      for (; i < rows.size() && rows[i].ts_ms <= last + 6 * kSecond; ++i) {
        ++n;
        total += rows[i].v;
        last = rows[i].ts_ms;
      }
      expected.rows.push_back({k, begin / kSecond, n, total});
    }
  }
  return expected;
}

/// a, as many b as there are, c; behind a match the search goes on.
Expected Matches(const OracleInput& input) {
  std::map<int64_t, std::vector<InputRow>> keys;
  for (const Arrival& arrival : Arrivals(input)) keys[arrival.row.k].push_back(arrival.row);
  Expected expected;
  for (auto& [k, rows] : keys) {
    std::ranges::sort(rows, {}, [](const InputRow& row) { return std::pair(row.ts_ms, row.v); });
    for (size_t i = 0; i < rows.size();) {
      size_t end = i + 1;
      if (rows[i].v % 3 == 0) {
        while (end < rows.size() && rows[end].v % 3 == 1) ++end;
      }
      if (rows[i].v % 3 != 0 || end == rows.size() || rows[end].v % 3 != 2) {
        ++i;
        continue;
      }
      expected.rows.push_back({k, rows[i].v, rows[end].v, static_cast<int64_t>(end - i - 1)});
      i = end + 1;
    }
  }
  return expected;
}

/// A key has rows of one split only, so it is known in which order they come. The last row by time
/// is the version; one that comes behind a later one is none.
Expected Versions(const OracleInput& input) {
  Expected expected;
  for (const auto& rows : input.splits) {
    std::map<int64_t, std::vector<InputRow>> versions;
    for (const InputRow& row : rows) {
      auto& known = versions[row.k];
      if (row.v % 4 != 2 || (!known.empty() && row.ts_ms < known.back().ts_ms)) continue;
      known.push_back(row);
    }
    for (const InputRow& row : rows) {
      std::optional<int64_t> version;
      for (const InputRow& known : versions[row.k]) {
        if (known.ts_ms <= row.ts_ms) version = known.v;
      }
      expected.rows.push_back({row.k * 8 + row.split, row.v, version});
    }
  }
  return expected;
}

/// The right side is loaded when it has come to its end.
Expected Snapshot(const OracleInput& input) {
  Expected expected;
  const std::vector<Arrival> arrivals = Arrivals(input);
  for (const Arrival& left : arrivals) {
    bool found = false;
    for (const Arrival& right : arrivals) {
      if (left.row.k != right.row.k || right.row.v % 60 != 1) continue;
      expected.rows.push_back({left.row.k, left.row.v, right.row.v});
      found = true;
    }
    if (!found) expected.rows.push_back({left.row.k, left.row.v, std::nullopt});
  }
  return expected;
}

#define BEGIN_SECONDS "TIMESTAMPDIFF(SECOND, TIMESTAMP '1970-01-01 00:00:00', window_start)"

constexpr auto kQueries = std::to_array<Query>({
    {.name = "filter",
     .text = "SELECT k, v, 1000 / MOD(v, 5) FROM events WHERE MOD(v, 3) <> 1",
     .columns = "k BIGINT, v BIGINT, q BIGINT",
     .keeps_order = true,
     .endless = true,
     .expect = Forward},
    {.name = "totals",
     .text = "SELECT k, COUNT(*), SUM(v), MAX(v) FROM events GROUP BY k",
     .columns = "k BIGINT, n BIGINT, total BIGINT, top BIGINT",
     .changelog = true,
     .versions = true,
     .endless = true,
     .expect = Totals},
    {.name = "tumble",
     .text = "SELECT k, " BEGIN_SECONDS ", COUNT(*), SUM(v) "
             "FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '10' SECOND)) "
             "GROUP BY k, window_start, window_end",
     .columns = "k BIGINT, w BIGINT, n BIGINT, total BIGINT",
     .expect = Tumble},
    {.name = "hop",
     .text = "SELECT k, " BEGIN_SECONDS ", COUNT(*), MIN(v) "
             "FROM TABLE(HOP(TABLE events, DESCRIPTOR(ts), INTERVAL '5' SECOND, "
             "INTERVAL '20' SECOND)) GROUP BY k, window_start, window_end",
     .columns = "k BIGINT, w BIGINT, n BIGINT, least BIGINT",
     .expect = Hop},
    {.name = "distinct",
     .text = "SELECT " BEGIN_SECONDS ", COUNT(*), COUNT(DISTINCT k) "
             "FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '7' SECOND)) "
             "GROUP BY window_start, window_end",
     .columns = "w BIGINT, n BIGINT, ks BIGINT",
     .expect = Distinct},
    {.name = "over",
     .text = "SELECT k, v, COUNT(*) OVER w, SUM(v) OVER w, MAX(v) OVER w FROM events "
             "WINDOW w AS (PARTITION BY k ORDER BY ts "
             "RANGE BETWEEN INTERVAL '10' SECOND PRECEDING AND CURRENT ROW)",
     .columns = "k BIGINT, v BIGINT, n BIGINT, total BIGINT, top BIGINT",
     .expect = Over},
    {.name = "interval join",
     .text = "SELECT a.k, a.v, b.v FROM events a LEFT JOIN events b ON a.k = b.k "
             "AND b.ts BETWEEN a.ts - INTERVAL '2' SECOND AND a.ts - INTERVAL '1' SECOND",
     .columns = "k BIGINT, v BIGINT, w BIGINT",
     .takes_late = false,
     .expect = IntervalJoin},
    {.name = "window join",
     .text = "SELECT l.k, l.v, r.v "
             "FROM (SELECT * FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), "
             "INTERVAL '3' SECOND))) l LEFT JOIN (SELECT * FROM TABLE(TUMBLE(TABLE events, "
             "DESCRIPTOR(ts), INTERVAL '3' SECOND)) WHERE v > 40) r "
             "ON l.k = r.k AND l.window_start = r.window_start AND l.window_end = r.window_end",
     .columns = "k BIGINT, v BIGINT, w BIGINT",
     .takes_late = false,
     .expect = WindowJoin},
    {.name = "join",  // of rows that are taken back, and of keys that are unique
     .text = "SELECT l.k, l.n, r.n, r.top FROM (SELECT k, COUNT(*) AS n FROM events GROUP BY k) l "
             "LEFT JOIN (SELECT k, COUNT(*) AS n, MAX(v) AS top FROM events WHERE MOD(v, 3) = 0 "
             "GROUP BY k) r ON l.k = r.k",
     .columns = "k BIGINT, n BIGINT, matched BIGINT, top BIGINT",
     .changelog = true,
     .endless = true,
     .expect = Joined},
    {.name = "join rows",  // of rows that stay with ones that are taken back
     .text = "SELECT l.k, COUNT(*), SUM(l.v), SUM(r.n) FROM (SELECT k, v FROM events "
             "WHERE MOD(v, 40) = 1) l LEFT JOIN (SELECT k, COUNT(*) AS n FROM events "
             "WHERE MOD(v, 50) = 7 GROUP BY k) r ON l.k = r.k GROUP BY l.k",
     .columns = "k BIGINT, n BIGINT, total BIGINT, partners BIGINT",
     .changelog = true,
     .endless = true,
     .expect = JoinedRows},
    {.name = "session",
     .text = "SELECT k, " BEGIN_SECONDS ", COUNT(*), SUM(v) "
             "FROM TABLE(SESSION(TABLE events PARTITION BY k, DESCRIPTOR(ts), "
             "INTERVAL '6' SECOND)) GROUP BY k, window_start, window_end",
     .columns = "k BIGINT, w BIGINT, n BIGINT, total BIGINT",
     .takes_late = false,
     .expect = Sessions},
    {.name = "match",
     .text = "SELECT k, s, e, n FROM events MATCH_RECOGNIZE (PARTITION BY k ORDER BY ts, v "
             "MEASURES a.v AS s, c.v AS e, COUNT(b.v) AS n ONE ROW PER MATCH "
             "AFTER MATCH SKIP PAST LAST ROW PATTERN (a b* c) DEFINE a AS MOD(a.v, 3) = 0, "
             "b AS MOD(b.v, 3) = 1, c AS MOD(c.v, 3) = 2)",
     .columns = "k BIGINT, s BIGINT, e BIGINT, n BIGINT",
     .takes_late = false,
     .expect = Matches},
    {.name = "temporal join",
     .text = "SELECT l.k, l.v, r.v FROM (SELECT k * 8 + v / 10000000 AS k, v, ts FROM events) l "
             "LEFT JOIN versions FOR SYSTEM_TIME AS OF l.ts AS r ON l.k = r.k",
     .columns = "k BIGINT, v BIGINT, w BIGINT",
     .views = "CREATE VIEW versions AS SELECT k, v, ts FROM (SELECT k, v, ts, ROW_NUMBER() OVER "
              "(PARTITION BY k ORDER BY ts DESC) AS rn FROM (SELECT k * 8 + v / 10000000 AS k, "
              "v, ts FROM events WHERE MOD(v, 4) = 2)) WHERE rn = 1;\n",
     .takes_late = false,
     .expect = Versions},
    {.name = "snapshot join",
     .text = "SELECT l.k, l.v, r.v FROM events l LEFT JOIN LATERAL SNAPSHOT(input => TABLE "
             "events, on_time => DESCRIPTOR(ts)) AS r ON l.k = r.k AND MOD(r.v, 60) = 1",
     .columns = "k BIGINT, v BIGINT, w BIGINT",
     .takes_late = false,
     .expect = Snapshot},
});

#undef BEGIN_SECONDS

}  // namespace

std::span<const Query> Queries() { return kQueries; }
const Query& QueryAt(size_t index) { return kQueries[index]; }

std::string LineOf(const OutputRow& row) {
  std::string line = "+I[";
  for (size_t i = 0; i < row.size(); ++i) {
    if (i > 0) line += ", ";
    line += row[i] ? std::to_string(*row[i]) : "null";
  }
  return line + "]";
}

}  // namespace millrace
