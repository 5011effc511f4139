// SPDX-License-Identifier: Apache-2.0
// ChangeKind: what a row says about the relation it belongs to, and ChangelogMode: which kinds an
// edge may carry. Values equal Flink's RowKind byte values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace {

enum class ChangeKind : uint8_t { kInsert = 0, kUpdateBefore = 1, kUpdateAfter = 2, kDelete = 3 };

/// "+I", "-U", "+U", "-D".
constexpr std::string_view ShortName(ChangeKind kind) {
  constexpr std::string_view kNames[] = {"+I", "-U", "+U", "-D"};
  return kNames[static_cast<uint8_t>(kind)];
}
/// True for the kinds that add a row (+I, +U).
constexpr bool IsAddition(ChangeKind kind) {
  return kind == ChangeKind::kInsert || kind == ChangeKind::kUpdateAfter;
}

/// A set of change kinds. `I` append-only, `I,UB,UA,D` retract, `I,UA,D` upsert.
class ChangelogMode {
 public:
  constexpr ChangelogMode() = default;
  static constexpr ChangelogMode InsertOnly() { return ChangelogMode(0b0001); }
  static constexpr ChangelogMode All() { return ChangelogMode(0b1111); }
  static constexpr ChangelogMode Upsert() { return ChangelogMode(0b1101); }
  constexpr bool Contains(ChangeKind kind) const { return bits_ >> static_cast<int>(kind) & 1; }
  constexpr bool insert_only() const { return bits_ == 0b0001; }
  constexpr ChangelogMode With(ChangeKind kind) const {
    return ChangelogMode(bits_ | 1 << static_cast<int>(kind));
  }
  constexpr ChangelogMode Without(ChangeKind kind) const {
    return ChangelogMode(bits_ & ~(1 << static_cast<int>(kind)));
  }
  constexpr ChangelogMode Union(ChangelogMode other) const {
    return ChangelogMode(bits_ | other.bits_);
  }
  constexpr bool operator==(const ChangelogMode&) const = default;
  /// Flink's spelling: `I`, `I,UB,UA,D`.
  std::string ToString() const;

 private:
  explicit constexpr ChangelogMode(int bits) : bits_(static_cast<uint8_t>(bits)) {}
  uint8_t bits_ = 0b0001;
};

}  // namespace millrace
