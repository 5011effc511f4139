// SPDX-License-Identifier: Apache-2.0
#include "operators/over/over_layouts.h"

#include "state/encoding.h"

namespace millrace {

void OverLayouts::Settle() {
  if (settled_) return;
  settled_ = true;
  const OverLayout* const last = layouts_.empty() ? nullptr : &layouts_.rbegin()->second;
  number_ = layouts_.empty() ? 1 : layouts_.rbegin()->first;
  current_.NumberAfter(last, number_ + (last == nullptr ? 0 : 1));
  if (last != nullptr) {
    std::string before;
    std::string now;
    last->Write(&before);
    current_.Write(&now);
    if (before == now) return;
    ++number_;
    for (const OverLayout::List& list : last->lists) {
      const OverLayout::List* same = current_.FindList(list.table);
      if (!list.counted && (same == nullptr || same->counted)) gone_.push_back(list.table);
    }
  }
  layouts_[number_] = current_;
}

const OverLayout* OverLayouts::Find(uint32_t number) const {
  const auto found = layouts_.find(number);
  return found == layouts_.end() ? nullptr : &found->second;
}

OverLayouts::Waiting OverLayouts::waiting() const {
  if (!waiting_form_.missing.empty()) return Waiting::kIncomplete;
  for (size_t i = 0; i < waiting_form_.pieces.size(); ++i) {
    const std::vector<int> same = {static_cast<int>(i)};
    if (waiting_form_.pieces[i].columns != same) return Waiting::kOther;
  }
  return Waiting::kSame;
}

Status OverLayouts::CollectDelta(const std::function<Status(const StateChange&)>& visit) {
  if (!dirty_) return OkStatus();
  Settle();
  dirty_ = false;
  return Snapshot(visit);
}

Status OverLayouts::Snapshot(const std::function<Status(const StateChange&)>& visit) const {
  for (const auto& [number, layout] : layouts_) {
    std::string key;
    std::string value;
    PutVarint(number, &key);
    layout.Write(&value);
    TRY(visit({name(), key, value, false}));
  }
  return OkStatus();
}

Status OverLayouts::Apply(const StateChange& change) {
  std::string_view key = change.key;
  uint64_t number = 0;
  if (!GetVarint(&key, &number) || change.deleted) return CorruptStateEntry(name());
  TRY_ASSIGN(OverLayout layout, OverLayout::Read(change.value));
  layouts_[static_cast<uint32_t>(number)] = std::move(layout);
  if (waiting_ == nullptr) return OkStatus();
  // All rows that wait are in the newest: a run writes them anew when its own is another.
  OverLayout now = current_;
  const OverLayout& newest = layouts_.rbegin()->second;
  now.NumberAfter(&newest, layouts_.rbegin()->first + 1);
  waiting_form_ = FormOf(newest.waiting, now.waiting);
  waiting_->ReadAs(&waiting_form_);
  return OkStatus();
}

}  // namespace millrace
