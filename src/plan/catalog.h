// SPDX-License-Identifier: Apache-2.0
// Catalog: the tables, views, models and functions that one script has declared so far. Temporary
// and permanent objects live together, since a pipeline file is the only session there is.
#pragma once

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

class Catalog {
 public:
  /// `cat.db.name` of a name in the current catalog and database.
  std::string Resolve(const sql::QualifiedName& name) const;

  TablePtr FindTable(const std::string& path) const;
  ViewPtr FindView(const std::string& path) const;
  ModelPtr FindModel(const std::string& path) const;
  /// A function of the catalog by path; a system function by its name in lower case.
  UserFunctionPtr FindFunction(const std::string& path) const;
  /// Where a function of this name is declared.
  std::string FunctionPath(const sql::QualifiedName& name, bool system) const;
  bool Exists(const std::string& path) const {
    return FindTable(path) != nullptr || FindView(path) != nullptr;
  }

  /// A definition that was refused: the name is known, though nothing is behind it.
  void NoteFailed(const std::string& path) { failed_.insert(path); }
  bool Failed(const std::string& path) const { return failed_.contains(path); }
  /// Before another text: what failed in the one before was said there.
  void ForgetFailed() { failed_.clear(); }

  void Put(TablePtr table) { tables_[table->path] = std::move(table); }
  void Put(ViewPtr view) { views_[view->path] = std::move(view); }
  void Put(ModelPtr model) { models_[model->path] = std::move(model); }
  void Put(UserFunctionPtr function) { functions_[function->path] = std::move(function); }
  /// The built-in aggregates with those of the user's, which are known by the last part of their
  /// names; null while there are none.
  const AggregateRegistry* aggregates() const { return aggregates_.get(); }
  void SetAggregates(std::shared_ptr<const AggregateRegistry> aggregates) {
    aggregates_ = std::move(aggregates);
  }
  bool DropTable(const std::string& path) { return tables_.erase(path) > 0; }
  bool DropView(const std::string& path) { return views_.erase(path) > 0; }
  bool DropModel(const std::string& path) { return models_.erase(path) > 0; }
  bool DropFunction(const std::string& path) { return functions_.erase(path) > 0; }

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

  std::map<std::string, TablePtr> tables_;
  std::map<std::string, ViewPtr> views_;
  std::map<std::string, ModelPtr> models_;
  std::map<std::string, UserFunctionPtr> functions_;
  std::shared_ptr<const AggregateRegistry> aggregates_;
  std::set<std::string> failed_;
  std::map<std::string, std::vector<std::string>> databases_ = {
      {std::string(kDefaultCatalog), {std::string(kDefaultDatabase)}}};
  std::string catalog_{kDefaultCatalog};
  std::string database_{kDefaultDatabase};
};

}  // namespace millrace
