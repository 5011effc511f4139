// SPDX-License-Identifier: Apache-2.0
// BindContext: what every binder of one script shares, and how binders report. A binder that fails
// has added a diagnostic and answers with null; it goes on where it can, so that one pass finds all
// errors.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/connector.h"
#include "diagnostics/diagnostic.h"
#include "formats/format.h"
#include "functions/aggregate.h"
#include "functions/function.h"
#include "models/model.h"
#include "plan/catalog.h"
#include "plan/settings.h"

namespace millrace {

class SessionHistory;   // plan/compiled/session_history.h
class ProcessLauncher;  // env/child_process.h

/// The plug-in families a script is bound against. Not owning; they outlive the plan.
struct Registries {
  const FunctionRegistry* functions = nullptr;
  const AggregateRegistry* aggregates = nullptr;
  const ConnectorRegistry* connectors = nullptr;
  const FormatRegistry* formats = nullptr;
  const ModelBackendRegistry* models = nullptr;
  ProcessLauncher* processes = nullptr;  // of Python functions; null: there are none
};

struct BindContext {
  Registries registries;
  Catalog* catalog = nullptr;
  Settings* settings = nullptr;
  DiagnosticList* diagnostics = nullptr;
  SessionContext session;
  Environment env;
  bool check_files = true;             // models and local files are looked at
  std::string_view source;             // text that spans point into
  std::vector<std::string> expanding;  // SQL functions whose bodies are being bound, by path
  SessionHistory* history = nullptr;   // what COMPILE PLAN writes down; null within a plan
  /// Plan files that earlier statements of the text will have written, by path.
  std::map<std::string, std::string> compiled_plans;

  /// Adds an error and returns it for candidates, labels and the like.
  Diagnostic& Error(std::string_view code, std::string message, Span span);
  Diagnostic& Warning(std::string_view code, std::string message, Span span);
  /// MR0401 `<what> is not supported yet`.
  void NotSupported(std::string_view what, Span span, std::string next_step = {});
  /// An Error that came from below, put at a place.
  Diagnostic& Report(const millrace::Error& error, Span span);
  /// Sets candidates, and a `try:` that replaces the span when the best one is near.
  void Suggest(Diagnostic* diagnostic, std::string_view name, const std::vector<std::string>& world,
               bool quote_as_identifier = true);
  std::string_view TextOf(Span span) const {
    return source.substr(span.begin, span.end - span.begin);
  }
  /// `source` for a definition to keep, whose spans are read when this text is gone.
  std::shared_ptr<const std::string> KeepSource();

  std::shared_ptr<const std::string> kept_source;  // of the last KeepSource
};

/// While what another text defined is bound: spans point into that one.
class SourceScope {
 public:
  SourceScope(BindContext* context, std::string_view source)
      : context_(context), saved_(std::exchange(context->source, source)) {}
  ~SourceScope() { context_->source = saved_; }
  SourceScope(const SourceScope&) = delete;
  SourceScope& operator=(const SourceScope&) = delete;

 private:
  BindContext* context_;
  std::string_view saved_;
};

/// Swaps the diagnostics list for a while: to try a binding without reporting.
class QuietScope {
 public:
  explicit QuietScope(BindContext* context) : context_(context), saved_(context->diagnostics) {
    context_->diagnostics = &ignored_;
  }
  ~QuietScope() { context_->diagnostics = saved_; }
  QuietScope(const QuietScope&) = delete;
  QuietScope& operator=(const QuietScope&) = delete;

 private:
  BindContext* context_;
  DiagnosticList* saved_;
  DiagnosticList ignored_;
};

}  // namespace millrace
