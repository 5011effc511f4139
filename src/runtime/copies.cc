// SPDX-License-Identifier: Apache-2.0
#include "runtime/copies.h"

#include <algorithm>

#include "plan/nodes/source_nodes.h"
#include "runtime/partitioning.h"

namespace millrace {
namespace {

std::unexpected<Error> Refuse(const std::string& what, const std::string& why) {
  return UserError("MR0766", "this program cannot run in copies: " + what, why,
                   "run it as one process, with more parallelism, or on Flink");
}

/// The columns of the scan that hold the record key: equal keys lie in one partition.
Result<Partitioning> PartitionKey(const ScanNode& scan) {
  const Table& table = *scan.table();
  if (table.connector->record_keys() == Connector::RecordKeys::kNone) {
    return Refuse("table '" + table.name + "' has no partitions to share",
                  "every copy would read all of it");
  }
  Partitioning key{Partitioning::Kind::kHash, {}};
  const Schema physical = table.physical_schema();
  for (const size_t column : table.key_columns) {
    int place = -1;
    for (size_t i = 0; i < scan.columns().size(); ++i) {
      if (table.columns[scan.columns()[i]].name == physical[column].name) {
        place = static_cast<int>(i);
      }
    }
    if (place < 0) return Partitioning();
    key.keys.push_back(place);
  }
  return key.keys.empty() ? Partitioning() : key;
}

std::string ColumnNames(const PlanNodePtr& node, const std::vector<int>& columns) {
  std::string names;
  for (const int column : columns) {
    names += (names.empty() ? "" : ", ") + node->schema()[static_cast<size_t>(column)].name;
  }
  return names;
}

/// Where the partition key of the rows is in the node's output; kUnknown: nowhere.
Result<Partitioning> Check(const PlanNodePtr& node) {
  if (const auto* scan = As<ScanNode>(node)) return PartitionKey(*scan);
  std::vector<Partitioning> inputs;
  for (size_t i = 0; i < node->children().size(); ++i) {
    const PlanNodePtr& child = node->children()[i];
    TRY_ASSIGN(const Partitioning input, Check(child));
    const Distribution required = node->required_distribution(i);
    const std::string kind(node->kind());
    if (required.kind == Distribution::Kind::kSingle) {
      return Refuse(kind + " needs all rows in one place",
                    "each copy sees those of its partitions");
    }
    if (required.kind == Distribution::Kind::kHash) {
      if (node->children().size() > 1) {
        return Refuse(kind + " joins rows of several partitions",
                      "that both tables are partitioned alike cannot be proved");
      }
      const bool together =
          input.kind == Partitioning::Kind::kHash && std::ranges::all_of(input.keys, [&](int key) {
            return std::ranges::find(required.keys, key) != required.keys.end();
          });
      if (!together) {
        return Refuse(
            kind + " brings rows together by " + ColumnNames(child, required.keys),
            input.kind == Partitioning::Kind::kHash
                ? "but the partitions are by " + ColumnNames(child, input.keys)
                : "but the record key ('key.fields') of their table is not among these columns");
      }
    }
    inputs.push_back(input);
  }
  return OutputPartitioning(node, inputs);
}

}  // namespace

Status CheckCopies(const std::vector<PlanNodePtr>& roots) {
  for (const PlanNodePtr& root : roots) TRY(Check(root));
  return OkStatus();
}

}  // namespace millrace
