// SPDX-License-Identifier: Apache-2.0
// Fuzzes the JSON decoder: any bytes, as a stream cut in two and as one buffer, must give the same
// rows, valid columns, and no crash. The first byte chooses the options.
#include <arrow/array/array_base.h>

#include <cstdlib>
#include <cstring>

#include "data/row_format.h"
#include "formats/json/decoder.h"

namespace millrace {
namespace {

const Schema& FuzzSchema() {
  static const Schema schema({{"i", DataType::Int()},
                              {"b", DataType::BigInt()},
                              {"s", DataType::String()},
                              {"d", DataType::Double()},
                              {"f", DataType::Float()},
                              {"o", DataType::Boolean()},
                              {"n", DataType::Decimal(20, 3)},
                              {"t", DataType::Timestamp(9)},
                              {"y", DataType::Bytes()},
                              {"a", DataType::Array(DataType::Row({{"x", DataType::Int()}}))},
                              {"m", DataType::Map(DataType::String(), DataType::Date())}});
  return schema;
}

std::string DecodeAll(JsonDecoder* decoder, std::string_view input, size_t cut) {
  std::string shown;
  std::string carried;
  for (const std::string_view part : {input.substr(0, cut), input.substr(cut)}) {
    std::string buffer = carried + std::string(part);
    const size_t size = buffer.size();
    const bool at_end = part.data() + part.size() == input.data() + input.size();
    buffer.append(kDecodePadding, '\0');
    std::vector<RecordSlice> records;
    const size_t used = decoder->Frame({buffer.data(), size}, at_end, &records);
    auto decoded = decoder->Decode({buffer.data(), size}, records);
    if (!decoded) std::abort();
    for (const auto& column : decoded->batch.columns) {
      if (!column->ValidateFull().ok()) std::abort();
    }
    for (int64_t row = 0; row < decoded->batch.num_rows; ++row) {
      shown += FormatRow(FuzzSchema(), decoded->batch, row) + "\n";
    }
    carried = buffer.substr(used, size - used);
    if (at_end) break;
  }
  return shown;
}

}  // namespace
}  // namespace millrace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace millrace;
  if (size < 2) return 0;
  const bool ignore = data[0] % 2 == 1;
  JsonDecoder decoder(FuzzSchema(), {.ignore_parse_errors = ignore});
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string whole = DecodeAll(&decoder, input, input.size());
  if (DecodeAll(&decoder, input, data[0] % (input.size() + 1)) != whole) std::abort();
  return 0;
}
