// SPDX-License-Identifier: Apache-2.0
#include "connectors/connector.h"

#include <algorithm>

#include "connectors/epoch_transaction.h"

namespace millrace {

Result<std::unique_ptr<Source>> Connector::MakeSource(const TableContext& table) const {
  return UserError("MR0506", "table '" + table.table + "' cannot be read",
                   "connector '" + std::string(name()) + "' is a sink only");
}

Result<std::unique_ptr<SinkWriter>> Connector::MakeSink(const TableContext& table) const {
  return UserError("MR0506", "table '" + table.table + "' cannot be written",
                   "connector '" + std::string(name()) + "' is a source only");
}

Result<std::unique_ptr<EpochTransaction>> Connector::MakeTransaction(
    std::span<const TableContext> tables) const {
  return InternalError("'" + tables.front().table + "' takes part in no transaction");
}

void ConnectorRegistry::Register(std::unique_ptr<Connector> connector) {
  connectors_.push_back(std::move(connector));
}

const Connector* ConnectorRegistry::Find(std::string_view name) const {
  for (const auto& connector : connectors_) {
    if (connector->name() == name) return connector.get();
  }
  return nullptr;
}

std::vector<std::string> ConnectorRegistry::Names() const {
  std::vector<std::string> names;
  for (const auto& connector : connectors_) names.emplace_back(connector->name());
  std::ranges::sort(names);
  return names;
}

}  // namespace millrace
