// SPDX-License-Identifier: Apache-2.0
// The first part of the worker's program: what the modules of users see. The decorators and types
// of PyFlink are served under its names, and as `millrace`; nothing of PyFlink need be installed.
#include "functions/python/worker_script.h"

namespace millrace {
namespace {

constexpr std::string_view kDeclarations =
    R"python("""Answers requests over descriptor 3 and says how far it is in the page at 4."""
import datetime, decimal, faulthandler, importlib, inspect, json, mmap, os, socket, struct, sys
import traceback, types, typing

faulthandler.enable()
STREAM = socket.socket(fileno=3)
PROGRESS = memoryview(mmap.mmap(4, mmap.PAGESIZE)).cast("Q")


class Row(tuple):
    """A ROW: values by place, by name and as attributes."""

    def __new__(cls, *values, **named):
        row = tuple.__new__(cls, values or tuple(named.values()))
        row.names = list(named)
        return row

    @classmethod
    def of(cls, names, values):
        row = tuple.__new__(cls, values)
        row.names = names
        return row

    def __getattr__(self, name):
        names = self.__dict__.get("names", ())
        if name in names:
            return self[names.index(name)]
        raise AttributeError(name)

    def __getitem__(self, place):
        return tuple.__getitem__(self, self.names.index(place) if isinstance(place, str) else place)

    def as_dict(self):
        return dict(zip(self.names, self))


class SqlType(str):
    """The text of a SQL type."""

    def nullable(self):
        return SqlType(self.removesuffix(" NOT NULL"))

    def not_null(self):
        return SqlType(self.nullable() + " NOT NULL")


def quoted(name):
    return "`" + name + "`"


class DataTypes:
    """As in PyFlink: DataTypes.BIGINT(), DataTypes.ROW([DataTypes.FIELD('a', ..)])."""

    ARRAY = staticmethod(lambda of: SqlType(f"ARRAY<{of}>"))
    LIST_VIEW = ARRAY
    MAP = staticmethod(lambda key, value: SqlType(f"MAP<{key}, {value}>"))
    MAP_VIEW = MAP
    MULTISET = staticmethod(lambda of: SqlType(f"MULTISET<{of}>"))
    FIELD = staticmethod(lambda name, of, description=None: (name, of))
    DECIMAL = staticmethod(lambda precision, scale: SqlType(f"DECIMAL({precision}, {scale})"))

    @staticmethod
    def ROW(fields=()):
        fields = [f if isinstance(f, tuple) else (f"f{i}", f) for i, f in enumerate(fields)]
        return SqlType("ROW<" + ", ".join(f"{quoted(n)} {of}" for n, of in fields) + ">")


def add_type(name, text=None, sized=None):
    def make(*size):
        base = text or name
        size = size if size else () if sized is None else (sized,)
        return SqlType(f"{base}({size[0]})" if size else base)
    setattr(DataTypes, name, staticmethod(make))


for each in ("TINYINT", "SMALLINT", "INT", "BIGINT", "FLOAT", "DOUBLE", "BOOLEAN", "STRING",
             "BYTES", "DATE", "CHAR", "VARCHAR", "BINARY", "VARBINARY"):
    add_type(each)
add_type("TIME", sized=0)
add_type("TIMESTAMP", sized=6)
add_type("TIMESTAMP_LTZ", sized=6)
add_type("TIMESTAMP_WITH_LOCAL_TIME_ZONE", "TIMESTAMP_LTZ", 6)


class UserDefinedFunction:
    def open(self, context):
        pass

    def close(self):
        pass

    def is_deterministic(self):
        return True


class ScalarFunction(UserDefinedFunction):
    pass


class TableFunction(UserDefinedFunction):
    pass


class AggregateFunction(UserDefinedFunction):
    def get_result_type(self):
        return None

    def get_accumulator_type(self):
        return None


class Declared:
    """What @udf, @udtf and @udaf make of a function."""

    def __init__(self, function, kind, result, inputs, deterministic, func_type):
        self.function, self.kind = function, kind
        self.result, self.inputs = result, inputs
        self.deterministic, self.func_type = deterministic, func_type

    def __call__(self, *args):
        call = self.function if callable(self.function) else self.function.eval
        return call(*args)


def declarer(kind):
    def declare(f=None, input_types=None, result_type=None, deterministic=None, name=None,
                func_type="general", udf_type=None, result_types=None, accumulator_type=None):
        result = result_type if result_type is not None else result_types
        if f is None:
            return lambda of: Declared(of, kind, result, input_types, deterministic,
                                       udf_type or func_type)
        return Declared(f, kind, result, input_types, deterministic, udf_type or func_type)
    return declare


udf, udtf, udaf = declarer("scalar"), declarer("table"), declarer("aggregate")


def install_modules():
    names = dict(udf=udf, udtf=udtf, udaf=udaf, Row=Row, DataTypes=DataTypes,
                 ScalarFunction=ScalarFunction, TableFunction=TableFunction,
                 AggregateFunction=AggregateFunction, FunctionContext=object, ListView=list,
                 MapView=dict)
    for name in ("millrace", "pyflink", "pyflink.common", "pyflink.table", "pyflink.table.udf",
                 "pyflink.table.types", "pyflink.table.expressions"):
        module = types.ModuleType(name)
        module.__path__ = []
        module.__dict__.update(names)
        sys.modules[name] = module


def type_of_annotation(annotation):
    simple = {int: "BIGINT", float: "DOUBLE", str: "STRING", bool: "BOOLEAN", bytes: "BYTES",
              datetime.date: "DATE", datetime.datetime: "TIMESTAMP(6)", datetime.time: "TIME(0)",
              decimal.Decimal: "DECIMAL(38, 18)"}
    if annotation in simple:
        return simple[annotation]
    origin, args = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, getattr(types, "UnionType", None)):
        args = [a for a in args if a is not type(None)]
        return type_of_annotation(args[0]) if len(args) == 1 else ""
    parts = [type_of_annotation(a) for a in args]
    if not all(parts):
        return ""
    if origin is list and len(parts) == 1:
        return f"ARRAY<{parts[0]}>"
    if origin is dict and len(parts) == 2:
        return f"MAP<{parts[0]}, {parts[1]}>"
    return ""


def text_of_types(declared, kind):
    if declared is None:
        return ""
    if kind != "table" or isinstance(declared, str) and declared.upper().startswith("ROW"):
        return str(declared)
    if isinstance(declared, str):
        declared = [declared]
    if len(declared) == 1 and declared[0].upper().startswith("ROW"):
        return str(declared[0])
    return "ROW<" + ", ".join(f"f{i} {t}" for i, t in enumerate(declared)) + ">"


class Function:
    """A function of the user's, whatever form it was written in."""

