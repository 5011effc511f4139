// SPDX-License-Identifier: Apache-2.0
#include "plan/binding/statement_binder.h"
#include "plan/latency_budget.h"
#include "plan/program.h"
#include "sql/parser.h"

namespace millrace {
namespace {

constexpr size_t kMaxVerifiedTries = 40;

std::string ApplyTry(std::string_view text, const Diagnostic& diagnostic, std::string_view with) {
  std::string changed(text.substr(0, diagnostic.span.begin));
  changed += with;
  changed += text.substr(diagnostic.span.end);
  return changed;
}

bool SamePlace(const Diagnostic& a, const Diagnostic& b) {
  return a.code == b.code && a.span.begin == b.span.begin && a.message == b.message;
}

}  // namespace

Compiler::Compiler(CompilerOptions options) : options_(std::move(options)) {
  for (const auto& [key, value] : options_.overrides) {
    // A bad override is reported by Compile, at no place.
    if (settings_.Set(key, {value, false})) continue;
  }
}

Program Compiler::Compile(std::string_view text, DiagnosticList* diagnostics) {
  Program program;
  const Catalog catalog_before = catalog_;
  const Settings settings_before = settings_;
  for (const auto& [key, value] : options_.overrides) {
    Settings probe;
    const Status status = probe.Set(key, {value, false});
    if (!status) diagnostics->Add(ToDiagnostic(status.error()));
  }
  CompileText(text, diagnostics, &program);
  program.name = settings_.GetString("pipeline.name");
  if (program.name.empty()) program.name = options_.default_name;
  if (diagnostics->has_errors()) {
    VerifyTries(text, catalog_before, settings_before, diagnostics);
  } else {
    for (const Step& step : program.steps) WarnOverBudget(step, text, diagnostics);
  }
  diagnostics->Normalize();
  return program;
}

void Compiler::CompileText(std::string_view text, DiagnosticList* diagnostics, Program* program) {
  const sql::ParsedScript script = sql::ParseScript(text, diagnostics);
  BindContext context;
  context.registries = options_.registries;
  context.catalog = &catalog_;
  context.settings = &settings_;
  context.diagnostics = diagnostics;
  context.env = options_.env;
  context.check_files = options_.check_files;
  context.source = text;
  context.session.time_zone = settings_.GetString("table.local-time-zone");
  for (const sql::StatementPtr& statement : script.statements) {
    StatementBinder binder(&context, &options_.overrides, &program->steps);
    binder.Bind(*statement);
  }
}

void Compiler::VerifyTries(std::string_view text, const Catalog& catalog, const Settings& settings,
                           DiagnosticList* diagnostics) const {
  size_t verified = 0;
  for (Diagnostic& diagnostic : diagnostics->mutable_entries()) {
    if (diagnostic.try_text.empty() || !diagnostic.has_span) continue;
    if (++verified > kMaxVerifiedTries) {
      diagnostic.try_text.clear();
      continue;
    }
    Compiler probe(options_);
    probe.catalog_ = catalog;
    probe.settings_ = settings;
    const std::string changed = ApplyTry(text, diagnostic, diagnostic.try_text);
    DiagnosticList found;
    Program ignored;
    probe.CompileText(changed, &found, &ignored);
    bool remains = found.error_count() > diagnostics->error_count();
    for (const Diagnostic& other : found.entries()) {
      remains = remains || SamePlace(other, diagnostic);
      // An error that starts inside the replacement means the proposal itself does not compile.
      const uint32_t end =
          diagnostic.span.begin + static_cast<uint32_t>(diagnostic.try_text.size());
      remains = remains || (other.severity == Severity::kError && other.has_span &&
                            other.span.begin >= diagnostic.span.begin && other.span.begin < end);
    }
    if (remains) diagnostic.try_text.clear();
  }
}

}  // namespace millrace
