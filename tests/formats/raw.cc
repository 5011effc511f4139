// SPDX-License-Identifier: Apache-2.0
#include "formats/record_suite.h"

namespace millrace {
namespace {

INSTANTIATE_TEST_SUITE_P(
    Raw, RecordFormatTest,
    testing::Values(RecordFormatCase{.name = "text",
                                     .format = "raw",
                                     .schema = Schema({{"s", DataType::String()}}),
                                     .lines = "one line\n\nthree \xC3\xA9\n",
                                     .bad_line = "\xFF"},
                    RecordFormatCase{.name = "big_endian",
                                     .format = "raw",
                                     .schema = Schema({{"i", DataType::Int()}}),
                                     .lines = std::string("\0\0\0\1\n\x7F\xFF\xFF\xFF\n", 10),
                                     .bad_line = "12345"},
                    RecordFormatCase{.name = "little_endian",
                                     .format = "raw",
                                     .options = {{"endianness", {"little-endian"}}},
                                     .schema = Schema({{"d", DataType::Double()}}),
                                     .lines = std::string("\0\0\0\0\0\0\xF8\x3F\n", 9),
                                     .bad_line = "1"}),
    RecordFormatName);

}  // namespace
}  // namespace millrace
