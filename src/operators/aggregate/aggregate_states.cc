// SPDX-License-Identifier: Apache-2.0
#include "operators/aggregate/aggregate_states.h"

#include <arrow/api.h>

#include <algorithm>

#include "state/encoding.h"

namespace millrace {
namespace {

constexpr size_t kTagBytes = 4;

void PutTag(uint32_t tag, std::string* out) {
  for (size_t i = 0; i < kTagBytes; ++i) out->push_back(static_cast<char>(tag >> (8 * i)));
}

bool GetTag(std::string_view* bytes, uint32_t* tag) {
  if (bytes->size() < kTagBytes) return false;
  for (size_t i = 0; i < kTagBytes; ++i) {
    *tag |= static_cast<uint32_t>(static_cast<uint8_t>((*bytes)[i])) << (8 * i);
  }
  bytes->remove_prefix(kTagBytes);
  return true;
}

}  // namespace

std::vector<DataType> ResultTypes(const std::vector<AggregateCall>& calls) {
  std::vector<DataType> types;
  for (const AggregateCall& call : calls) types.push_back(call.output.type);
  return types;
}

AggregateStates::AggregateStates(const std::vector<AggregateCall>* calls) : calls_(calls) {
  for (const AggregateCall& call : *calls) accumulators_.push_back(call.resolved.make());
}

bool AggregateStates::OrderSensitive(const std::vector<AggregateCall>& calls) {
  return std::any_of(calls.begin(), calls.end(), [](const AggregateCall& call) {
    const AggregateFunction* function = BuiltinAggregates().Find(call.function);
    return function != nullptr && function->order_sensitive;
  });
}

void AggregateStates::Reserve(uint32_t count) {
  for (auto& accumulators : accumulators_) accumulators->Reserve(count);
}

void AggregateStates::Reset(uint32_t slot) {
  for (auto& accumulators : accumulators_) accumulators->Reset(slot);
}

const AggregateStates::Passed& AggregateStates::Filter(int column, const AggregateRows& rows,
                                                       const RunningResults& wanted) {
  const auto& flags =
      static_cast<const arrow::BooleanArray&>(*rows.columns[static_cast<size_t>(column)]);
  Passed& passed = passed_;
  passed.rows.clear();
  passed.slots.clear();
  passed.signs.clear();
  passed.sequence.clear();
  passed.after.clear();
  size_t asked = 0;
  const auto note = [&](size_t row) {
    for (; asked < wanted.after.size() && wanted.after[asked] <= row; ++asked) {
      passed.after.push_back(static_cast<uint32_t>(passed.rows.size()));
    }
  };
  for (size_t i = 0; i < rows.rows.size(); ++i) {
    note(i);
    const int32_t row = rows.rows[i];
    if (flags.IsNull(row) || !flags.Value(row)) continue;
    passed.rows.push_back(row);
    passed.slots.push_back(rows.slots[i]);
    if (!rows.signs.empty()) passed.signs.push_back(rows.signs[i]);
    if (!rows.sequence.empty()) passed.sequence.push_back(rows.sequence[i]);
  }
  note(rows.rows.size());
  return passed;
}

AggregateInput AggregateStates::InputOf(const AggregateCall& call, const AggregateRows& rows,
                                        const Passed* passed) {
  args_.clear();
  for (int arg : call.args) args_.push_back(rows.columns[static_cast<size_t>(arg)]);
  if (passed == nullptr) return {args_, rows.rows, rows.slots, rows.signs, rows.sequence};
  return {args_, passed->rows, passed->slots, passed->signs, passed->sequence};
}

Status AggregateStates::Update(const AggregateRows& rows, std::span<const uint32_t> only) {
  for (size_t i = 0; i < accumulators_.size(); ++i) {
    if (!only.empty() && std::ranges::find(only, i) == only.end()) continue;
    const AggregateCall& call = (*calls_)[i];
    const Passed* passed = call.filter < 0 ? nullptr : &Filter(call.filter, rows, {});
    TRY(accumulators_[i]->Update(InputOf(call, rows, passed)));
  }
  return OkStatus();
}

Result<AggregateStates::Columns> AggregateStates::UpdateRunning(const AggregateRows& rows,
                                                                const RunningResults& wanted) {
  Columns results;
  for (size_t i = 0; i < accumulators_.size(); ++i) {
    const AggregateCall& call = (*calls_)[i];
    const Passed* passed = call.filter < 0 ? nullptr : &Filter(call.filter, rows, wanted);
    const RunningResults mapped{passed == nullptr ? wanted.after : std::span(passed->after),
                                wanted.slots};
    TRY_ASSIGN(auto column, accumulators_[i]->UpdateRunning(InputOf(call, rows, passed), mapped));
    results.push_back(std::move(column));
  }
  return results;
}

Status AggregateStates::Merge(uint32_t into, const AggregateStates& other, uint32_t from) {
  for (size_t i = 0; i < accumulators_.size(); ++i) {
    TRY(accumulators_[i]->Merge(into, *other.accumulators_[i], from));
  }
  return OkStatus();
}

Result<AggregateStates::Columns> AggregateStates::Finish(std::span<const uint32_t> slots) const {
  Columns results;
  for (const auto& accumulators : accumulators_) {
    TRY_ASSIGN(auto column, accumulators->Finish(slots));
    results.push_back(std::move(column));
  }
  return results;
}

void AggregateStates::WriteCall(size_t call, uint32_t slot, std::string* out) const {
  const size_t begin = out->size() + 1;
  out->push_back(0);  // the length, which hardly ever takes more than a byte
  accumulators_[call]->Serialize(slot, out);
  const size_t size = out->size() - begin;
  if (size < 0x80) {
    (*out)[begin - 1] = static_cast<char>(size);
    return;
  }
  std::string length;
  PutVarint(size, &length);
  out->replace(begin - 1, 1, length);
}

void AggregateStates::Serialize(uint32_t slot, std::string* out) const {
  for (size_t i = 0; i < accumulators_.size(); ++i) {
    PutTag((*calls_)[i].state_tag, out);
    WriteCall(i, slot, out);
  }
}

Status AggregateStates::ReadCall(uint32_t tag, uint32_t slot, std::string_view bytes) {
  for (size_t i = 0; i < accumulators_.size(); ++i) {
    if ((*calls_)[i].state_tag == tag) return DeserializeCall(i, slot, bytes);
  }
  return OkStatus();
}

Status AggregateStates::Deserialize(uint32_t slot, std::string_view* bytes) {
  Reset(slot);
  while (!bytes->empty()) {
    uint32_t tag = 0;
    std::string_view state;
    if (!GetTag(bytes, &tag) || !GetBytes(bytes, &state)) return CorruptStateEntry("aggregates");
    TRY(ReadCall(tag, slot, state));
  }
  return OkStatus();
}

void AggregateStates::SerializeInOrder(uint32_t slot, std::string* out) const {
  for (size_t i = 0; i < accumulators_.size(); ++i) WriteCall(i, slot, out);
}

Status AggregateStates::DeserializeCall(size_t call, uint32_t slot, std::string_view bytes) {
  TRY(accumulators_[call]->Deserialize(slot, &bytes));
  return bytes.empty() ? OkStatus() : CorruptStateEntry((*calls_)[call].function);
}

}  // namespace millrace
