// SPDX-License-Identifier: Apache-2.0
#include "plan/binding/query/grouping_sets.h"

#include <algorithm>
#include <set>
#include <utility>

namespace millrace {
namespace {

constexpr size_t kSetsMax = 256;

using Keys = std::set<size_t>;  // a set by the places of its keys

class GroupingBinder {
 public:
  GroupingBinder(BindContext* context, const Scope* scope, std::vector<ExpressionPtr>* keys)
      : context_(context), scope_(scope), keys_(keys) {}

  bool ok() const { return ok_; }

  /// Elements that stand beside each other are multiplied.
  std::vector<Keys> BindAll(const std::vector<sql::GroupingElement>& elements) {
    std::vector<Keys> all = {{}};
    for (const sql::GroupingElement& element : elements) {
      const std::vector<Keys> each = BindElement(element);
      if (TooMany(all.size() * each.size(), element)) return all;
      std::vector<Keys> product;
      for (const Keys& left : all) {
        for (const Keys& right : each) {
          product.push_back(left);
          product.back().insert(right.begin(), right.end());
        }
      }
      all = std::move(product);
    }
    return all;
  }

 private:
  std::vector<Keys> BindElement(const sql::GroupingElement& element) {
    using Kind = sql::GroupingElement::Kind;
    switch (element.kind) {
      case Kind::kEmpty: return {{}};
      case Kind::kExpression: return {BindKeys(*element.value)};
      case Kind::kGroupingSets: return BindSets(element);
      case Kind::kCube: return BindCube(element);
      case Kind::kRollup: return BindRollup(element);
    }
    return {{}};
  }

  std::vector<Keys> BindSets(const sql::GroupingElement& element) {
    std::vector<Keys> all;
    for (const sql::GroupingElement& child : element.elements) {
      for (Keys& keys : BindElement(child)) all.push_back(std::move(keys));
    }
    return all;
  }

  /// All subsets, those with the first element in front.
  std::vector<Keys> BindCube(const sql::GroupingElement& element) {
    std::vector<Keys> all = {{}};
    for (const sql::GroupingElement& child : element.elements) {
      const Keys keys = BindMember(child);
      if (TooMany(all.size() * 2, element)) return all;
      std::vector<Keys> doubled;
      for (const Keys& set : all) {
        doubled.push_back(set);
        doubled.back().insert(keys.begin(), keys.end());
        doubled.push_back(set);
      }
      all = std::move(doubled);
    }
    return all;
  }

  /// From all elements to none.
  std::vector<Keys> BindRollup(const sql::GroupingElement& element) {
    std::vector<Keys> all = {{}};
    for (const sql::GroupingElement& child : element.elements) {
      Keys longer = all.back();
      longer.merge(BindMember(child));
      all.push_back(std::move(longer));
    }
    std::ranges::reverse(all);
    return all;
  }

  /// Of CUBE or ROLLUP: a key, or several in parentheses.
  Keys BindMember(const sql::GroupingElement& member) {
    using Kind = sql::GroupingElement::Kind;
    if (member.kind == Kind::kExpression) return BindKeys(*member.value);
    if (member.kind != Kind::kEmpty) {
      context_->NotSupported("grouping sets inside CUBE or ROLLUP", member.span,
                             "Put both side by side into GROUPING SETS (..).");
      ok_ = false;
    }
    return {};
  }

  Keys BindKeys(const sql::Expr& expr) {
    Keys found;
    const auto* row = sql::As<sql::Row>(expr);
    if (row == nullptr || row->explicit_row) {
      BindKey(expr, &found);
    } else {
      for (const sql::ExprPtr& value : row->values) BindKey(*value, &found);
    }
    return found;
  }

  void BindKey(const sql::Expr& expr, Keys* found) {
    ExpressionBinder binder(context_, scope_);
    ExpressionPtr key = binder.BindTyped(expr);
    ok_ = ok_ && key != nullptr;
    if (key == nullptr) return;
    const auto known = std::ranges::find(*keys_, key->ToString(), &Expression::ToString);
    found->insert(static_cast<size_t>(known - keys_->begin()));
    if (known == keys_->end()) keys_->push_back(std::move(key));
  }

  bool TooMany(size_t sets, const sql::GroupingElement& element) {
    if (sets <= kSetsMax) return false;
    if (ok_) {
      context_->NotSupported("more than " + std::to_string(kSetsMax) + " grouping sets",
                             element.span, "Each row would be counted once for every set.");
    }
    ok_ = false;
    return true;
  }

  BindContext* context_;
  const Scope* scope_;
  std::vector<ExpressionPtr>* keys_;
  bool ok_ = true;
};

}  // namespace

void GroupingSets::AddToAll(ExpressionPtr key) {
  keys.push_back(std::move(key));
  for (std::vector<bool>& set : sets) set.push_back(true);
}

bool GroupingSets::plain() const {
  return sets.size() == 1 && std::ranges::find(sets[0], false) == sets[0].end();
}

bool GroupingSets::everywhere(int key) const {
  return std::ranges::all_of(
      sets, [key](const std::vector<bool>& set) { return set[static_cast<size_t>(key)]; });
}

DataType GroupingSets::KeyType(size_t key) const {
  const DataType& type = keys[key]->type();
  return everywhere(static_cast<int>(key)) ? type : type.Nullable();
}

std::vector<int64_t> GroupingSets::AbsenceOf(const std::vector<size_t>& asked) const {
  std::vector<int64_t> values;
  for (const std::vector<bool>& set : sets) {
    int64_t bits = 0;
    for (const size_t key : asked) bits = bits * 2 + (set[key] ? 0 : 1);
    values.push_back(bits);
  }
  return values;
}

std::vector<int64_t> GroupingSets::Repetitions() const {
  std::vector<int64_t> values;
  for (auto set = sets.begin(); set != sets.end(); ++set) {
    values.push_back(std::count(sets.begin(), set, *set));
  }
  return values;
}

bool BindGrouping(BindContext* context, const Scope& scope,
                  const std::vector<sql::GroupingElement>& elements, sql::SetQuantifier quantifier,
                  GroupingSets* out) {
  GroupingBinder binder(context, &scope, &out->keys);
  std::set<std::vector<bool>> seen;
  for (const Keys& keys : binder.BindAll(elements)) {
    std::vector<bool> set(out->keys.size());
    for (const size_t key : keys) set[key] = true;
    const bool repeated = !seen.insert(set).second;
    if (repeated && quantifier == sql::SetQuantifier::kDistinct) continue;
    out->sets.push_back(std::move(set));
  }
  return binder.ok();
}

}  // namespace millrace
