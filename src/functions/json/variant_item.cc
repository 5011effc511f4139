// SPDX-License-Identifier: Apache-2.0
// variant[index] and variant['name'], on the text that a VARIANT is held as: it has one form, so
// names are compared as they are written, and only strings hide brackets and commas.
#include "functions/json/json_node.h"
#include "functions/json/variant.h"
#include "functions/row_kernel.h"
#include "functions/signature.h"

namespace millrace {
namespace {

using Text = std::string_view;

size_t StringEnd(Text text, size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at) at += text[at] == '\\' ? 1 : 0;
  return at + 1;
}

/// Behind the value that begins there.
size_t ValueEnd(Text text, size_t at) {
  size_t depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (depth == 0 && (c == ',' || c == ']' || c == '}')) return at;
    if (c == '"') {
      at = StringEnd(text, at);
      continue;
    }
    depth += c == '[' || c == '{' ? 1 : 0;
    depth -= c == ']' || c == '}' ? 1 : 0;
    ++at;
  }
  return at;
}

/// Calls visit(begin) at each member or element, until it gives a value.
template <typename F>
std::optional<Text> FindItem(Text container, F&& visit) {
  size_t at = 1;
  while (at + 1 < container.size()) {
    size_t value = at;
    const bool found = visit(&value);
    const size_t end = ValueEnd(container, value);
    if (found) return container.substr(value, end - value);
    at = end + 1;
  }
  return std::nullopt;
}

template <typename Out>
void SetItem(Out& out, const std::optional<Text>& item) {
  item ? out.Set(*item) : out.Null();
}

void ElementAt(StringWriter& out, Text variant, int64_t index) {
  if (!variant.starts_with('[')) {
    return out.Fail(kInvalidArgument, "an index needs a VARIANT that is an array");
  }
  int64_t place = 0;
  SetItem(out, FindItem(variant, [&](size_t*) { return ++place == index; }));
}

void MemberOf(StringWriter& out, Text variant, Text name) {
  if (!variant.starts_with('{')) {
    return out.Fail(kInvalidArgument, "a name needs a VARIANT that is an object");
  }
  std::string written;
  AppendJsonText(name, &written);
  SetItem(out, FindItem(variant, [&](size_t* at) {
            const size_t end = StringEnd(variant, *at);
            const bool found = variant.substr(*at, end - *at) == written;
            *at = end + 1;
            return found;
          }));
}

}  // namespace

Result<ResolvedCall> ResolveVariantItem(const CallSite& site) {
  const Argument& item = site.args[1];
  ResolvedCall resolved{.result = site.args[0].type.Nullable(),
                        .arg_types = {site.args[0].type},
                        .kernel = RowKernel<Text, Text, int64_t>(ElementAt)};
  if (item.type.is_character()) {
    resolved.arg_types.push_back(item.type);
    resolved.kernel = RowKernel<Text, Text, Text>(MemberOf);
  } else if (item.type.is_integer() && !item.bare_null) {
    resolved.arg_types.push_back(DataType::BigInt().Nullable(item.type.nullable()));
  } else {
    return NoSignature("[]", site, "variant[index], variant['name']");
  }
  return resolved;
}

}  // namespace millrace
