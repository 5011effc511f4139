// SPDX-License-Identifier: Apache-2.0
// Against Arrow's own count, whole columns and slices.
#include "runtime/memory/batch_bytes.h"

#include <arrow/array.h>
#include <arrow/json/from_string.h>
#include <arrow/type.h>
#include <arrow/util/byte_size.h>
#include <gtest/gtest.h>

namespace millrace {
namespace {

std::shared_ptr<arrow::Array> Json(const std::shared_ptr<arrow::DataType>& type,
                                   const std::string& text) {
  return *arrow::json::ArrayFromJSONString(type, text);
}

TEST(BatchBytesTest, CountsWhatItsRowsTake) {
  const auto record = arrow::struct_(
      {arrow::field("a", arrow::int64()), arrow::field("b", arrow::list(arrow::utf8()))});
  const std::vector<std::shared_ptr<arrow::Array>> columns = {
      Json(arrow::int64(), "[1, null, 3, 4, 5]"),
      Json(arrow::boolean(), "[true, false, true, true, null]"),
      Json(arrow::decimal128(20, 2), R"(["1.00", "2.00", null, "4.00", "5.00"])"),
      Json(arrow::utf8(), R"(["a", "", null, "long text", "e"])"),
      Json(arrow::map(arrow::utf8(), arrow::int32()),
           R"([[["k", 1], ["l", 2]], null, [], [["m", 3]], [["n", null]]])"),
      Json(record, R"([{"a": 1, "b": ["x"]}, null, {"a": 3, "b": null}, {"a": 4, "b": ["y", "zz"]},
                      {"a": 5, "b": []}])"),
      Json(arrow::null(), "[null, null, null, null, null]"),
  };
  for (const auto& column : columns) {
    for (int64_t begin = 0; begin <= 5; ++begin) {
      for (int64_t rows = 0; begin + rows <= 5; ++rows) {
        const auto slice = column->Slice(begin, rows);
        const auto expected = arrow::util::ReferencedBufferSize(*slice);
        ASSERT_TRUE(expected.ok());
        Batch batch;
        batch.num_rows = rows;
        batch.columns = {slice};
        // Of a slice, Arrow counts some bytes of bits and offsets differently.
        EXPECT_NEAR(static_cast<double>(BatchBytes(batch)), static_cast<double>(*expected), 12)
            << column->type()->ToString() << " " << begin << " " << rows;
        if (rows == 5 && column->num_fields() == 0) {
          EXPECT_EQ(BatchBytes(batch), static_cast<uint64_t>(*expected))
              << column->type()->ToString();
        }
      }
    }
  }
}

}  // namespace
}  // namespace millrace
