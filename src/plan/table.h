// SPDX-License-Identifier: Apache-2.0
// Table: what CREATE TABLE declared, after binding. Immutable once in the catalog.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/connector.h"
#include "data/options.h"
#include "data/schema.h"
#include "expr/expression.h"
#include "formats/format.h"
#include "models/model.h"

namespace millrace {

struct TableColumn {
  enum class Kind { kPhysical, kMetadata, kComputed } kind = Kind::kPhysical;
  std::string name;
  DataType type;             // time attributes set on rowtime and proctime columns
  std::string metadata_key;  // kMetadata
  bool is_virtual = false;   // kMetadata
  std::string text;          // kComputed: as written
  ExpressionPtr expression;  // kComputed: over the physical + metadata columns before it
  std::string comment;
};

struct WatermarkDefinition {
  size_t column = 0;         // index into columns
  ExpressionPtr expression;  // over all columns (read schema)
  std::string text;
};

struct Table {
  std::string name;                  // last part; the full path is `path`
  std::string path;                  // default_catalog.default_database.t
  std::vector<TableColumn> columns;  // in declaration order = read schema
  std::optional<WatermarkDefinition> watermark;
  std::vector<size_t> primary_key;  // indexes into columns
  std::vector<std::string> partition_keys;
  std::map<std::string, OptionValue> raw_options;  // as written, references resolved
  const Connector* connector = nullptr;
  Options connector_options;
  const Format* format = nullptr;  // null when the connector needs none
  Options format_options;
  const Format* key_format = nullptr;  // of the keys of messages; null: they are not used
  Options key_format_options;
  std::string key_prefix;                     // of the names of key columns
  std::vector<size_t> key_columns;            // physical columns that the key holds, in its order
  std::vector<size_t> value_columns;          // physical columns that the value holds
  std::map<std::string, OptionValue> extras;  // SET 'millrace.table.<t>.<key>'
  std::string scan_note;  // OPTIONS hint of this use, masked; part of the digest

  Schema read_schema() const;   // all columns
  Schema write_schema() const;  // without computed and VIRTUAL columns
  Schema physical_schema() const;
  std::vector<std::string> metadata_keys(bool for_write) const;
};
using TablePtr = std::shared_ptr<const Table>;

/// CREATE MODEL after binding.
struct Model {
  std::string path;
  ModelDefinition definition;
  ModelBackend* backend = nullptr;
};
using ModelPtr = std::shared_ptr<const Model>;

}  // namespace millrace
