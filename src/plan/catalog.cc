// SPDX-License-Identifier: Apache-2.0
#include "plan/catalog.h"

#include <algorithm>

namespace millrace {
namespace {

template <typename Object>
void AppendNames(const ObjectLayers<Object>& objects, const std::string& prefix,
                 std::vector<std::string>* names) {
  for (const auto& layer : objects.layers()) {
    for (const auto& [path, object] : layer) {
      if (path.starts_with(prefix)) names->push_back(path.substr(prefix.size()));
    }
  }
  std::ranges::sort(*names);
  const auto repeated = std::ranges::unique(*names);
  names->erase(repeated.begin(), repeated.end());
}

}  // namespace

std::string Catalog::Resolve(const sql::QualifiedName& name) const {
  const auto& parts = name.parts;
  if (parts.size() >= 3) {
    return parts[0].text + "." + parts[1].text + "." + parts[2].text;
  }
  if (parts.size() == 2) return catalog_ + "." + parts[0].text + "." + parts[1].text;
  return Prefix() + parts[0].text;
}

TablePtr Catalog::FindTable(const std::string& path) const {
  return tables_.Find(path, Exists(path, true));
}

ViewPtr Catalog::FindView(const std::string& path) const {
  return views_.Find(path, Exists(path, true));
}

bool Catalog::IsTemporary(sql::ObjectKind kind, const std::string& path) const {
  switch (kind) {
    case sql::ObjectKind::kTable: return tables_.Find(path, true) != nullptr;
    case sql::ObjectKind::kView: return views_.Find(path, true) != nullptr;
    case sql::ObjectKind::kModel: return models_.Find(path, true) != nullptr;
    default: return functions_.Find(path, true) != nullptr;
  }
}

bool Catalog::Drop(sql::ObjectKind kind, const std::string& path, bool temporary) {
  switch (kind) {
    case sql::ObjectKind::kTable: return tables_.Drop(path, temporary);
    case sql::ObjectKind::kView: return views_.Drop(path, temporary);
    case sql::ObjectKind::kModel: return models_.Drop(path, temporary);
    default: return functions_.Drop(path, temporary);
  }
}

std::string Catalog::FunctionPath(const sql::QualifiedName& name, bool system) const {
  sql::QualifiedName folded = name;
  for (char& c : folded.parts.back().text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return system ? folded.parts.back().text : Resolve(folded);
}

std::vector<std::string> Catalog::TableNames() const {
  std::vector<std::string> names = ViewNames();
  AppendNames(tables_, Prefix(), &names);
  return names;
}

std::vector<std::string> Catalog::ViewNames() const {
  std::vector<std::string> names;
  AppendNames(views_, Prefix(), &names);
  return names;
}

std::vector<std::string> Catalog::ModelNames() const {
  std::vector<std::string> names;
  AppendNames(models_, Prefix(), &names);
  return names;
}

std::vector<std::string> Catalog::FunctionNames() const {
  std::vector<std::string> names;
  for (const auto& layer : functions_.layers()) {
    for (const auto& [path, function] : layer) {
      if (function->is_system()) names.push_back(path);
    }
  }
  AppendNames(functions_, Prefix(), &names);
  return names;
}

bool Catalog::Use(const std::string& catalog, const std::string& database) {
  const auto found = databases_.find(catalog);
  if (found == databases_.end()) return false;
  const auto& known = found->second;
  if (!database.empty() && std::find(known.begin(), known.end(), database) == known.end()) {
    return false;
  }
  catalog_ = catalog;
  database_ = database.empty() ? known.front() : database;
  return true;
}

bool Catalog::CreateDatabase(const std::string& catalog, const std::string& database) {
  const auto found = databases_.find(catalog);
  if (found == databases_.end()) return false;
  auto& known = found->second;
  if (std::find(known.begin(), known.end(), database) != known.end()) return false;
  known.push_back(database);
  return true;
}

bool Catalog::CreateCatalog(const std::string& catalog) {
  return databases_.emplace(catalog, std::vector<std::string>{"default"}).second;
}

bool Catalog::DropDatabase(const std::string& catalog, const std::string& database) {
  const auto found = databases_.find(catalog);
  return found != databases_.end() && std::erase(found->second, database) > 0;
}

std::vector<std::string> Catalog::CatalogNames() const {
  std::vector<std::string> names;
  for (const auto& [name, databases] : databases_) names.push_back(name);
  return names;
}

std::vector<std::string> Catalog::DatabaseNames() const {
  const auto found = databases_.find(catalog_);
  return found == databases_.end() ? std::vector<std::string>{} : found->second;
}

}  // namespace millrace
