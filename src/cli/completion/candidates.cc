// SPDX-License-Identifier: Apache-2.0
#include "cli/completion/candidates.h"

#include <algorithm>
#include <optional>
#include <set>

#include "cli/client/door_client.h"
#include "cli/script.h"
#include "diagnostics/codes.h"

namespace millrace {
namespace {

constexpr std::string_view kSqlFile = "SQL_FILE";

std::string FirstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

/// The alternatives of a type name: "TEXT:{auto,never}" -> "{auto,never}"; "SQL_FILE|CODE" -> both.
std::vector<std::string> Alternatives(const std::string& type) {
  const size_t brace = type.find('{');
  if (brace != std::string::npos) return {type.substr(brace)};
  std::vector<std::string> found;
  for (size_t at = 0; at <= type.size();) {
    const size_t end = std::min(type.find('|', at), type.size());
    found.push_back(type.substr(at, end - at));
    at = end + 1;
  }
  return found;
}

bool TakesValue(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

class Finder {
 public:
  Finder(const Application& application, CLI::App* app, std::string current)
      : application_(application), app_(app), current_(std::move(current)) {}

  Candidates Run(const std::vector<std::string>& before) {
    if (before.empty()) {
      for (const CLI::App* command : app_->get_subcommands({})) {
        if (command->get_group().empty()) continue;  // not shown in the help either
        Add(command->get_name(), command->get_description());
      }
      if (current_.starts_with('-')) Add("--help", "Show help");
      return std::move(found_);
    }
    CLI::App* command = nullptr;
    for (CLI::App* known : app_->get_subcommands({})) {
      if (known->get_name() == before[0]) command = known;
    }
    if (command == nullptr) return std::move(found_);
    const CLI::Option* pending = ReadWords(command, before);
    if (pending != nullptr) {
      AddValues(*pending);
    } else if (current_.starts_with('-')) {
      AddOptions(*command);
    } else if (const CLI::Option* positional = Positional(*command, values_.size())) {
      AddValues(*positional);
    }
    return std::move(found_);
  }

 private:
  /// Goes over the complete words; answers the option that waits for its value.
  const CLI::Option* ReadWords(CLI::App* command, const std::vector<std::string>& before) {
    const CLI::Option* pending = nullptr;
    for (size_t i = 1; i < before.size(); ++i) {
      const std::string& word = before[i];
      if (word == "=") continue;  // bash cuts `--format=json` in three
      if (pending != nullptr) {
        pending = nullptr;
        continue;
      }
      if (word.size() > 1 && word[0] == '-') {
        if (word.contains('=')) continue;
        const CLI::Option* option = command->get_option_no_throw(word);
        if (option != nullptr && TakesValue(*option)) pending = option;
        continue;
      }
      const CLI::Option* positional = Positional(*command, values_.size());
      if (positional != nullptr && positional->get_type_name().contains(kSqlFile)) file_ = word;
      values_.push_back(word);
    }
    if (current_ == "=") current_.clear();
    return pending;
  }

  static const CLI::Option* Positional(const CLI::App& command, size_t index) {
    size_t seen = 0;
    for (const CLI::Option* option : command.get_options()) {
      if (!option->get_positional()) continue;
      const bool many = option->get_items_expected_max() > 1;
      if (seen == index || many) return option;
      ++seen;
    }
    return nullptr;
  }

  void AddOptions(const CLI::App& command) {
    for (const CLI::Option* option : command.get_options()) {
      if (option->get_group().empty()) continue;
      for (const std::string& name : option->get_lnames()) {
        Add("--" + name, option->get_description());
      }
    }
  }

  void AddValues(const CLI::Option& option) {
    for (const std::string& type : Alternatives(option.get_type_name())) {
      if (type.starts_with('{')) AddChoices(type);
      if (type == "FILE") found_.files = Candidates::Files::kAny;
      if (type == "DIR") found_.files = Candidates::Files::kDirectories;
      if (type == kSqlFile) found_.files = Candidates::Files::kSql;
      if (type == "TABLE") AddTables();
      if (type == "CODE") AddCodes();
      if (type == "RUNNING") AddRunning();
    }
  }

  void AddChoices(std::string_view type) {
    type = type.substr(1, type.find('}') - 1);
    while (true) {
      const size_t end = std::min(type.find(','), type.size());
      Add(std::string(type.substr(0, end)), "");
      if (end == type.size()) return;
      type.remove_prefix(end + 1);
    }
  }

  void AddCodes() {
    if (current_.empty()) return;  // a hundred of them hide the files
    std::string upper = current_;
    for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    for (const CodeInfo& code : AllCodes()) {
      if (code.code.starts_with(upper)) {
        found_.words.push_back({std::string(code.code), std::string(code.title)});
      }
    }
  }

  /// What the file declares, as far as it compiles.
  void AddTables() {
    if (file_.empty()) return;
    Application quiet = application_;
    ScriptOptions options;
    options.file = file_;
    if (options.file == "-") return;
    const auto script = LoadScript(&quiet, options);
    if (!script) return;
    CompilerOptions compiler_options = MakeCompilerOptions(quiet, *script);
    compiler_options.check_files = false;
    Compiler compiler(std::move(compiler_options));
    DiagnosticList ignored;
    static_cast<void>(compiler.Compile(script->source.text(), &ignored));
    for (const std::string& name : compiler.catalog().TableNames()) Add(name, "");
  }

  /// Tables and operators of the program that runs here, if there is one.
  void AddRunning() {
    Application quiet = application_;
    const auto client = DoorClient::Make(&quiet, {});
    if (!client) return;
    const auto program = client->Get("/pipeline");
    if (!program) return;
    std::set<std::string> names;
    for (const JsonDocument& job : (*program)["jobs"].items()) {
      for (const JsonDocument& node : job["operators"].items()) {
        const std::string& kind = node["kind"].text();
        const bool is_table = kind == "Scan" || kind == "Sink";
        names.insert(is_table ? node["table"].text() : kind);
      }
    }
    for (const std::string& name : names) Add(name, "");
  }

  void Add(const std::string& text, const std::string& help) {
    if (text.starts_with(current_)) found_.words.push_back({text, FirstLine(help)});
  }

  const Application& application_;
  CLI::App* app_;
  std::string current_;
  std::string file_;                 // the SQL file among the words
  std::vector<std::string> values_;  // of positional arguments
  Candidates found_;
};

std::string_view FilesName(Candidates::Files files) {
  switch (files) {
    case Candidates::Files::kAny: return "files";
    case Candidates::Files::kSql: return "sql";
    case Candidates::Files::kDirectories: return "directories";
    case Candidates::Files::kNone: break;
  }
  return "none";
}

constexpr std::string_view kBash =
    R"(# bash completion of millrace: source <(millrace completion bash)
_millrace() {
  local IFS=$'\n' current=${COMP_WORDS[COMP_CWORD]} directive
  local -a lines
  mapfile -t lines < <("${COMP_WORDS[0]}" completion query \
    --before=":${COMP_WORDS[*]:1:COMP_CWORD-1}" --current=":$current" 2>/dev/null)
  directive=${lines[0]:-none}
  COMPREPLY=("${lines[@]:1}")
  COMPREPLY=("${COMPREPLY[@]%%$'\t'*}")
  [[ $current == = ]] && current=
  case $directive in
    files) compopt -o filenames; COMPREPLY+=($(compgen -f -- "$current")) ;;
    sql)
      compopt -o filenames
      COMPREPLY+=($(compgen -f -X '!*.sql' -- "$current") $(compgen -d -- "$current")) ;;
    directories) compopt -o filenames; COMPREPLY+=($(compgen -d -- "$current")) ;;
  esac
}
complete -F _millrace millrace
)";

