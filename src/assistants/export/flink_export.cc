// SPDX-License-Identifier: Apache-2.0
#include "assistants/export/flink_export.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "data/option_text.h"
#include "diagnostics/first_line.h"
#include "sql/ast/definition.h"
#include "sql/parser.h"
#include "sql/printer.h"

namespace millrace {
namespace {

constexpr std::string_view kRefusedCode = "MR0905";
constexpr std::string_view kMeaningCode = "MR0906";

/// Our own connectors, and what a Flink cluster has instead.
struct OwnConnector {
  std::string_view name;
  std::string_view instead;
};
constexpr std::array kOwnConnectors = {
    OwnConnector{"http", "Let the senders write to a Kafka topic and read that."},
    OwnConnector{"nexmark", "Write its events to files or a topic and read those."},
    OwnConnector{"reply", "Write to a Kafka topic from which the service that asks reads answers."},
    OwnConnector{"stdin", "Read a file or a topic."},
    OwnConnector{"webhook", "Write to a Kafka topic and send from there."},
};

/// Settings whose absence changes results, and how.
struct OwnSetting {
  std::string_view key;  // a prefix
  std::string_view meaning;
};
constexpr std::array kOwnSettings = {
    OwnSetting{"millrace.on-row-error", "a row that fails ends the job in Flink"},
    OwnSetting{"millrace.over.emit",
               "OVER gives a row's result when the watermark has come to it, not on arrival"},
    OwnSetting{"millrace.source.future-limit", "a time far in the future moves the watermark"},
    OwnSetting{"millrace.latency-budget", "no latency budget is checked"},
    OwnSetting{"millrace.quarantine", "a record that kills the job kills it again"},
};

std::string Quoted(std::string_view value) {
  std::string text = "'";
  for (const char c : value) {
    text += c;
    if (c == '\'') text += c;
  }
  return text + "'";
}

class Exporter {
 public:
  Exporter(std::string_view text, const FlinkExportOptions& options)
      : text_(text), options_(options) {}

  FlinkExport Run() {
    DiagnosticList ignored;  // the text compiles
    size_t inserts = 0;
    Span last_insert;
    const std::vector<sql::StatementPtr> statements = sql::ParseScript(text_, &ignored).statements;
    for (const sql::StatementPtr& statement : statements) NoteWritten(*statement);
    for (const sql::StatementPtr& statement : statements) {
      if (const auto* set = sql::As<sql::Set>(statement)) ExportSet(*set);
      if (const auto* table = sql::As<sql::CreateTable>(statement)) ExportTable(*table);
      if (const auto* model = sql::As<sql::CreateModel>(statement)) ExportModel(*model);
      if (const auto* function = sql::As<sql::CreateFunction>(statement)) ExportFunction(*function);
      if (statement->kind == sql::StatementKind::kInsert) {
        ++inserts;
        last_insert = statement->span;
      }
    }
    if (inserts > 1) {
      Tell(Severity::kInfo, FirstLine(last_insert, text_),
           "Flink starts every INSERT at once, as a job of its own; here bounded ones run one "
           "after the other",
           "EXECUTE STATEMENT SET BEGIN .. END; makes one job of them in both.");
    }
    ExportSecrets();
    if (writes_by_epoch_ && !has_interval_) {
      edits_.push_back({{0, 0}, "SET 'execution.checkpointing.interval' = '1 s';\n"});
    }
    return {Edited(), std::move(findings_)};
  }

 private:
  struct Edit {
    Span span;
    std::string text;
  };

  void NoteWritten(const sql::Statement& statement) {
    if (const auto* insert = sql::As<sql::Insert>(statement)) NoteWritten(insert->table);
    if (const auto* set = sql::As<sql::StatementSet>(statement)) {
      for (const sql::InsertPtr& insert : set->inserts) NoteWritten(insert->table);
    }
    const auto* table = sql::As<sql::CreateTable>(statement);
    if (table != nullptr && table->as_query != nullptr) NoteWritten(table->name);
  }
  void NoteWritten(const sql::QualifiedName& table) { written_.insert(table.parts.back().text); }

  void ExportSet(const sql::Set& set) {
    if (!set.option) return;
    const std::string& key = set.option->key.value;
    has_interval_ |= key == "execution.checkpointing.interval";
    if (!key.starts_with("millrace.")) return;
    Span whole = set.span;
    const size_t end = text_.find(';', whole.end);
    whole.end = static_cast<uint32_t>(end == std::string_view::npos ? text_.size() : end + 1);
    std::string comment = "-- not for Flink: ";
    for (const char c : text_.substr(whole.begin, whole.end - whole.begin)) {
      comment += c == '\n' ? ' ' : c;
    }
    if (whole.end < text_.size() && text_[whole.end] != '\n') comment += '\n';
    edits_.push_back({whole, std::move(comment)});
    for (const OwnSetting& setting : kOwnSettings) {
      if (!key.starts_with(setting.key)) continue;
      Tell(Severity::kWarning, set.span, std::string(setting.meaning), "");
    }
    if (key.ends_with(".late-rows") && text_.find("$late") != std::string_view::npos) {
      Refuse(set.span, "Flink has no relation of late rows",
             "Take the statements that read `..$late` out.");
    }
  }

  void ExportFunction(const sql::CreateFunction& function) {
    if (function.body != nullptr) {
      Refuse(function.name.span, "Flink has no SQL functions",
             "Write the expression in the place of each call.");
      return;
    }
    if (!function.has_parameters && function.options.empty()) return;
    std::string text = "CREATE ";
    text += function.temporary ? "TEMPORARY " : "";
    text += function.system ? "SYSTEM " : "";
    text += function.if_not_exists ? "FUNCTION IF NOT EXISTS " : "FUNCTION ";
    text +=
        sql::Print(function.name) + " AS " + Quoted(function.class_name.value) + " LANGUAGE PYTHON";
    edits_.push_back({function.span, std::move(text)});
    Tell(Severity::kWarning, function.name.span,
         "Flink takes the types of a Python function from its module: @udf(result_type=..)", "");
  }

