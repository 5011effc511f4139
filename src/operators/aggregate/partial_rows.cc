// SPDX-License-Identifier: Apache-2.0
#include "operators/aggregate/partial_rows.h"

#include <arrow/api.h>

#include "state/encoding.h"

namespace millrace {

PartialRows::PartialRows(const std::vector<AggregateCall>* calls)
    : calls_(calls->size()), states_(calls) {
  states_.Reserve(kSlot + 1);
}

void PartialRows::Write(int64_t count, const AggregateStates& states, uint32_t slot,
                        std::string* out) {
  PutVarint(static_cast<uint64_t>(count), out);
  states.SerializeInOrder(slot, out);
}

Result<int64_t> PartialRows::Read(const arrow::Array& column, int64_t row) {
  std::string_view bytes = static_cast<const arrow::BinaryArray&>(column).GetView(row);
  uint64_t count = 0;
  bool read = GetVarint(&bytes, &count);
  states_.Reset(kSlot);
  for (size_t call = 0; read && call < calls_; ++call) {
    std::string_view state;
    read = GetBytes(&bytes, &state);
    if (read) TRY(states_.DeserializeCall(call, kSlot, state));
  }
  if (!read || !bytes.empty()) return InternalError("partial results cannot be read");
  return static_cast<int64_t>(count);
}

}  // namespace millrace
