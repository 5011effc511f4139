// SPDX-License-Identifier: Apache-2.0
#include "state/row_store.h"

#include <arrow/api.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "base/check.h"

namespace millrace {
namespace {

/// A column of each way in which values lie; the name of a type says its width.
const std::vector<DataType>& Types() {
  static const std::vector<DataType> kTypes = {
      DataType::Boolean(),      DataType::String(),   DataType::TinyInt(),
      DataType::BigInt(),       DataType::Int(),      DataType::Double(),
      DataType::Decimal(20, 2), DataType::SmallInt(), DataType::Array(DataType::Int())};
  return kTypes;
}

/// A value for every column follows from one number; each third is NULL somewhere.
template <typename Builder, typename Value>
std::shared_ptr<arrow::Array> Column(Builder builder, size_t column,
                                     std::span<const int64_t> numbers, Value value) {
  for (const int64_t number : numbers) {
    const bool null = (number + static_cast<int64_t>(column)) % 3 == 0;
    CHECK((null ? builder.AppendNull() : builder.Append(value(number))).ok());
  }
  return *builder.Finish();
}

std::shared_ptr<arrow::Array> Lists(size_t column, std::span<const int64_t> numbers) {
  auto values = std::make_shared<arrow::Int32Builder>();
  arrow::ListBuilder builder(arrow::default_memory_pool(), values, Types()[column].ToArrow());
  for (const int64_t number : numbers) {
    if (number % 3 == 0) {
      CHECK(builder.AppendNull().ok());
      continue;
    }
    CHECK(builder.Append().ok());
    for (int64_t i = 0; i < number % 5; ++i) {
      CHECK(values->Append(static_cast<int32_t>(number + i)).ok());
    }
  }
  return *builder.Finish();
}

std::vector<std::shared_ptr<arrow::Array>> RowsOf(std::span<const int64_t> numbers) {
  const auto as = [&](auto builder, size_t column, auto value) {
    return Column(std::move(builder), column, numbers, value);
  };
  const auto type = Types()[6].ToArrow();
  return {as(arrow::BooleanBuilder(), 0, [](int64_t n) { return n % 2 == 0; }),
          as(arrow::StringBuilder(), 1,
             [](int64_t n) { return std::string(static_cast<size_t>(n % 700), 'a'); }),
          as(arrow::Int8Builder(), 2, [](int64_t n) { return static_cast<int8_t>(n); }),
          as(arrow::Int64Builder(), 3, [](int64_t n) { return n << (n % 60); }),
          as(arrow::Int32Builder(), 4, [](int64_t n) { return static_cast<int32_t>(-n); }),
          as(arrow::DoubleBuilder(), 5, [](int64_t n) { return static_cast<double>(n) / 7; }),
          as(arrow::Decimal128Builder(type), 6, [](int64_t n) { return arrow::Decimal128(n); }),
          as(arrow::Int16Builder(), 7, [](int64_t n) { return static_cast<int16_t>(n); }),
          Lists(8, numbers)};
}

void ExpectRows(const RowStore& store, std::span<const uint32_t> slots,
                std::span<const int64_t> numbers) {
  const auto expected = RowsOf(numbers);
  const auto found = store.GatherAll(slots);
  ASSERT_TRUE(found.has_value());
  for (size_t column = 0; column < expected.size(); ++column) {
    ASSERT_TRUE((*found)[column]->ValidateFull().ok());
    EXPECT_TRUE((*found)[column]->Equals(expected[column])) << "column " << column;
  }
}

TEST(RowStoreTest, RowsStayAsTheyWereAdded) {
  std::mt19937_64 random(1);
  RowStore store(Types());
  std::map<uint32_t, int64_t> held;
  for (int round = 0; round < 100; ++round) {
    std::vector<int64_t> numbers(random() % 100);
    std::vector<int32_t> rows;
    for (size_t i = 0; i < numbers.size(); ++i) {
      numbers[i] = static_cast<int64_t>(random() % 1'000'000);
      rows.push_back(static_cast<int32_t>(i));
    }
    std::vector<uint32_t> slots;
    store.Add(RowsOf(numbers), rows, &slots);
    for (size_t i = 0; i < slots.size(); ++i) held[slots[i]] = numbers[i];
    for (auto entry = held.begin(); entry != held.end();) {
      if (random() % 3 != 0) {
        ++entry;
        continue;
      }
      store.Free(entry->first);
      entry = held.erase(entry);
    }
  }
  std::vector<uint32_t> slots;
  std::vector<int64_t> numbers;
  for (const auto& [slot, number] : held) {
    slots.push_back(slot);
    numbers.push_back(number);
  }
  EXPECT_EQ(store.rows(), held.size());
  ExpectRows(store, slots, numbers);
}

TEST(RowStoreTest, RowsAreReadAsTheyWereWritten) {
  std::vector<int64_t> numbers(1000);
  std::vector<int32_t> rows;
  for (size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = static_cast<int64_t>(i);
    rows.push_back(static_cast<int32_t>(i));
  }
  RowStore store(Types());
  std::vector<uint32_t> slots;
  store.Add(RowsOf(numbers), rows, &slots);
  RowStore copy(Types());
  std::vector<uint32_t> copied;
  for (const uint32_t slot : slots) {
    std::string bytes = "before";
    store.Write(slot, &bytes);
    ASSERT_TRUE(bytes.starts_with("before"));
    const auto read = copy.Read(std::string_view(bytes).substr(6));
    ASSERT_TRUE(read.has_value());
    copied.push_back(*read);
    EXPECT_FALSE(copy.Read(std::string_view(bytes).substr(6, bytes.size() - 7)).has_value());
  }
  ExpectRows(copy, copied, numbers);
}

TEST(RowStoreTest, LongTextsAreGivenBackWithTheirRows) {
  RowStore store({DataType::String()});
  arrow::StringBuilder builder;
  for (int i = 0; i < 100; ++i) CHECK(builder.Append(std::string(10'000, 'x')).ok());
  const std::vector<std::shared_ptr<arrow::Array>> columns = {*builder.Finish()};
  std::vector<int32_t> rows(100);
  for (int32_t i = 0; i < 100; ++i) rows[static_cast<size_t>(i)] = i;
  std::vector<uint32_t> slots;
  store.Add(columns, rows, &slots);
  EXPECT_GT(store.memory_bytes(), 1'000'000u);
  for (const uint32_t slot : slots) store.Free(slot);
  EXPECT_LT(store.memory_bytes(), 10'000u);
}

}  // namespace
}  // namespace millrace
