// SPDX-License-Identifier: Apache-2.0
// STR_TO_MAP: text of pairs to a MAP. Both delimiters are regular expressions, empty parts at the
// end are dropped, the last of equal keys wins, a part without the second delimiter is a key with
// NULL.
#include <algorithm>

#include "functions/kernel_support.h"
#include "functions/regex/java_regex.h"
#include "functions/regex/register.h"
#include "functions/simple_function.h"
#include "functions/text_list.h"

namespace millrace {
namespace {

using Text = std::string_view;

constexpr char kWrongPattern[] = "a delimiter of STR_TO_MAP is not a valid regular expression";

/// java.lang.String.split: at most `limit` parts if positive; else all, without empty ones at the
/// end. An empty match at the start makes no part. An error message, or null.
const char* Split(RegexCache& cache, Text text, Text delimiter, size_t limit,
                  std::vector<Text>* parts) {
  parts->clear();
  JavaRegex* regex = cache.Find(delimiter);
  if (regex == nullptr) return kWrongPattern;
  regex->SetText(text);
  size_t start = 0;
  RegexOutcome outcome = RegexOutcome::kNotFound;
  while ((limit == 0 || parts->size() + 1 < limit) &&
         (outcome = regex->FindNext()) == RegexOutcome::kFound) {
    const RegexGroup match = regex->groups()[0];
    if (match.end == 0) continue;
    parts->push_back(text.substr(start, match.begin - start));
    start = match.end;
  }
  if (outcome == RegexOutcome::kGaveUp) return kRegexGaveUp;
  parts->push_back(text.substr(start));
  if (limit == 0 && parts->size() > 1) {
    while (!parts->empty() && parts->back().empty()) parts->pop_back();
  }
  return nullptr;
}

struct Pair {
  Text key;
  std::optional<Text> value;
};

class MapWriter {
 public:
  MapWriter(KernelContext& ctx, RegexCache& cache, int64_t rows)
      : ctx_(ctx), cache_(cache), keys_(rows), values_(rows) {}

  void Row(int64_t row, Text text, Text list_delimiter, Text pair_delimiter) {
    pairs_.clear();
    const char* error = text.empty() ? nullptr : ReadPairs(text, list_delimiter, pair_delimiter);
    if (error != nullptr) {
      ctx_.errors->Add(row, kInvalidArgument, error);
      return Null();
    }
    for (const Pair& pair : pairs_) {
      keys_.Append(pair.key);
      if (pair.value.has_value()) {
        values_.Append(*pair.value);
      } else {
        values_.AppendNull();
      }
    }
    keys_.EndRow();
    values_.EndRow();
  }
  void Null() {
    keys_.Null();
    keys_.EndRow();
    values_.EndRow();
  }

  std::shared_ptr<arrow::ArrayData> Finish() {
    const auto type = std::static_pointer_cast<arrow::MapType>(ctx_.result_type.ToArrow());
    auto keys = keys_.FinishElements(ctx_.result_type.key());
    auto values = values_.FinishElements(ctx_.result_type.value());
    const int64_t entries = keys->length;
    auto pairs = arrow::ArrayData::Make(type->value_type(), entries, {nullptr},
                                        {std::move(keys), std::move(values)}, 0);
    return arrow::ArrayData::Make(type, static_cast<int64_t>(keys_.row_ends().size()) - 1,
                                  {keys_.Validity(), keys_.RowEndsBuffer()}, {std::move(pairs)},
                                  keys_.null_count());
  }

 private:
  const char* ReadPairs(Text text, Text list_delimiter, Text pair_delimiter) {
    const char* error = Split(cache_, text, list_delimiter, 0, &parts_);
    if (error != nullptr) return error;
    for (const Text part : parts_) {
      error = Split(cache_, part, pair_delimiter, 2, &halves_);
      if (error != nullptr) return error;
      Pair pair{.key = part, .value = std::nullopt};
      if (halves_.size() == 2) pair = {.key = halves_[0], .value = halves_[1]};
      const auto same = std::find_if(pairs_.begin(), pairs_.end(),
                                     [&](const Pair& held) { return held.key == pair.key; });
      if (same == pairs_.end()) {
        pairs_.push_back(pair);
      } else {
        same->value = pair.value;
      }
    }
    return nullptr;
  }

  KernelContext& ctx_;
  RegexCache& cache_;
  TextListWriter keys_;
  TextListWriter values_;
  std::vector<Text> parts_;
  std::vector<Text> halves_;
  std::vector<Pair> pairs_;
};

Result<arrow::Datum> StrToMap(KernelContext& ctx, const Arguments& args, int64_t length) {
  auto& cache = StateOf<RegexCache>(ctx, [] { return std::make_unique<RegexCache>(); });
  return RunKernel(ctx, args, length, [&](int64_t rows) {
    const std::vector<StringReader> readers(args.begin(), args.end());
    MapWriter out(ctx, cache, rows);
    for (int64_t i = 0; i < rows; ++i) {
      const bool null = std::any_of(readers.begin(), readers.end(),
                                    [i](const StringReader& reader) { return reader.IsNull(i); });
      if (null) {
        out.Null();
      } else if (readers.size() == 3) {
        out.Row(i, readers[0][i], readers[1][i], readers[2][i]);
      } else {
        out.Row(i, readers[0][i], ",", "=");
      }
    }
    return out.Finish();
  });
}

}  // namespace

void RegisterStrToMap(FunctionRegistry* registry) {
  ScalarFunction function = MakeSimple(
      {.name = "STR_TO_MAP",
       .parameters = {Parameter::kText},
       .min = 1,
       .max = 3,
       .result = Always(DataType::Map(DataType::String(), DataType::String())),
       .nullable = SimpleFunction::Nullable::kAlways,
       .can_fail = true,
       .kernel = StrToMap,
       .doc = {.group = "collection",
               .signature = "STR_TO_MAP(string [, list delimiter, pair delimiter])",
               .summary = "The pairs in a string as a MAP. The delimiters, by default ',' and '=', "
                          "are regular expressions.",
               .example = "STR_TO_MAP('a=1,b=2')['b']",
               .result = "2"}});
  function.resolve = [resolve = function.resolve, signature = function.doc.signature](
                         const CallSite& site) -> Result<ResolvedCall> {
    if (site.args.size() == 2) return WrongArgumentCount("STR_TO_MAP", site, signature);
    return resolve(site);
  };
  registry->Register(std::move(function));
}

}  // namespace millrace
