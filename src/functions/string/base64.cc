// SPDX-License-Identifier: Apache-2.0
// TO_BASE64 and FROM_BASE64, strict as java.util.Base64: no white space, padding may be left out,
// and what is wrong fails the row.
#include "functions/base64.h"
#include "functions/kernel_support.h"
#include "functions/simple_function.h"
#include "functions/string/text.h"

namespace millrace {
namespace {

void ToBase64(StringWriter& out, Text data) { AppendBase64(data, &out.bytes()); }

void FromBase64(StringWriter& out, Text text) {
  std::string bytes;
  const char* error = DecodeBase64(text, &bytes);
  if (error != nullptr) {
    return out.Fail(kInvalidArgument,
                    std::string("FROM_BASE64 cannot decode its argument: ") + error);
  }
  AppendRepaired(bytes, &out.bytes());
}

}  // namespace

void RegisterBase64Functions(FunctionRegistry* registry) {
  registry->Register(MakeSimple({.name = "TO_BASE64",
                                 .parameters = {Parameter::kTextOrBytes},
                                 .result = Always(DataType::String()),
                                 .kernel = RowKernel<Text, Text>(ToBase64),
                                 .doc = {.group = "string",
                                         .signature = "TO_BASE64(string or bytes)",
                                         .summary = "The bytes in base64.",
                                         .example = "TO_BASE64('hello')",
                                         .result = "aGVsbG8="}}));
  registry->Register(MakeSimple({.name = "FROM_BASE64",
                                 .parameters = {Parameter::kTextOrBytes},
                                 .result = Always(DataType::String()),
                                 .can_fail = true,
                                 .kernel = RowKernel<Text, Text>(FromBase64),
                                 .doc = {.group = "string",
                                         .signature = "FROM_BASE64(string or bytes)",
                                         .summary = "The text that was encoded in base64.",
                                         .example = "FROM_BASE64('aGVsbG8=')",
                                         .result = "hello"}}));
}

}  // namespace millrace
