// SPDX-License-Identifier: Apache-2.0
// EntryDecoder: entries of state as columns with names, for people and tools. It knows the layouts
// of docs/internals/operator-state.md from the stored identity of an operator alone, so it needs
// neither the file of the pipeline nor its operators. One thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "plan/identity/operator_identity.h"

namespace millrace {

/// One value of an entry. `text` is as print shows it.
struct DecodedValue {
  std::string name;
  std::string text;
  bool is_null = false;
  bool is_number = false;  // a JSON number as it stands
};

struct DecodedEntry {
  std::vector<DecodedValue> key;
  std::vector<DecodedValue> value;
};

class EntryDecoder {
 public:
  /// MR0722 if the identity does not say how.
  static Result<EntryDecoder> Make(const OperatorIdentity& identity);
  EntryDecoder(EntryDecoder&&) noexcept;
  ~EntryDecoder();

  /// Told of every entry, in the order of keys, before it is decoded: some say how those behind
  /// them are written.
  Status Learn(std::string_view table, std::string_view key, std::string_view value);
  /// An error: the bytes are not what an operator of this kind writes.
  Result<DecodedEntry> Decode(std::string_view table, std::string_view key,
                              std::string_view value) const;
  /// Names of the key columns.
  std::vector<std::string> key_names() const;

 private:
  struct Parts;
  explicit EntryDecoder(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace millrace
