// SPDX-License-Identifier: Apache-2.0
#include "diagnostics/render.h"

#include <algorithm>

#include "base/json_writer.h"
#include "base/utf8.h"
#include "diagnostics/snippet.h"

namespace millrace {
namespace {

// A patched line longer than this is not shown whole under `try:`.
constexpr size_t kPatchedLineMax = 300;
constexpr std::string_view kFormatVersion = "1.0";

std::string_view SeverityName(Severity severity) {
  switch (severity) {
    case Severity::kError: return "error";
    case Severity::kWarning: return "warning";
    case Severity::kInfo: return "info";
  }
  return "error";
}

std::string_view DomainName(ErrorDomain domain) {
  switch (domain) {
    case ErrorDomain::kUser: return "user";
    case ErrorDomain::kExternal: return "external";
    case ErrorDomain::kInternal: return "internal";
  }
  return "internal";
}

// Names and values from a file may hold control characters; a message must not steer the terminal.
std::string Printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const CodePoint point = DecodeCodePoint(text);
    const bool control = point.value < 0x20 || (point.value >= 0x7F && point.value < 0xA0);
    if (point.value == '\t') {
      out += "    ";
    } else {
      AppendCodePoint(control ? kReplacementCharacter : point.value, &out);
    }
    text.remove_prefix(point.bytes);
  }
  return out;
}

