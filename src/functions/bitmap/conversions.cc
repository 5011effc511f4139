// SPDX-License-Identifier: Apache-2.0
// BITMAPs made from arrays and bytes, and back. Integers are signed outside and unsigned inside a
// bitmap, as in Flink: -1 is the greatest value, and text shows it as 4294967295.
#include <arrow/array/array_primitive.h>
#include <arrow/array/builder_nested.h>
#include <arrow/array/builder_primitive.h>

#include "data/bitmap/bitmap.h"
#include "functions/bitmap/register.h"
#include "functions/coercion.h"
#include "functions/collection/lists.h"
#include "functions/row_kernel.h"
#include "functions/signature.h"

namespace millrace {
namespace {

using Bytes = std::string_view;

DataType BitmapLike(const CallSite& site) {
  return DataType::Of(TypeKind::kBitmap).Nullable(AnyNullable(site));
}

Result<arrow::Datum> BuildKernel(KernelContext& ctx, const Arguments& args, int64_t length) {
  return RunKernel(ctx, args, length, [&](int64_t rows) {
    const ListArgument list(args[0]);
    const auto& values = static_cast<const arrow::Int32Array&>(*list.elements());
    StringWriter out(&ctx, rows);
    for (int64_t i = 0; i < rows; ++i, out.EndRow()) {
      if (list.IsNull(i)) {
        out.Null();
        continue;
      }
      Bitmap bitmap;
      for (int32_t j = list.begin(i); j < list.end(i); ++j) {
        if (!values.IsNull(j)) bitmap.Add(static_cast<uint32_t>(values.Value(j)));
      }
      bitmap.AppendBytes(&out.bytes());
    }
    return out.Finish(ctx.result_type.ToArrow());
  });
}

Result<ResolvedCall> ResolveBuild(const CallSite& site) {
  constexpr Bytes kSignature = "BITMAP_BUILD(ARRAY<INT>)";
  TRY(CheckCount("BITMAP_BUILD", site, 1, 1, kSignature));
  TRY(CheckArray("BITMAP_BUILD", site, 0, kSignature));
  const DataType wanted = DataType::Array(DataType::Int()).Nullable(site.args[0].type.nullable());
  if (!CanImplicitlyCast(site.args[0].type, wanted)) {
    return NoSignature("BITMAP_BUILD", site, kSignature);
  }
  return ResolvedCall{.result = BitmapLike(site), .arg_types = {wanted}, .kernel = BuildKernel};
}

Result<ResolvedCall> ResolveFromBytes(const CallSite& site) {
  constexpr Bytes kSignature = "BITMAP_FROM_BYTES(bytes)";
  if (site.args.size() != 1) return WrongArgumentCount("BITMAP_FROM_BYTES", site, kSignature);
  if (!site.args[0].type.is_binary()) return NoSignature("BITMAP_FROM_BYTES", site, kSignature);
  return ResolvedCall{.result = BitmapLike(site),
                      .arg_types = {site.args[0].type},
                      .kernel = RowKernel<Bytes, Bytes>([](auto& out, Bytes bytes) {
                        const auto bitmap = Bitmap::Parse(bytes);
                        if (!bitmap) {
                          out.Fail(kInvalidArgument, "BITMAP_FROM_BYTES: the bytes are no bitmap");
                        } else {
                          bitmap->AppendBytes(&out.bytes());
                        }
                      })};
}

Result<arrow::Datum> ToArrayKernel(KernelContext& ctx, const Arguments& args, int64_t length) {
  return RunFallible(
      ctx, args, length, [&](int64_t rows) -> Result<std::shared_ptr<arrow::ArrayData>> {
        const StringReader bitmaps(args[0]);
        const auto values = std::make_shared<arrow::Int32Builder>();
        arrow::ListBuilder lists(arrow::default_memory_pool(), values, ctx.result_type.ToArrow());
        arrow::Status status;
        for (int64_t i = 0; i < rows && status.ok(); ++i) {
          if (bitmaps.IsNull(i)) {
            status = lists.AppendNull();
            continue;
          }
          status = lists.Append();
          Bitmap::FromBytes(bitmaps[i]).ForEach([&](uint32_t value) {
            if (status.ok()) status = values->Append(static_cast<int32_t>(value));
          });
        }
        std::shared_ptr<arrow::Array> result;
        if (status.ok()) status = lists.Finish(&result);
        if (!status.ok()) return InternalError("BITMAP_TO_ARRAY", status.ToString());
        return result->data();
      });
}

ScalarFunction Reading(std::string name, DataType result, ScalarKernel kernel, std::string summary,
                       std::string example_result) {
  const std::string signature = name + "(bitmap)";
  ScalarFunction function;
  function.name = name;
  function.doc = {"bitmap", signature, std::move(summary), name + "(BITMAP_BUILD(ARRAY[5, 1, 3]))",
                  std::move(example_result)};
  function.resolve = [=](const CallSite& site) -> Result<ResolvedCall> {
    TRY_ASSIGN(auto types, MatchBitmaps(name, site, 1, signature));
    return ResolvedCall{.result = result.Nullable(AnyNullable(site)),
                        .arg_types = std::move(types),
                        .kernel = kernel,
                        .can_fail = false};
  };
  return function;
}

}  // namespace

void RegisterBitmapConversions(FunctionRegistry* registry) {
  registry->Register({.name = "BITMAP_BUILD",
                      .aliases = {},
                      .doc = {.group = "bitmap",
                              .signature = "BITMAP_BUILD(array)",
                              .summary = "The BITMAP of the integers of an ARRAY<INT>, NULLs left "
                                         "out.",
                              .example = "BITMAP_BUILD(ARRAY[5, 1, 3, 1])",
                              .result = "{1,3,5}"},
                      .resolve = ResolveBuild});
  registry->Register(
      {.name = "BITMAP_FROM_BYTES",
       .aliases = {},
       .can_fail = true,
       .doc = {.group = "bitmap",
               .signature = "BITMAP_FROM_BYTES(bytes)",
               .summary = "The BITMAP of the bytes, in RoaringBitmap's portable serialization.",
               .example = "BITMAP_FROM_BYTES(X'3A300000010000000000020010000000010003000500')",
               .result = "{1,3,5}"},
       .resolve = ResolveFromBytes});
  registry->Register(Reading("BITMAP_CARDINALITY", DataType::BigInt(),
                             RowKernel<int64_t, Bytes>([](auto& out, Bytes bytes) {
                               out.Set(static_cast<int64_t>(Bitmap::FromBytes(bytes).size()));
                             }),
                             "How many values it has.", "3"));
  registry->Register(Reading("BITMAP_TO_ARRAY", DataType::Array(DataType::Int()), ToArrayKernel,
                             "The values as an ARRAY<INT>, in the order of unsigned integers.",
                             "[1, 3, 5]"));
  registry->Register(
      Reading("BITMAP_TO_BYTES", DataType::Bytes(),
              RowKernel<Bytes, Bytes>([](auto& out, Bytes bytes) { out.Set(bytes); }),
              "The bytes in RoaringBitmap's portable serialization.",
              "[58, 48, 0, 0, 1, 0, 0, 0, 0, 0, 2, 0, 16, 0, 0, 0, 1, 0, 3, 0, 5, 0]"));
  registry->Register(Reading("BITMAP_TO_STRING", DataType::String(),
                             RowKernel<Bytes, Bytes>([](auto& out, Bytes bytes) {
                               Bitmap::FromBytes(bytes).AppendText(&out.bytes());
                             }),
                             "The values as text, unsigned and in order.", "{1,3,5}"));
}

}  // namespace millrace
