// SPDX-License-Identifier: Apache-2.0
// Catalog: the tables, views, models and functions that one script has declared so far. A temporary
// one hides the permanent one of its name until it is dropped; both end with the session, since a
// pipeline file is the only session there is.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "functions/aggregate.h"
#include "plan/table.h"
#include "sql/ast/definition.h"

namespace millrace {

constexpr std::string_view kDefaultCatalog = "default_catalog";
constexpr std::string_view kDefaultDatabase = "default_database";

/// A view keeps its query; its plan is bound anew at each use, its columns are fixed at creation.
struct View {
  std::string path;
  std::shared_ptr<const sql::CreateView> definition;
  std::shared_ptr<const std::string> source;  // the text that spans of the query point into
  Schema schema;
};
using ViewPtr = std::shared_ptr<const View>;

struct PythonFunction;

/// CREATE FUNCTION. A SQL function is its body, bound anew at each use; a Python function is called
/// in a worker process; a Java function is recorded and refused when used.
struct UserFunction {
  std::string path;  // the name in lower case: functions know no case
  std::shared_ptr<const sql::CreateFunction> definition;
  std::string language;  // JAVA, SCALA, SQL, PYTHON
  Schema parameters;     // of a signature
  std::optional<DataType> result;
  std::shared_ptr<const std::string> source;     // the text that spans of the definition point into
  std::shared_ptr<const PythonFunction> python;  // of LANGUAGE PYTHON

  bool is_system() const { return definition->system; }
};
using UserFunctionPtr = std::shared_ptr<const UserFunction>;

/// Objects of one kind, permanent and temporary, by their paths.
template <typename Object>
class ObjectLayers {
 public:
  using Pointer = std::shared_ptr<const Object>;
  using Layer = std::map<std::string, Pointer>;

  Pointer Find(const std::string& path, bool temporary) const {
    const Layer& layer = layers_[temporary ? 1 : 0];
    const auto found = layer.find(path);
    return found == layer.end() ? nullptr : found->second;
  }
  /// The temporary one, else the permanent one.
  Pointer Find(const std::string& path) const {
    const Pointer temporary = Find(path, true);
    return temporary != nullptr ? temporary : Find(path, false);
  }
  void Put(Pointer object, bool temporary) {
    layers_[temporary ? 1 : 0][object->path] = std::move(object);
  }
  bool Drop(const std::string& path, bool temporary) {
    return layers_[temporary ? 1 : 0].erase(path) > 0;
  }
  const std::array<Layer, 2>& layers() const { return layers_; }

 private:
  std::array<Layer, 2> layers_;
};

class Catalog {
 public:
  /// `cat.db.name` of a name in the current catalog and database.
  std::string Resolve(const sql::QualifiedName& name) const;

  /// Tables and views have one space of names: a temporary one of either kind hides both.
  TablePtr FindTable(const std::string& path) const;
  ViewPtr FindView(const std::string& path) const;
  ModelPtr FindModel(const std::string& path) const { return models_.Find(path); }
  /// Whether the object that the name means is a temporary one of this kind.
  bool IsTemporary(sql::ObjectKind kind, const std::string& path) const;
  /// A function of the catalog by path; a system function by its name in lower case.
  UserFunctionPtr FindFunction(const std::string& path) const { return functions_.Find(path); }
  UserFunctionPtr FindFunction(const std::string& path, bool temporary) const {
    return functions_.Find(path, temporary);
  }
  ModelPtr FindModel(const std::string& path, bool temporary) const {
    return models_.Find(path, temporary);
  }
  /// Where a function of this name is declared.
  std::string FunctionPath(const sql::QualifiedName& name, bool system) const;
  /// Whether there is such a table or view.
  bool Exists(const std::string& path, bool temporary) const {
    return tables_.Find(path, temporary) != nullptr || views_.Find(path, temporary) != nullptr;
  }
  bool Exists(const std::string& path) const { return Exists(path, false) || Exists(path, true); }

  /// A definition that was refused: the name is known, though nothing is behind it.
  void NoteFailed(const std::string& path) { failed_.insert(path); }
  bool Failed(const std::string& path) const { return failed_.contains(path); }
  /// Before another text: what failed in the one before was said there.
  void ForgetFailed() { failed_.clear(); }

  /// The tables of another session, by their paths.
  void PutTables(const Catalog& other) { tables_ = other.tables_; }
  void Put(TablePtr table, bool temporary = false) { tables_.Put(std::move(table), temporary); }
  void Put(ViewPtr view) {
    const bool temporary = view->definition->temporary;
    views_.Put(std::move(view), temporary);
  }
  void Put(ModelPtr model, bool temporary = false) { models_.Put(std::move(model), temporary); }
  void Put(UserFunctionPtr function) {
    const bool temporary = function->definition->temporary;
    functions_.Put(std::move(function), temporary);
  }
  /// The built-in aggregates with those of the user's, which are known by the last part of their
  /// names; null while there are none.
  const AggregateRegistry* aggregates() const { return aggregates_.get(); }
  void SetAggregates(std::shared_ptr<const AggregateRegistry> aggregates) {
    aggregates_ = std::move(aggregates);
  }
  /// Of a TABLE, VIEW, MODEL or FUNCTION; false: there is none.
  bool Drop(sql::ObjectKind kind, const std::string& path, bool temporary);

  /// Short names in the current database, sorted: what a suggestion or SHOW may name.
  std::vector<std::string> TableNames() const;  // views included
  std::vector<std::string> ViewNames() const;
  std::vector<std::string> ModelNames() const;
  std::vector<std::string> FunctionNames() const;

  const std::string& current_catalog() const { return catalog_; }
  const std::string& current_database() const { return database_; }
  bool Use(const std::string& catalog, const std::string& database);
  bool CreateDatabase(const std::string& catalog, const std::string& database);
  bool CreateCatalog(const std::string& catalog);
  bool DropDatabase(const std::string& catalog, const std::string& database);
  std::vector<std::string> CatalogNames() const;
  std::vector<std::string> DatabaseNames() const;

 private:
  std::string Prefix() const { return catalog_ + "." + database_ + "."; }

  ObjectLayers<Table> tables_;
  ObjectLayers<View> views_;
  ObjectLayers<Model> models_;
  ObjectLayers<UserFunction> functions_;
  std::shared_ptr<const AggregateRegistry> aggregates_;
  std::set<std::string> failed_;
  std::map<std::string, std::vector<std::string>> databases_ = {
      {std::string(kDefaultCatalog), {std::string(kDefaultDatabase)}}};
  std::string catalog_{kDefaultCatalog};
  std::string database_{kDefaultDatabase};
};

}  // namespace millrace
