// SPDX-License-Identifier: Apache-2.0
// BITMAP_AND, BITMAP_OR, BITMAP_XOR, BITMAP_ANDNOT.
#include "data/bitmap/bitmap.h"
#include "functions/bitmap/register.h"
#include "functions/row_kernel.h"
#include "functions/signature.h"

namespace millrace {
namespace {

struct Operation {
  const char* name;
  void (Bitmap::*apply)(const Bitmap&);
  const char* summary;
  const char* result;  // of {1,3,5} and {5,9}
};

void RegisterOperation(FunctionRegistry* registry, const Operation& operation) {
  const std::string name = operation.name;
  const std::string signature = name + "(bitmap, bitmap)";
  ScalarFunction function;
  function.name = name;
  function.doc = {"bitmap", signature, operation.summary,
                  name + "(BITMAP_BUILD(ARRAY[1, 3, 5]), BITMAP_BUILD(ARRAY[5, 9]))",
                  operation.result};
  function.resolve = [name, signature,
                      apply = operation.apply](const CallSite& site) -> Result<ResolvedCall> {
    TRY_ASSIGN(auto types, MatchBitmaps(name, site, 2, signature));
    return ResolvedCall{.result = DataType::Of(TypeKind::kBitmap).Nullable(AnyNullable(site)),
                        .arg_types = std::move(types),
                        .kernel = RowKernel<std::string_view, std::string_view, std::string_view>(
                            [apply](auto& out, std::string_view left, std::string_view right) {
                              Bitmap result = Bitmap::FromBytes(left);
                              (result.*apply)(Bitmap::FromBytes(right));
                              result.AppendBytes(&out.bytes());
                            }),
                        .can_fail = false};
  };
  registry->Register(std::move(function));
}

}  // namespace

void RegisterBitmapOperations(FunctionRegistry* registry) {
  const Operation operations[] = {
      {"BITMAP_AND", &Bitmap::KeepCommon, "What is in both.", "{5}"},
      {"BITMAP_ANDNOT", &Bitmap::RemoveAll, "What is in the first and not in the second.", "{1,3}"},
      {"BITMAP_OR", &Bitmap::AddAll, "What is in one or both.", "{1,3,5,9}"},
      {"BITMAP_XOR", &Bitmap::Flip, "What is in one, but not in both.", "{1,3,9}"}};
  for (const Operation& operation : operations) RegisterOperation(registry, operation);
}

}  // namespace millrace
