// SPDX-License-Identifier: Apache-2.0
#include "plan/binding/functions/python_function_binder.h"

#include <algorithm>
#include <array>

#include "functions/python/python_aggregate.h"
#include "plan/binding/option_binder.h"
#include "plan/binding/type_binder.h"
#include "sql/parser.h"

namespace millrace {
namespace {

std::vector<OptionSpec> FunctionOptions() {
  const auto option = [](std::string key, OptionType type, std::string help) {
    return OptionSpec{std::move(key), type, "", false, false, {}, std::move(help)};
  };
  return {
      option("deterministic", OptionType::kBoolean,
             "Whether equal arguments give equal results; false: called for each row and use."),
      option("memory", OptionType::kMemorySize, "As millrace.python.memory."),
      option("timeout", OptionType::kDuration, "As millrace.python.timeout."),
  };
}

std::vector<std::string> SplitPaths(const std::string& text) {
  std::vector<std::string> paths;
  std::string path;
  for (const char c : text + ",") {
    if (c != ',' && c != ';') {
      path += c;
    } else if (!path.empty()) {
      paths.push_back(std::exchange(path, {}));
    }
  }
  return paths;
}

PythonSettings SettingsOf(const BindContext& context, const Options& options) {
  const Settings& settings = *context.settings;
  PythonSettings python;
  python.executable = settings.GetString("python.executable");
  python.paths = SplitPaths(settings.GetString("python.files"));
  python.batch_rows = std::max<int64_t>(1, settings.GetLong("python.fn-execution.bundle.size"));
  python.losses_max = settings.GetLong("millrace.python.losses");
  python.timeout_ms = options.Has("timeout")
                          ? options.GetDuration("timeout").count()
                          : settings.GetDuration("millrace.python.timeout").count();
  python.memory_max = options.Has("memory") ? options.GetMemorySize("memory")
                                            : settings.GetMemorySize("millrace.python.memory");
  return python;
}

/// A type as Python says it. Null type: it cannot be read.
DataType ReadType(BindContext* context, const std::string& text) {
  const QuietScope quiet(context);
  DiagnosticList found;
  const sql::TypeNamePtr name = sql::ParseType(text, &found);
  if (name == nullptr || found.has_errors()) return DataType::Null();
  const SourceScope scope(context, text);
  const auto type = BindType(context, *name);
  return type.value_or(DataType::Null());
}

bool BindResult(BindContext* context, UserFunction* function, PythonFunction* python) {
  const sql::CreateFunction& create = *function->definition;
  using Kind = PythonDescription::Kind;
  Kind& kind = python->description.kind;
  if (create.returns_table && kind == Kind::kScalar) kind = Kind::kTable;
  if (create.returns_table != (kind == Kind::kTable) &&
      (create.returns_table || create.returns != nullptr)) {
    context->Error(
        "MR0333",
        "Python function '" + python->target + "' " +
            (kind == Kind::kTable ? "gives rows: RETURNS TABLE (..)" : "is an aggregate"),
        create.class_name.span);
    return false;
  }
  if (create.returns_table) {
    std::vector<DataType::Field> fields;
    for (const sql::ColumnDefinition& column : create.table_columns) {
      const auto type = column.type == nullptr ? std::nullopt : BindType(context, *column.type);
      if (!type) return false;
      fields.push_back({column.name.text, *type});
    }
    python->result = DataType::Row(std::move(fields)).NotNull();
  } else if (function->result) {
    python->result = *function->result;
  } else {
    python->result = ReadType(context, python->description.result);
    if (python->result.kind() == TypeKind::kNull) {
      const std::string& said = python->description.result;
      context
          ->Error("MR0333",
                  said.empty() ? "nothing says what type '" + python->target + "' gives"
                               : "'" + python->target + "' gives a type that is unknown: " + said,
                  create.class_name.span)
          .next_step =
          "Declare it: CREATE FUNCTION f(x INT) RETURNS STRING LANGUAGE PYTHON AS 'm.f', "
          "@udf(result_type='STRING'), or an annotation such as -> str.";
      return false;
    }
  }
  if (!IsPythonType(python->result)) {
    context->NotSupported("a Python function that gives " + python->result.Nullable().ToString(),
                          create.class_name.span);
    return false;
  }
  if (kind == Kind::kTable) {
    if (python->result.kind() != TypeKind::kRow) {
      python->result = DataType::Row({{"f0", python->result}});
    }
    python->result = DataType::Array(python->result.NotNull()).NotNull();
  }
  if (!function->result) function->result = python->result;
  return true;
}

bool BindInputs(BindContext* context, UserFunction* function, const PythonFunction& python) {
  const sql::CreateFunction& create = *function->definition;
  const PythonDescription& description = python.description;
  if (create.has_parameters) {
    const size_t count = function->parameters.size();
    if (count < description.least || count > description.most) {
      context->Error("MR0333",
                     "'" + python.target + "' takes " + std::to_string(description.most) +
                         " argument(s), " + std::to_string(count) + " declared",
                     create.name.span);
      return false;
    }
    return true;
  }
  for (const std::string& input : description.inputs) {
    const DataType type = ReadType(context, input);
    if (type.kind() == TypeKind::kNull) {
      context->Error("MR0333", "'" + python.target + "' takes a type that is unknown: " + input,
                     create.class_name.span);
      return false;
    }
    function->parameters.Append({"a" + std::to_string(function->parameters.size()), type});
  }
  return true;
}

/// CHAR, VARCHAR and BINARY of a length: the worker gives the open type, a CAST the declared one.
DataType OpenType(const DataType& type) {
  if (type.is_character()) return DataType::String().Nullable(type.nullable());
  if (type.is_binary()) return DataType::Bytes().Nullable(type.nullable());
  return type;
}

}  // namespace

bool BindPythonFunction(BindContext* context, UserFunction* function) {
  const sql::CreateFunction& create = *function->definition;
  ProcessLauncher* launcher = context->registries.processes;
  if (launcher == nullptr) {
    context->NotSupported("a Python function where no processes can be started", create.name.span);
    return false;
  }
  std::map<std::string, OptionValue> values;
  for (const sql::Option& option : create.options) {
    values[option.key.value] = {option.value.value, false};
  }
  const Options options(FunctionOptions(), std::move(values));
  const auto problems = options.Validate("a Python function");
  ReportOptionProblems(context, problems, "", create.options, create.name.span);
  if (!problems.empty()) return false;
  auto python = std::make_shared<PythonFunction>();
  python->name = create.name.ToString();
  python->target = create.class_name.value;
  python->settings = SettingsOf(*context, options);
  python->launcher = launcher;
  python->counts = PythonCountsOf(function->path.substr(function->path.rfind('.') + 1));
  auto description = PythonSession(launcher, python->settings).Load(python->target);
  if (!description) {
    context->Report(description.error(), create.class_name.span);
    return false;
  }
  python->description = *std::move(description);
  if (options.Has("deterministic")) {
    python->description.deterministic = options.GetBoolean("deterministic");
  }
  if (!BindResult(context, function, python.get()) || !BindInputs(context, function, *python)) {
    return false;
  }
  function->python = std::move(python);
  return true;
}

ExpressionPtr BindPythonCall(BindContext* context, const UserFunction& function,
                             std::vector<ExpressionPtr> args, Span span) {
  for (const ExpressionPtr& arg : args) {
    if (IsPythonType(arg->type())) continue;
    context->NotSupported("giving " + arg->type().Nullable().ToString() + " to a Python function",
                          span);
    return nullptr;
  }
  auto python = std::make_shared<PythonFunction>(*function.python);
  const DataType declared = python->result;
  python->result = OpenType(declared);
  auto description = std::make_shared<ScalarFunction>();
  description->name = function.definition->name.ToString();
  description->can_fail = true;
  description->doc.group = kPythonGroup;
  description->volatility =
      python->description.deterministic ? Volatility::kImmutable : Volatility::kVolatile;
  ResolvedCall call;
  call.result = python->result;
  for (const ExpressionPtr& arg : args) {
    call.arg_types.push_back(arg->type().WithTimeAttribute(TimeAttribute::kNone));
  }
  // The expression points to the description, and its kernel holds it.
  call.kernel = [description, run = MakePythonKernel(std::move(python))](
                    KernelContext& kernel, const std::vector<arrow::Datum>& values,
                    int64_t length) { return run(kernel, values, length); };
  ExpressionPtr bound = Expression::Call(description.get(), std::move(call), std::move(args));
  auto cast = Expression::Cast(std::move(bound), declared, false, /*implicit=*/true);
  if (cast) return *cast;
  context->Report(cast.error(), span);
  return nullptr;
}

bool CallsPython(const Expression& expression) {
  if (expression.kind() == ExpressionKind::kCall &&
      expression.function()->doc.group == kPythonGroup) {
    return true;
  }
  return std::ranges::any_of(expression.args(),
                             [](const ExpressionPtr& arg) { return CallsPython(*arg); });
}

}  // namespace millrace