std::vector<std::string> Lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(Printable(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// `did you mean x?`, or with several `did you mean x, y or z?`.
std::string DidYouMean(const std::vector<std::string>& candidates) {
  if (candidates.empty()) return {};
  std::string text = "did you mean ";
  for (size_t i = 0; i < candidates.size(); ++i) {
    if (i > 0) text += i + 1 == candidates.size() ? " or " : ", ";
    text += Printable(candidates[i]);
  }
  return text + '?';
}

// The try text as a person would paste it: a replacement comes with the lines around the span.
std::vector<std::string> TryLines(const Diagnostic& diagnostic, const SourceText* source) {
  if (diagnostic.try_is_statement || source == nullptr || !diagnostic.has_span) {
    return Lines(diagnostic.try_text);
  }
  const Span span = VisibleSpan(diagnostic.span, *source);
  const uint32_t first = source->PositionOf(span.begin).line;
  const uint32_t last = source->PositionOf(span.end).line;
  const std::string_view text = source->text();
  const uint32_t start = source->LineStart(first);
  const uint32_t line_end =
      source->LineStart(last) + static_cast<uint32_t>(source->Line(last).size());
  std::string patched(text.substr(start, span.begin - start));
  patched += diagnostic.try_text;
  if (line_end > span.end) patched += text.substr(span.end, line_end - span.end);
  if (patched.size() > kPatchedLineMax) return Lines(diagnostic.try_text);
  const size_t word = patched.find_first_not_of(" \t");
  return Lines(word == std::string::npos ? patched : patched.substr(word));
}

void AppendFooter(const Diagnostic& diagnostic, const SourceText* source, const Palette& palette,
                  std::string* out) {
  const bool has_excerpt = diagnostic.has_span && source != nullptr;
  for (const std::string& line : Lines(diagnostic.detail)) *out += "  " + line + '\n';
  if (!has_excerpt && !diagnostic.candidates.empty()) {
    *out += "  " + DidYouMean(diagnostic.candidates) + '\n';
  }
  if (!diagnostic.try_text.empty()) {
    *out += std::string(palette.good) + "try:" + std::string(palette.reset) + '\n';
    for (const std::string& line : TryLines(diagnostic, source)) *out += "    " + line + '\n';
  }
  if (!diagnostic.next_step.empty()) {
    *out += std::string(palette.good) + "next: " + std::string(palette.reset) +
            Printable(diagnostic.next_step) + '\n';
  }
}

std::string Counted(size_t count, std::string_view noun) {
  return std::to_string(count) + ' ' + std::string(noun) + (count == 1 ? "" : "s");
}

size_t CountOf(const DiagnosticList& list, Severity severity) {
  return static_cast<size_t>(std::ranges::count(list.entries(), severity, &Diagnostic::severity));
}

std::string CountLine(const DiagnosticList& list, const SourceText* source) {
  const size_t warnings = CountOf(list, Severity::kWarning);
  std::string line;
  if (list.error_count() > 0) line = Counted(list.error_count(), "error");
  if (warnings > 0) line += (line.empty() ? "" : ", ") + Counted(warnings, "warning");
  if (line.empty()) return {};
  if (source != nullptr) line += " in " + source->name();
  if (list.suppressed_count() > 0) {
    line += "; the first " + std::to_string(list.entries().size()) + " are shown";
  }
  return line + '\n';
}

void WritePosition(std::string_view name, uint32_t byte, const SourceText& source,
                   JsonWriter* json) {
  const SourceText::Position at = source.PositionOf(byte);
  json->Key(name).BeginObject();
  json->Field("line", at.line).Field("column", at.column).Field("byte", byte).EndObject();
}

void WriteRange(Span span, const SourceText& source, JsonWriter* json) {
  json->Key("range").BeginObject().Field("filename", source.name());
  WritePosition("start", span.begin, source, json);
  WritePosition("end", span.end, source, json);
  json->EndObject();
}

void WriteSnippet(Span span, const SourceText& source, JsonWriter* json) {
  const uint32_t line = source.PositionOf(span.begin).line;
  const std::string_view code = source.Line(line);
  const uint32_t start = source.LineStart(line);
  const auto offset = [&](uint32_t byte) {
    return std::min<uint32_t>(byte - start, static_cast<uint32_t>(code.size()));
  };
  json->Key("snippet").BeginObject().Field("code", code).Field("start_line", line);
  json->Field("highlight_start_offset", offset(span.begin));
  json->Field("highlight_end_offset", offset(span.end)).EndObject();
}

void WriteLabels(const Diagnostic& diagnostic, const SourceText& source, JsonWriter* json) {
  json->Key("labels").BeginArray();
  for (const Label& label : diagnostic.labels) {
    json->BeginObject().Field("text", label.text);
    WriteRange(VisibleSpan(label.span, source), source, json);
    json->EndObject();
  }
  json->EndArray();
}

void WriteDiagnostic(const Diagnostic& diagnostic, const SourceText* source, JsonWriter* json) {
  json->BeginObject().Field("severity", SeverityName(diagnostic.severity));
  json->Field("code", diagnostic.code).Field("domain", DomainName(diagnostic.domain));
  json->Field("summary", diagnostic.message).Field("detail", diagnostic.detail);
  if (diagnostic.has_span && source != nullptr) {
    const Span span = VisibleSpan(diagnostic.span, *source);
    WriteRange(span, *source, json);
    WriteSnippet(span, *source, json);
    WriteLabels(diagnostic, *source, json);
  }
  json->Key("candidates").BeginArray();
  for (const std::string& candidate : diagnostic.candidates) json->String(candidate);
  json->EndArray();
  if (!diagnostic.try_text.empty()) {
    json->Field("try", diagnostic.try_text);
    json->Field("try_replaces", diagnostic.try_is_statement ? "statement" : "range");
  }
  json->Field("next_step", diagnostic.next_step).EndObject();
}

}  // namespace

std::string RenderText(const Diagnostic& diagnostic, const SourceText* source,
                       const RenderOptions& options) {
  const Palette palette(options.color, diagnostic.severity);
  const std::string reset(palette.reset);
  std::string out(palette.severity);
  out += SeverityName(diagnostic.severity);
  if (!diagnostic.code.empty()) out += '[' + diagnostic.code + ']';
  out += reset + std::string(palette.bold) + ": " + Printable(diagnostic.message) + reset + '\n';
  if (diagnostic.has_span && source != nullptr) {
    const Span span = VisibleSpan(diagnostic.span, *source);
    const SourceText::Position at = source->PositionOf(span.begin);
    out += std::string(GutterWidth(diagnostic, *source), ' ') + std::string(palette.frame) +
           "--> " + reset + source->name() + ':' + std::to_string(at.line) + ':' +
           std::to_string(at.column) + '\n';
    out += RenderSnippet(diagnostic, *source, DidYouMean(diagnostic.candidates), options, palette);
  }
  AppendFooter(diagnostic, source, palette, &out);
  return out;
}

std::string RenderText(const DiagnosticList& list, const SourceText* source,
                       const RenderOptions& options) {
  std::string out;
  for (const Diagnostic& entry : list.entries()) {
    out += RenderText(entry, source, options) + '\n';
  }
  return out + CountLine(list, source);
}

std::string RenderJson(const DiagnosticList& list, const SourceText* source) {
  JsonWriter json;
  json.BeginObject().Field("format_version", kFormatVersion).Field("valid", !list.has_errors());
  json.Field("error_count", list.error_count());
  json.Field("warning_count", CountOf(list, Severity::kWarning));
  json.Key("diagnostics").BeginArray();
  for (const Diagnostic& entry : list.entries()) WriteDiagnostic(entry, source, &json);
  json.EndArray();
  if (list.suppressed_count() > 0) json.Field("suppressed_count", list.suppressed_count());
  json.EndObject();
  return std::move(json).Finish();
}

}  // namespace millrace
