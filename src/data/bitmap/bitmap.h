// SPDX-License-Identifier: Apache-2.0
// Bitmap: a set of unsigned 32-bit integers, the value of the type BITMAP. A column has its bytes
// in the portable serialization of RoaringBitmap, in one form per set: containers are run-length
// encoded where that is shorter. So equal sets have equal bytes.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace millrace {

class Bitmap {
 public:
  Bitmap();
  Bitmap(const Bitmap& other);
  Bitmap(Bitmap&& other) noexcept = default;
  Bitmap& operator=(Bitmap other) noexcept;
  ~Bitmap() = default;

  /// Of a column's bytes, which AppendBytes wrote.
  static Bitmap FromBytes(std::string_view bytes);
  /// Of anybody's bytes: nullopt unless they begin with a valid serialization.
  static std::optional<Bitmap> Parse(std::string_view bytes);
  void AppendBytes(std::string* out) const;

  void Add(uint32_t value);
  void AddRange(uint32_t first, uint32_t last);
  void AddAll(const Bitmap& other);
  void KeepCommon(const Bitmap& other);
  void RemoveAll(const Bitmap& other);
  /// Leaves what is in one of both.
  void Flip(const Bitmap& other);

  uint64_t size() const;
  /// Calls visit(value) in ascending order.
  template <typename F>
  void ForEach(F visit) const {
    Visit([](uint32_t value, void* context) { (*static_cast<F*>(context))(value); }, &visit);
  }
  /// `{1,5,4294967295}`.
  void AppendText(std::string* out) const;

 private:
  void Visit(void (*visit)(uint32_t, void*), void* context) const;

  struct Free {
    void operator()(void* set) const;
  };
  std::unique_ptr<void, Free> set_;  // the library's set
};

}  // namespace millrace
