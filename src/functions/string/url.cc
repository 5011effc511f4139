// SPDX-License-Identifier: Apache-2.0
// URL_ENCODE, URL_DECODE (application/x-www-form-urlencoded, UTF-8) and PARSE_URL, which takes a
// URL apart as java.net.URL does: only protocols it knows, and no decoding.
#include <optional>

#include "functions/kernel_support.h"
#include "functions/simple_function.h"
#include "functions/string/text.h"

namespace millrace {
namespace {

void UrlEncode(StringWriter& out, Text text) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '*' || c == '-' || c == '_' || c == '.';
    if (plain) {
      out.Append(c);
    } else if (c == ' ') {
      out.Append('+');
    } else {
      out.Append('%');
      out.Append(kDigits[static_cast<uint8_t>(c) >> 4]);
      out.Append(kDigits[static_cast<uint8_t>(c) & 15]);
    }
  }
}

int DigitOf(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void UrlDecode(StringWriter& out, Text text) {
  std::string bytes;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      bytes.push_back(' ');
    } else if (text[i] != '%') {
      bytes.push_back(text[i]);
    } else {
      if (i + 2 >= text.size()) return out.Null();
      const int high = DigitOf(text[i + 1]);
      const int low = DigitOf(text[i + 2]);
      if (high < 0 || low < 0) return out.Null();
      bytes.push_back(static_cast<char>(high << 4 | low));
      i += 2;
    }
  }
  AppendRepaired(bytes, &out.bytes());
}

struct Url {
  std::string protocol;
  std::optional<Text> authority;
  std::optional<Text> user;
  Text host;
  Text path;
  std::optional<Text> query;
  std::optional<Text> reference;
};

bool IsPort(Text text) {
  if (text.starts_with('-')) return text == "-1";
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
  }
  return text.size() <= 9;
}

/// Splits `//user@host:port`; false if the port is not a number or a bracket stays open.
bool ParseAuthority(Text authority, Url* url) {
  url->authority = authority;
  Text host = authority;
  const size_t at = host.find('@');
  if (at != Text::npos) {
    if (host.rfind('@') != at) {
      url->host = {};
      return true;
    }
    url->user = host.substr(0, at);
    host.remove_prefix(at + 1);
  }
  size_t port = host.find(':');
  if (host.starts_with('[')) {
    const size_t bracket = host.find(']');
    if (bracket == Text::npos || bracket < 3) return false;
    port = bracket + 1 < host.size() ? bracket + 1 : Text::npos;
    if (port != Text::npos && host[port] != ':') return false;
  }
  if (port != Text::npos) {
    if (!IsPort(host.substr(port + 1))) return false;
    host = host.substr(0, port);
  }
  url->host = host;
  return true;
}

std::optional<Url> ParseUrl(Text text) {
  while (!text.empty() && static_cast<uint8_t>(text.back()) <= ' ') text.remove_suffix(1);
  while (!text.empty() && static_cast<uint8_t>(text.front()) <= ' ') text.remove_prefix(1);
  if (text.size() >= 4 && (text.starts_with("url:") || text.starts_with("URL:"))) {
    text.remove_prefix(4);
  }
  const size_t colon = text.find(':');
  if (colon == Text::npos || text.substr(0, colon).find('/') != Text::npos) return std::nullopt;
  Url url;
  for (const char c : text.substr(0, colon)) {
    url.protocol.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
  }
  static constexpr Text kProtocols[] = {"http", "https", "ftp", "file", "jar", "mailto"};
  if (std::find(std::begin(kProtocols), std::end(kProtocols), url.protocol) ==
      std::end(kProtocols)) {
    return std::nullopt;
  }
  Text rest = text.substr(colon + 1);
  const size_t hash = rest.find('#');
  if (hash != Text::npos) {
    url.reference = rest.substr(hash + 1);
    rest = rest.substr(0, hash);
  }
  if (url.protocol == "mailto" || url.protocol == "jar") {
    url.path = rest;
    return url;
  }
  const size_t mark = rest.find('?');
  if (mark != Text::npos) {
    url.query = rest.substr(mark + 1);
    rest = rest.substr(0, mark);
  }
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    const size_t slash = rest.find('/');
    if (!ParseAuthority(rest.substr(0, slash), &url)) return std::nullopt;
    rest = slash == Text::npos ? Text() : rest.substr(slash);
  }
  url.path = rest;
  return url;
}

