// SPDX-License-Identifier: Apache-2.0
#include "expr/shared_columns.h"

#include <arrow/array/builder_nested.h>
#include <arrow/array/builder_primitive.h>
#include <gtest/gtest.h>

#include "data/row_format.h"

namespace millrace {
namespace {

const DataType kBoolean = DataType::Boolean();
const DataType kRow = DataType::Row({{"n", DataType::BigInt()}, {"b", kBoolean}});

ExpressionPtr Column(int index) { return Expression::InputRef(index, kBoolean, "c"); }
ExpressionPtr Both() { return Expression::And({Column(0), Column(1)}); }

class SharedColumnsTest : public testing::Test {
 protected:
  /// Two BOOLEAN columns and a ROW, which is NULL in the last row.
  Batch Rows() {
    arrow::BooleanBuilder first, second;
    EXPECT_TRUE(first.AppendValues(std::vector<bool>{true, true, false}).ok());
    EXPECT_TRUE(second.AppendValues(std::vector<bool>{true, false, false}).ok());
    auto numbers = std::make_shared<arrow::Int64Builder>();
    auto flags = std::make_shared<arrow::BooleanBuilder>();
    arrow::StructBuilder rows(kRow.ToArrow(), arrow::default_memory_pool(), {numbers, flags});
    for (int i = 0; i < 3; ++i) {
      EXPECT_TRUE(rows.Append(i < 2).ok());
      EXPECT_TRUE(numbers->Append(i).ok());
      EXPECT_TRUE(flags->Append(true).ok());
    }
    Batch batch;
    batch.num_rows = 3;
    batch.columns = {*first.Finish(), *second.Finish(), *rows.Finish()};
    return batch;
  }

  std::string Evaluate(std::vector<ExpressionPtr> expressions, const Batch& batch) {
    Schema schema;
    for (const auto& expression : expressions) schema.Append({"x", expression->type()});
    Evaluator evaluator(std::move(expressions), &session_);
    RowErrors errors;
    Batch result;
    result.num_rows = batch.num_rows;
    result.columns = *evaluator.Evaluate(batch, &errors);
    std::string text;
    for (int64_t row = 0; row < result.num_rows; ++row) text += FormatRow(schema, result, row);
    return text;
  }

  /// How many columns were shared; the rewritten expressions must give what the others gave.
  size_t Shared(std::vector<ExpressionPtr> expressions, size_t deciding) {
    const Batch batch = Rows();
    const std::string before = Evaluate(expressions, batch);
    SharedColumns shared(3, deciding, &session_, &expressions);
    const Batch wide = *shared.AppendTo(batch);
    EXPECT_EQ(wide.columns.size(), 3 + shared.size());
    EXPECT_EQ(Evaluate(expressions, wide), before);
    return shared.size();
  }

  SessionContext session_;
};

TEST_F(SharedColumnsTest, WhatStandsTwiceIsComputedOnce) {
  EXPECT_EQ(Shared({Both(), Both()}, 2), 1u);
  EXPECT_EQ(Shared({Both(), Expression::Or({Column(0), Both()})}, 2), 1u);
  EXPECT_EQ(Shared({Both(), Column(0), Column(0)}, 3), 0u);
}

TEST_F(SharedColumnsTest, WhatOnlyABranchNeedsStaysThere) {
  const auto branch = [](ExpressionPtr value) {
    return Expression::Case({Column(0), std::move(value), Column(1)}, kBoolean);
  };
  EXPECT_EQ(Shared({branch(Both()), Expression::Or({branch(Both()), Column(1)})}, 2), 1u)
      << "the CASE itself stands twice, and what it holds once";
  EXPECT_EQ(Shared({branch(Both()), branch(Expression::Or({Both(), Column(1)}))}, 2), 0u);
  EXPECT_EQ(Shared({branch(Both()), Both()}, 2), 1u) << "every row needs it in the second";
  EXPECT_EQ(Shared({Column(0), Both(), Both()}, 1), 0u) << "the deciding one does not hold it";
}

TEST_F(SharedColumnsTest, FieldsOfRowsAreColumnsOfTheirOwn) {
  const auto row = Expression::InputRef(2, kRow, "r");
  const auto number = Expression::FieldAccess(row, 0);
  const auto flag = Expression::FieldAccess(row, 1);
  EXPECT_EQ(Shared({number}, 0), 1u);
  EXPECT_EQ(Shared({number, flag, number, row}, 0), 2u);
  EXPECT_EQ(Shared({Expression::Case({Column(0), flag, Column(1)}, kBoolean)}, 1), 1u);
}

}  // namespace
}  // namespace millrace
