// SPDX-License-Identifier: Apache-2.0
#include "data/bitmap/bitmap.h"

#include <roaring/roaring.h>

#include "base/check.h"
#include "data/value_text.h"

namespace millrace {
namespace {

using Set = roaring_bitmap_t;

Set* SetOf(void* set) {
  CHECK(set != nullptr);
  return static_cast<Set*>(set);
}

struct Visitor {
  void (*visit)(uint32_t, void*);
  void* context;
};

}  // namespace

Bitmap::Bitmap() : set_(SetOf(roaring_bitmap_create())) {}
Bitmap::Bitmap(const Bitmap& other) : set_(SetOf(roaring_bitmap_copy(SetOf(other.set_.get())))) {}
Bitmap& Bitmap::operator=(Bitmap other) noexcept {
  set_ = std::move(other.set_);
  return *this;
}
void Bitmap::Free::operator()(void* set) const { roaring_bitmap_free(static_cast<Set*>(set)); }

Bitmap Bitmap::FromBytes(std::string_view bytes) {
  Bitmap bitmap;
  bitmap.set_.reset(SetOf(roaring_bitmap_portable_deserialize_safe(bytes.data(), bytes.size())));
  return bitmap;
}

void Bitmap::Add(uint32_t value) { roaring_bitmap_add(SetOf(set_.get()), value); }
void Bitmap::AddRange(uint32_t first, uint32_t last) {
  roaring_bitmap_add_range_closed(SetOf(set_.get()), first, last);
}
void Bitmap::AddAll(const Bitmap& other) {
  roaring_bitmap_or_inplace(SetOf(set_.get()), SetOf(other.set_.get()));
}
void Bitmap::KeepCommon(const Bitmap& other) {
  roaring_bitmap_and_inplace(SetOf(set_.get()), SetOf(other.set_.get()));
}
void Bitmap::RemoveAll(const Bitmap& other) {
  roaring_bitmap_andnot_inplace(SetOf(set_.get()), SetOf(other.set_.get()));
}
void Bitmap::Flip(const Bitmap& other) {
  roaring_bitmap_xor_inplace(SetOf(set_.get()), SetOf(other.set_.get()));
}

uint64_t Bitmap::size() const { return roaring_bitmap_get_cardinality(SetOf(set_.get())); }

void Bitmap::Visit(void (*visit)(uint32_t, void*), void* context) const {
  Visitor visitor{visit, context};
  roaring_iterate(
      SetOf(set_.get()),
      [](uint32_t value, void* param) {
        const auto* asked = static_cast<Visitor*>(param);
        asked->visit(value, asked->context);
        return true;
      },
      &visitor);
}

void Bitmap::AppendText(std::string* out) const {
  out->push_back('{');
  bool first = true;
  ForEach([&](uint32_t value) {
    if (!first) out->push_back(',');
    first = false;
    AppendInteger(value, out);
  });
  out->push_back('}');
}

}  // namespace millrace
