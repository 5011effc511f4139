// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "plan/binding/failed_definitions.h"
#include "plan/binding/statement_binder.h"
#include "plan/latency_budget.h"
#include "plan/program.h"
#include "plan/transactions.h"
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

/// Where the statement ends in which a place lies, as far as its text tells.
size_t StatementEnd(std::string_view text, size_t place) {
  return std::min(text.find(';', place), text.size());
}

/// Errors of a text up to a place: what comes behind may only have come into sight.
size_t ErrorsBefore(const DiagnosticList& errors, size_t end) {
  return static_cast<size_t>(
      std::ranges::count_if(errors.entries(), [&](const Diagnostic& diagnostic) {
        return diagnostic.severity == Severity::kError &&
               (!diagnostic.has_span || diagnostic.span.begin <= end);
      }));
}

/// Whether a proposal for `repaired` has brought up an error. One of the syntax hides those of
/// names and types, so they are no fault of its proposal.
bool IsNew(const Diagnostic& error, const Diagnostic& repaired, const DiagnosticList& before) {
  constexpr std::string_view kSyntax = "MR01";
  if (error.severity != Severity::kError) return false;
  if (repaired.code.starts_with(kSyntax) && !error.code.starts_with(kSyntax)) return false;
  return std::ranges::none_of(before.entries(), [&](const Diagnostic& known) {
    return known.code == error.code && known.message == error.message;
  });
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
    for (const Step& step : program.steps) {
      WarnOverBudget(step, text, diagnostics);
      CheckTransactions(step, diagnostics);
    }
  }
  diagnostics->Normalize();
  return program;
}

void Compiler::CompileText(std::string_view text, DiagnosticList* diagnostics, Program* program) {
  const sql::ParsedScript script = sql::ParseScript(text, diagnostics);
  BindContext context;
  context.registries = options_.registries;
  context.catalog = &catalog_;
  if (catalog_.aggregates() != nullptr) context.registries.aggregates = catalog_.aggregates();
  context.settings = &settings_;
  context.diagnostics = diagnostics;
  context.env = options_.env;
  context.check_files = options_.check_files;
  context.source = text;
  context.history = &history_;
  context.session.time_zone = settings_.GetString("table.local-time-zone");
  catalog_.ForgetFailed();
  NoteUnparsedDefinitions(text, *diagnostics, &catalog_);
  for (const sql::StatementPtr& statement : script.statements) {
    StatementBinder binder(&context, &options_.overrides, &program->steps);
    binder.Bind(*statement);
    NoteFailedDefinition(*statement, &catalog_);
    history_.Add(*statement, context.TextOf(statement->span));
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
    probe.history_ = history_;
    const std::string changed = ApplyTry(text, diagnostic, diagnostic.try_text);
    DiagnosticList found;
    Program ignored;
    probe.CompileText(changed, &found, &ignored);
    const size_t statement_end =
        StatementEnd(changed, diagnostic.span.begin + diagnostic.try_text.size());
    bool remains = ErrorsBefore(found, statement_end) >
                   ErrorsBefore(*diagnostics, StatementEnd(text, diagnostic.span.end));
    for (const Diagnostic& other : found.entries()) {
      if (other.has_span && other.span.begin > statement_end) continue;
      remains = remains || SamePlace(other, diagnostic) || IsNew(other, diagnostic, *diagnostics);
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