    def __init__(self, target):
        module, _, name = target.rpartition(".")
        if not module:
            raise ValueError(f"'{target}' is no 'module.function'")
        found = getattr(importlib.import_module(module), name)
        declared = found if isinstance(found, Declared) else None
        self.body = declared.function if declared else found
        if inspect.isclass(self.body):
            self.body = self.body()
        self.kind = declared.kind if declared else self.guess_kind()
        self.func_type = declared.func_type if declared else "general"
        self.result = text_of_types(declared.result, self.kind) if declared else ""
        inputs = declared.inputs if declared else None
        self.inputs = None if inputs is None else [inputs] if isinstance(inputs, str) else inputs
        if hasattr(self.body, "open"):
            self.body.open(None)
        if self.kind == "aggregate":
            self.result = self.result or str(self.declared_result() or "")
            self.call = self.body.accumulate
        else:
            self.call = getattr(self.body, "eval", self.body)
        if not callable(self.call):
            raise TypeError(f"'{target}' is no function")
        self.deterministic = declared.deterministic if declared else None
        if self.deterministic is None:
            test = getattr(self.body, "is_deterministic", None)
            self.deterministic = bool(test()) if test else True
        if not self.result and self.kind == "scalar":
            self.result = self.annotated_result()

    def guess_kind(self):
        if hasattr(self.body, "accumulate"):
            return "aggregate"
        if isinstance(self.body, TableFunction) or inspect.isgeneratorfunction(self.body):
            return "table"
        return "scalar"

    def declared_result(self):
        return getattr(self.body, "get_result_type", lambda: None)()

    def annotated_result(self):
        try:
            return type_of_annotation(typing.get_type_hints(self.call).get("return"))
        except Exception:
            return ""

    def describe(self):
        """`key value` by lines."""
        least, most = 0, 0
        try:
            parameters = list(inspect.signature(self.call).parameters.values())
        except (TypeError, ValueError):
            parameters, most = [], 255
        for parameter in parameters[1 if self.kind == "aggregate" else 0:]:
            if parameter.kind == parameter.VAR_POSITIONAL:
                most = 255
            elif parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
                most += 1
                least += parameter.default is parameter.empty
        lines = [f"kind {self.kind}", f"result {self.result}", f"least {least}", f"most {most}",
                 f"deterministic {int(self.deterministic)}", f"type {self.func_type}"]
        for method in ("retract", "merge"):
            lines.append(f"{method} {int(hasattr(self.body, method))}")
        lines += [f"input {each}" for each in self.inputs or []]
        return "\n".join(lines)


)python";

}  // namespace

std::string_view PythonWorkerDeclarations() { return kDeclarations; }

}  // namespace millrace