void SetOrNull(StringWriter& out, std::optional<Text> value) {
  if (value.has_value()) {
    out.Set(*value);
  } else {
    out.Null();
  }
}

void ParsePart(StringWriter& out, Text text, Text part) {
  const std::optional<Url> url = ParseUrl(text);
  if (!url.has_value()) return out.Null();
  if (part == "HOST") return out.Set(url->host);
  if (part == "PATH") return out.Set(url->path);
  if (part == "QUERY") return SetOrNull(out, url->query);
  if (part == "REF") return SetOrNull(out, url->reference);
  if (part == "PROTOCOL") return out.Set(url->protocol);
  if (part == "AUTHORITY") return SetOrNull(out, url->authority);
  if (part == "USERINFO") return SetOrNull(out, url->user);
  if (part != "FILE") return out.Null();
  out.Append(url->path);
  if (url->query.has_value()) {
    out.Append('?');
    out.Append(*url->query);
  }
}

void ParseParameter(StringWriter& out, Text text, Text part, Text key) {
  if (part != "QUERY") return out.Null();
  const std::optional<Url> url = ParseUrl(text);
  if (!url.has_value() || !url->query.has_value()) return out.Null();
  Text query = *url->query;
  while (true) {
    const size_t end = query.find('&');
    const Text pair = query.substr(0, end);
    if (pair.size() > key.size() && pair.starts_with(key) && pair[key.size()] == '=') {
      return out.Set(pair.substr(key.size() + 1));
    }
    if (end == Text::npos) return out.Null();
    query.remove_prefix(end + 1);
  }
}

Result<arrow::Datum> ParseKernel(KernelContext& ctx, const Arguments& args, int64_t length) {
  if (args.size() == 3) return MapRows<Text, Text, Text, Text>(ctx, args, length, ParseParameter);
  return MapRows<Text, Text, Text>(ctx, args, length, ParsePart);
}

}  // namespace

void RegisterUrlFunctions(FunctionRegistry* registry) {
  using Nullable = SimpleFunction::Nullable;
  registry->Register(MakeSimple({.name = "URL_ENCODE",
                                 .parameters = {Parameter::kText},
                                 .result = Always(DataType::String()),
                                 .nullable = Nullable::kAlways,
                                 .kernel = RowKernel<Text, Text>(UrlEncode),
                                 .doc = {.group = "string",
                                         .signature = "URL_ENCODE(string)",
                                         .summary = "The string as it stands in a form's URL.",
                                         .example = "URL_ENCODE('a b&c')",
                                         .result = "a+b%26c"}}));
  registry->Register(
      MakeSimple({.name = "URL_DECODE",
                  .parameters = {Parameter::kText},
                  .result = Always(DataType::String()),
                  .nullable = Nullable::kAlways,
                  .kernel = RowKernel<Text, Text>(UrlDecode),
                  .doc = {.group = "string",
                          .signature = "URL_DECODE(string)",
                          .summary = "The string that was encoded; NULL if it is not well formed.",
                          .example = "URL_DECODE('a+b%26c')",
                          .result = "a b&c"}}));
  registry->Register(MakeSimple(
      {.name = "PARSE_URL",
       .parameters = {Parameter::kText},
       .min = 2,
       .max = 3,
       .result = Always(DataType::String()),
       .nullable = Nullable::kAlways,
       .kernel = ParseKernel,
       .doc = {.group = "string",
               .signature = "PARSE_URL(url, part [, key])",
               .summary = "A part of a URL: HOST, PATH, QUERY, REF, PROTOCOL, FILE, AUTHORITY or "
                          "USERINFO; with a key, that parameter of the QUERY.",
               .example = "PARSE_URL('http://example.org/p?k=v', 'QUERY', 'k')",
               .result = "v"}}));
}

}  // namespace millrace
