// SPDX-License-Identifier: Apache-2.0
// MD5, SHA1, SHA224, SHA256, SHA384, SHA512 and SHA2, as lower-case hexadecimal text, over the
// bytes of a string or of binary data.
#include <openssl/evp.h>

#include "functions/kernel_support.h"
#include "functions/simple_function.h"
#include "functions/string/text.h"

namespace millrace {
namespace {

void AppendDigest(StringWriter& out, const EVP_MD* algorithm, Text data) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_Digest(data.data(), data.size(), digest, &size, algorithm, nullptr) != 1) {
    return out.Fail(kInvalidArgument, "this system's OpenSSL does not offer the digest");
  }
  constexpr char kDigits[] = "0123456789abcdef";
  for (unsigned int i = 0; i < size; ++i) {
    out.Append(kDigits[digest[i] >> 4]);
    out.Append(kDigits[digest[i] & 15]);
  }
}

void Register(FunctionRegistry* registry, std::string name, const EVP_MD* (*algorithm)(),
              int length, std::string example_result) {
  registry->Register(
      MakeSimple({.name = name,
                  .parameters = {Parameter::kTextOrBytes},
                  .result = Always(DataType::Char(length)),
                  .can_fail = true,
                  .kernel = RowKernel<Text, Text>([algorithm](StringWriter& out, Text data) {
                    AppendDigest(out, algorithm(), data);
                  }),
                  .doc = {.group = "string",
                          .signature = name + "(string or bytes)",
                          .summary = "The " + name + " digest as hexadecimal text.",
                          .example = name + "('abc')",
                          .result = std::move(example_result)}}));
}

void Sha2(StringWriter& out, Text data, int64_t bits) {
  switch (bits) {
    case 224: return AppendDigest(out, EVP_sha224(), data);
    case 256: return AppendDigest(out, EVP_sha256(), data);
    case 384: return AppendDigest(out, EVP_sha384(), data);
    case 512: return AppendDigest(out, EVP_sha512(), data);
    default:
      return out.Fail(kInvalidArgument,
                      "SHA2 knows 224, 256, 384 and 512 bits, not " + std::to_string(bits));
  }
}

}  // namespace

void RegisterHashFunctions(FunctionRegistry* registry) {
  Register(registry, "MD5", EVP_md5, 32, "900150983cd24fb0d6963f7d28e17f72");
  Register(registry, "SHA1", EVP_sha1, 40, "a9993e364706816aba3e25717850c26c9cd0d89d");
  Register(registry, "SHA224", EVP_sha224, 56,
           "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7");
  Register(registry, "SHA256", EVP_sha256, 64,
           "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Register(
      registry, "SHA384", EVP_sha384, 96,
      "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca1"
      "34c825a7");
  Register(
      registry, "SHA512", EVP_sha512, 128,
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23"
      "a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
  registry->Register(
      MakeSimple({.name = "SHA2",
                  .parameters = {Parameter::kTextOrBytes, Parameter::kBigInt},
                  .min = 2,
                  .max = 2,
                  .result = Always(DataType::Varchar(128)),
                  .can_fail = true,
                  .kernel = RowKernel<Text, Text, int64_t>(Sha2),
                  .doc = {.group = "string",
                          .signature = "SHA2(string or bytes, bits)",
                          .summary = "The SHA-2 digest of 224, 256, 384 or 512 bits as hexadecimal "
                                     "text.",
                          .example = "SHA2('abc', 224)",
                          .result = "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"}}));
}

}  // namespace millrace