  void ExportTable(const sql::CreateTable& table) {
    const sql::Option* connector = Find(table.options, "connector");
    if (connector == nullptr) return;
    const auto own = std::ranges::find_if(kOwnConnectors, [&](const OwnConnector& candidate) {
      return candidate.name == connector->value.value;
    });
    if (own != kOwnConnectors.end()) {
      Refuse(connector->value.span, "Flink has no connector '" + std::string(own->name) + "'",
             std::string(own->instead));
      return;
    }
    if (connector->value.value == "filesystem") ExportFiles(table);
    if (connector->value.value == "kafka") ExportKafka(table);
    if (const sql::Option* format = Find(table.options, "format");
        format != nullptr && format->value.value == "parquet") {
      Tell(Severity::kInfo, format->value.span,
           "parquet needs a jar of its own in the lib folder of Flink", "");
    }
  }

  void ExportFiles(const sql::CreateTable& table) {
    writes_by_epoch_ |= written_.contains(table.name.parts.back().text);
    const sql::Option* path = Find(table.options, "path");
    if (path == nullptr) return;
    const std::string& value = path->value.value;
    if (value.starts_with('/') || value.find("://") != std::string::npos ||
        value.starts_with("${")) {
      return;
    }
    edits_.push_back({path->value.span, Quoted(options_.directory + "/" + value)});
  }

  void ExportKafka(const sql::CreateTable& table) {
    const sql::Option* guarantee = Find(table.options, "sink.delivery-guarantee");
    const bool once =
        guarantee != nullptr && EqualsIgnoringCase(guarantee->value.value, "exactly-once");
    writes_by_epoch_ |= once;
    if (once && Find(table.options, "sink.transactional-id-prefix") == nullptr) {
      AddOption(table, "sink.transactional-id-prefix",
                options_.pipeline + "-" + table.name.ToString());
    }
    if (Find(table.options, "properties.group.id") == nullptr &&
        Find(table.options, "scan.startup.mode") == nullptr) {
      AddOption(table, "properties.group.id", options_.pipeline + "-" + table.name.ToString());
    }
  }

  void ExportModel(const sql::CreateModel& model) {
    const sql::Option* provider = Find(model.options, "provider");
    if (provider == nullptr || provider->value.value != "onnx") return;
    if (options_.model_server.empty()) {
      Refuse(provider->value.span, "Flink does not run model files",
             "Serve the model by Triton and give its address: --model-server http://host:8000");
      return;
    }
    edits_.push_back(
        {model.options_span, "WITH ('provider' = 'triton', 'endpoint' = " +
                                 Quoted(options_.model_server + "/v2/models") +
                                 ", 'model-name' = " + Quoted(model.name.parts.back().text) + ")"});
    Tell(Severity::kWarning, provider->value.span,
         "the model is asked over the network, one row per call, instead of on a batch in process",
         "");
  }

  /// `${env:..}` and `${file:..}` are filled in here, and stay as they are in Flink.
  void ExportSecrets() {
    for (const std::string_view kind : {"${env:", "${file:"}) {
      for (size_t at = text_.find(kind); at != std::string_view::npos;
           at = text_.find(kind, at + 1)) {
        const size_t end = std::min(text_.find('}', at), text_.size() - 1);
        Tell(Severity::kWarning, {static_cast<uint32_t>(at), static_cast<uint32_t>(end + 1)},
             "Flink takes this as it is written", "Fill it in before the file is submitted.");
      }
    }
  }

  static const sql::Option* Find(const std::vector<sql::Option>& options, std::string_view key) {
    const auto found = std::ranges::find_if(
        options, [key](const sql::Option& option) { return option.key.value == key; });
    return found == options.end() ? nullptr : &*found;
  }

  void AddOption(const sql::CreateTable& table, std::string_view key, std::string_view value) {
    const uint32_t end = table.options.back().value.span.end;
    edits_.push_back({{end, end}, ", " + Quoted(key) + " = " + Quoted(value)});
  }

  void Refuse(Span span, std::string message, std::string next_step) {
    Diagnostic diagnostic = MakeDiagnostic(kRefusedCode, std::move(message), span);
    diagnostic.next_step = std::move(next_step);
    findings_.Add(std::move(diagnostic));
  }

  void Tell(Severity severity, Span span, std::string message, std::string next_step) {
    Diagnostic diagnostic = MakeDiagnostic(kMeaningCode, std::move(message), span);
    diagnostic.severity = severity;
    diagnostic.next_step = std::move(next_step);
    findings_.Add(std::move(diagnostic));
  }

  std::string Edited() {
    std::ranges::stable_sort(edits_, {}, [](const Edit& edit) { return edit.span.begin; });
    std::string result;
    size_t done = 0;
    for (const Edit& edit : edits_) {
      result += text_.substr(done, edit.span.begin - done);
      result += edit.text;
      done = edit.span.end;
    }
    return result + std::string(text_.substr(done));
  }

  std::string_view text_;
  const FlinkExportOptions& options_;
  std::set<std::string> written_;  // the last parts of the names of tables that are inserted into
  std::vector<Edit> edits_;
  DiagnosticList findings_;
  bool writes_by_epoch_ = false;  // output that is visible with a checkpoint only
  bool has_interval_ = false;
};

}  // namespace

FlinkExport ExportToFlink(std::string_view text, const FlinkExportOptions& options) {
  return Exporter(text, options).Run();
}

}  // namespace millrace