constexpr std::string_view kZsh = R"(#compdef millrace
# zsh completion of millrace: source <(millrace completion zsh), or a file _millrace in $fpath.
_millrace() {
  local -a lines described
  local line directive before
  before="${(F)words[2,CURRENT-1]}"
  lines=("${(@f)$(${words[1]} completion query \
    --before=":$before" --current=":${words[CURRENT]}" 2>/dev/null)}")
  directive=${lines[1]:-none}
  for line in ${lines[2,-1]}; do
    described+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
  done
  (( ${#described} )) && _describe -V millrace described
  case $directive in
    files) _files ;;
    sql) _files -g '*.sql' ;;
    directories) _files -/ ;;
  esac
}
compdef _millrace millrace
)";

constexpr std::string_view kFish =
    R"(# fish completion of millrace: millrace completion fish | source
function __millrace_complete
    set -l before (commandline -opc)
    set -l program $before[1]
    set -e before[1]
    set -l current (commandline -ct)
    set -l lines ($program completion query \
        --before=:(string join \n -- $before | string collect) --current=:$current 2>/dev/null)
    set -l directive $lines[1]
    for line in $lines[2..-1]
        echo $line
    end
    switch "$directive"
        case files
            __fish_complete_path $current
        case sql
            __fish_complete_suffix .sql
        case directories
            __fish_complete_directories $current
    end
end
complete -c millrace -f -a '(__millrace_complete)'
)";

}  // namespace

Candidates FindCandidates(const Application& application, CLI::App* app,
                          const std::vector<std::string>& before, const std::string& current) {
  return Finder(application, app, current).Run(before);
}

std::string CandidatesText(const Candidates& candidates) {
  std::string text = std::string(FilesName(candidates.files)) + "\n";
  for (const Candidates::Word& word : candidates.words) {
    text += word.text + "\t" + word.help + "\n";
  }
  return text;
}

std::string CompletionScript(std::string_view shell) {
  if (shell == "bash") return std::string(kBash);
  if (shell == "zsh") return std::string(kZsh);
  if (shell == "fish") return std::string(kFish);
  return {};
}

}  // namespace millrace
