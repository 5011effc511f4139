// SPDX-License-Identifier: Apache-2.0
#include "operators/over/over_layout.h"

#include <algorithm>

#include "state/encoding.h"

namespace millrace {
namespace {

constexpr uint64_t kFormat = 1;

void NumberItem(const std::vector<OverLayout::Item>& earlier, uint32_t number,
                OverLayout::Item* item) {
  const auto found = std::ranges::find(earlier, item->id, &OverLayout::Item::id);
  item->since = found == earlier.end() ? number : found->since;
}

void NumberColumns(const std::vector<OverLayout::Column>* earlier, uint32_t number,
                   std::vector<OverLayout::Column>* columns) {
  for (OverLayout::Column& column : *columns) {
    column.item.since = number;
    if (earlier == nullptr) continue;
    const auto found = std::ranges::find_if(
        *earlier, [&](const auto& other) { return other.item.id == column.item.id; });
    if (found != earlier->end()) column.item.since = found->item.since;
  }
}

void WriteItems(const std::vector<OverLayout::Item>& items, std::string* out) {
  PutVarint(items.size(), out);
  for (const OverLayout::Item& item : items) {
    PutVarint(item.id, out);
    PutVarint(item.since, out);
  }
}

void WriteColumns(const std::vector<OverLayout::Column>& columns, std::string* out) {
  PutVarint(columns.size(), out);
  for (const OverLayout::Column& column : columns) {
    PutVarint(column.item.id, out);
    PutVarint(column.item.since, out);
    PutVarint(column.width, out);
  }
}

/// Reads numbers; once one is missing, zeros.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  uint64_t Number() {
    uint64_t number = 0;
    good_ = good_ && GetVarint(&bytes_, &number);
    return good_ ? number : 0;
  }
  OverLayout::Item Item() {
    const uint64_t id = Number();
    return {id, static_cast<uint32_t>(Number())};
  }
  std::string Text() {
    std::string_view text;
    good_ = good_ && GetBytes(&bytes_, &text);
    return std::string(text);
  }
  template <typename T, typename F>
  std::vector<T> List(F&& read) {
    std::vector<T> list;
    const uint64_t count = Number();
    for (uint64_t i = 0; i < count && good_; ++i) list.push_back(read());
    return list;
  }
  std::vector<OverLayout::Item> Items() {
    return List<OverLayout::Item>([this] { return Item(); });
  }
  std::vector<OverLayout::Column> Columns() {
    return List<OverLayout::Column>([this] {
      const OverLayout::Item item = Item();
      return OverLayout::Column{item, static_cast<uint8_t>(Number())};
    });
  }
  bool all_read() const { return good_ && bytes_.empty(); }

 private:
  std::string_view bytes_;
  bool good_ = true;
};

}  // namespace

void OverLayout::NumberAfter(const OverLayout* earlier, uint32_t number) {
  static const OverLayout kNone;
  const OverLayout& before = earlier == nullptr ? kNone : *earlier;
  for (Item& item : sums) NumberItem(before.sums, number, &item);
  for (Item& item : reaches) NumberItem(before.reaches, number, &item);
  for (List& list : lists) {
    const List* same = before.FindList(list.table);
    // A number of rows does not say what they were.
    if (same != nullptr && same->counted && !list.counted) same = nullptr;
    list.since = same == nullptr ? number : same->since;
    NumberColumns(same == nullptr ? nullptr : &same->columns, number, &list.columns);
  }
  NumberColumns(&before.waiting, number, &waiting);
}

const OverLayout::List* OverLayout::FindList(std::string_view table) const {
  const auto found = std::ranges::find(lists, table, &List::table);
  return found == lists.end() ? nullptr : &*found;
}

void OverLayout::Write(std::string* out) const {
  PutVarint(kFormat, out);
  WriteItems(sums, out);
  PutVarint(lists.size(), out);
  for (const List& list : lists) {
    PutBytes(list.table, out);
    PutVarint(list.since, out);
    PutVarint(list.counted ? 1 : 0, out);
    WriteColumns(list.columns, out);
  }
  WriteItems(reaches, out);
  WriteColumns(waiting, out);
}

Result<OverLayout> OverLayout::Read(std::string_view bytes) {
  Reader reader(bytes);
  OverLayout layout;
  if (reader.Number() != kFormat) return CorruptStateEntry("form");
  layout.sums = reader.Items();
  layout.lists = reader.List<List>([&reader] {
    List list{.table = reader.Text(), .columns = {}};
    list.since = static_cast<uint32_t>(reader.Number());
    list.counted = reader.Number() != 0;
    list.columns = reader.Columns();
    return list;
  });
  layout.reaches = reader.Items();
  layout.waiting = reader.Columns();
  if (!reader.all_read()) return CorruptStateEntry("form");
  return layout;
}

RowForm FormOf(const std::vector<OverLayout::Column>& written,
               const std::vector<OverLayout::Column>& now) {
  RowForm form;
  std::vector<bool> found(now.size(), false);
  for (const OverLayout::Column& column : written) {
    RowForm::Piece piece{.columns = {}, .width = column.width};
    for (size_t i = 0; i < now.size(); ++i) {
      if (found[i] || now[i].item != column.item) continue;
      piece.columns.push_back(static_cast<int>(i));
      found[i] = true;
    }
    form.pieces.push_back(std::move(piece));
  }
  for (size_t i = 0; i < now.size(); ++i) {
    if (!found[i]) form.missing.push_back(static_cast<int>(i));
  }
  return form;
}

}  // namespace millrace
