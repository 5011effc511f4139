// SPDX-License-Identifier: Apache-2.0
// DISTINCT over several arguments: they are packed into one ROW, which is what DISTINCT counts, and
// unpacked again for the aggregate inside.
#include <arrow/array/array_nested.h>
#include <arrow/array/data.h>

#include "functions/aggregate/distinct.h"

namespace millrace {
namespace {

/// Passes everything on to another object, with other arguments.
class OtherArguments : public Accumulators {
 public:
  explicit OtherArguments(std::unique_ptr<Accumulators> inner) : inner_(std::move(inner)) {}

  void Reserve(uint32_t count) override { inner_->Reserve(count); }
  void Reset(uint32_t slot) override { inner_->Reset(slot); }
  Status Update(const AggregateInput& input) override {
    const auto args = Convert(input.args);
    AggregateInput converted = input;
    converted.args = args;
    return inner_->Update(converted);
  }
  Result<std::shared_ptr<arrow::Array>> UpdateRunning(const AggregateInput& input,
                                                      const RunningResults& wanted) override {
    const auto args = Convert(input.args);
    AggregateInput converted = input;
    converted.args = args;
    return inner_->UpdateRunning(converted, wanted);
  }
  Status Merge(uint32_t into, const Accumulators& other, uint32_t from) override {
    return inner_->Merge(into, *static_cast<const OtherArguments&>(other).inner_, from);
  }
  Result<std::shared_ptr<arrow::Array>> Finish(std::span<const uint32_t> slots) const override {
    return inner_->Finish(slots);
  }
  void Serialize(uint32_t slot, std::string* out) const override { inner_->Serialize(slot, out); }
  Status Deserialize(uint32_t slot, std::string_view* bytes) override {
    return inner_->Deserialize(slot, bytes);
  }

 private:
  using Columns = std::vector<std::shared_ptr<arrow::Array>>;
  virtual Columns Convert(std::span<const std::shared_ptr<arrow::Array>> args) const = 0;

  std::unique_ptr<Accumulators> inner_;
};

class Packing final : public OtherArguments {
 public:
  Packing(std::unique_ptr<Accumulators> inner, const DataType& row)
      : OtherArguments(std::move(inner)), type_(row.ToArrow()) {}

 private:
  std::vector<std::shared_ptr<arrow::Array>> Convert(
      std::span<const std::shared_ptr<arrow::Array>> args) const override {
    std::vector<std::shared_ptr<arrow::ArrayData>> children;
    for (const auto& arg : args) children.push_back(arg->data());
    return {arrow::MakeArray(
        arrow::ArrayData::Make(type_, args[0]->length(), {nullptr}, std::move(children), 0))};
  }

  std::shared_ptr<arrow::DataType> type_;
};

class Unpacking final : public OtherArguments {
 public:
  using OtherArguments::OtherArguments;

 private:
  std::vector<std::shared_ptr<arrow::Array>> Convert(
      std::span<const std::shared_ptr<arrow::Array>> args) const override {
    return static_cast<const arrow::StructArray&>(*args[0]).fields();
  }
};

}  // namespace

ResolvedAggregate WrapDistinctRows(ResolvedAggregate inner) {
  std::vector<DataType::Field> fields;
  for (const DataType& type : inner.arg_types) {
    fields.push_back({"f" + std::to_string(fields.size()), type});
  }
  const DataType row = DataType::Row(std::move(fields)).NotNull();
  ResolvedAggregate packed = inner;
  packed.arg_types = {row};
  packed.make = [make = inner.make] { return std::make_unique<Unpacking>(make()); };
  packed = WrapDistinct(std::move(packed));
  inner.make = [make = packed.make, row] { return std::make_unique<Packing>(make(), row); };
  return inner;
}

}  // namespace millrace
