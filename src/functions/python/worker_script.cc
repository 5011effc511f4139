// SPDX-License-Identifier: Apache-2.0
// The rest of it: values to and from Arrow, accumulators as JSON, and the loop that answers
// requests. A request is the sizes of a JSON header and of a body (8 bytes each, little-endian),
// then those; the body is Arrow IPC streams. An answer is the same with a text for the header.
#include "functions/python/worker_script.h"

namespace millrace {
namespace {

constexpr std::string_view kValues = R"python(UTC = datetime.timezone.utc


def values_of(array):
    """The values of an Arrow array as Python's."""
    kind = array.type
    if pa.types.is_timestamp(kind):
        plain = array.view(pa.int64()).view(pa.timestamp(kind.unit))
        values = plain.cast(pa.timestamp("us"), safe=False).to_pylist()
        if kind.tz:
            values = [v if v is None else v.replace(tzinfo=UTC) for v in values]
        return values
    if pa.types.is_struct(kind):
        names = [kind.field(i).name for i in range(kind.num_fields)]
        rows = zip(*(values_of(part) for part in array.flatten())) if names else [()] * len(array)
        valid = array.is_valid().to_pylist()
        return [Row.of(names, row) if ok else None for row, ok in zip(rows, valid)]
    if pa.types.is_map(kind) or pa.types.is_list(kind):
        starts, valid = array.offsets.to_pylist(), array.is_valid().to_pylist()
        if pa.types.is_list(kind):
            flat = values_of(array.values)
            return [flat[starts[i]:starts[i + 1]] if ok else None for i, ok in enumerate(valid)]
        flat = list(zip(values_of(array.keys), values_of(array.items)))
        return [dict(flat[starts[i]:starts[i + 1]]) if ok else None for i, ok in enumerate(valid)]
    return array.to_pylist()


def giver(kind):
    """What makes a Python value one that Arrow takes for the type; None: nothing to do."""
    if pa.types.is_map(kind):
        key, item = giver(kind.key_type) or same, giver(kind.item_type) or same
        return lambda v: [(key(k), item(i)) for k, i in (v.items() if isinstance(v, dict) else v)]
    if pa.types.is_list(kind):
        part = giver(kind.value_type)
        return part and (lambda v: [None if i is None else part(i) for i in v])
    if pa.types.is_struct(kind):
        names = [kind.field(i).name for i in range(kind.num_fields)]
        parts = [giver(kind.field(i).type) or same for i in range(kind.num_fields)]

        def give(row):
            if isinstance(row, dict):
                row = [row.get(name) for name in names]
            elif not isinstance(row, (tuple, list)):
                row = [row] if len(names) == 1 else row
            if len(row) != len(names):
                raise ValueError(f"{len(row)} values for {len(names)} columns")
            return {n: None if v is None else p(v) for n, p, v in zip(names, parts, row)}
        return give
    if pa.types.is_decimal(kind):
        quantum = decimal.Decimal(1).scaleb(-kind.scale)
        context = decimal.Context(prec=76, rounding=decimal.ROUND_HALF_UP)
        return lambda v: decimal.Decimal(str(v) if isinstance(v, float) else v).quantize(
            quantum, context=context)
    if pa.types.is_integer(kind):
        return whole
    return None


def same(value):
    return value


def whole(value):
    if isinstance(value, (str, bytes)) or isinstance(value, float) and not value.is_integer():
        raise TypeError(f"{value!r} is no whole number")
    return int(value)


def why():
    """The error at hand, and its traceback from the user's code on."""
    kind, error, trace = sys.exc_info()
    while trace is not None and trace.tb_frame.f_globals.get("__name__") == "__main__":
        trace = trace.tb_next
    short = traceback.format_exception_only(kind, error)[-1].strip()
    if trace is None:
        return short
    return (short + "\n" + "".join(traceback.format_exception(kind, error, trace)).strip())[:4000]


def array_of(values, kind, errors):
    """An Arrow array; values that do not fit are errors of their rows."""
    give = giver(kind)
    if give is not None:
        for i, value in enumerate(values):
            try:
                values[i] = None if value is None else give(value)
            except Exception:
                values[i], errors[i] = None, errors[i] or why()
    try:
        return pa.array(values, type=kind)
    except Exception:
        for i, value in enumerate(values):
            try:
                pa.array([value], type=kind)
            except Exception:
                values[i], errors[i] = None, errors[i] or why()
        return pa.array(values, type=kind)


def rows_of(found):
    """What a table function gave for one row: any number of rows."""
    if found is None:
        return []
    if isinstance(found, (str, bytes, dict, Row)) or not hasattr(found, "__iter__"):
        return [found]
    if isinstance(found, tuple) and not any(isinstance(part, (tuple, list)) for part in found):
        return [found]
    return list(found)


def call_rows(function, batch, kind):
    count = batch.num_rows
    columns = [values_of(column) for column in batch.columns]
    rows = zip(*columns) if columns else iter([()] * count)
    values, errors = [None] * count, [None] * count
    call, table = function.call, function.kind == "table"
    for i, row in enumerate(rows):
        PROGRESS[0] = i + 1
        try:
            found = call(*row)
            values[i] = rows_of(found) if table else found
        except KeyboardInterrupt:
            raise
        except BaseException:
            errors[i] = why()
    PROGRESS[0] = 0
    return array_of(values, kind, errors), errors


def call_batch(function, batch, kind):
    """A function over whole Arrow arrays, or series of pandas."""
    columns = batch.columns
    if function.func_type == "pandas":
        columns = [column.to_pandas() for column in columns]
    found = function.call(*columns)
    if isinstance(found, pa.ChunkedArray):
        found = found.combine_chunks()
    if not isinstance(found, pa.Array):
        found = pa.array(found, type=kind, from_pandas=True)
    if len(found) != batch.num_rows:
        raise ValueError(f"{len(found)} values for {batch.num_rows} rows")
    return found.cast(kind), [None] * batch.num_rows
)python";

constexpr std::string_view kRequests = R"python(

def packed(value):
    """An accumulator as JSON: what JSON has not is an object with one key that begins with $."""
    if isinstance(value, Row):
        return {"$row": [packed(v) for v in value], "names": value.names}
    if isinstance(value, tuple):
        return {"$tuple": [packed(v) for v in value]}
    if isinstance(value, list):
        return [packed(v) for v in value]
    if isinstance(value, (set, frozenset)):
        return {"$set": [packed(v) for v in sorted(value, key=repr)]}
    if isinstance(value, dict):
        if all(isinstance(k, str) and not k.startswith("$") for k in value):
            return {k: packed(v) for k, v in value.items()}
        return {"$dict": [[packed(k), packed(v)] for k, v in value.items()]}
    if isinstance(value, bytes):
        return {"$bytes": value.hex()}
    if isinstance(value, decimal.Decimal):
        return {"$decimal": str(value)}
    for kind in (datetime.datetime, datetime.date, datetime.time):
        if isinstance(value, kind):
            return {"$" + kind.__name__: value.isoformat()}
    if isinstance(value, datetime.timedelta):
        return {"$timedelta": [value.days, value.seconds, value.microseconds]}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise TypeError(f"an accumulator cannot hold {type(value).__name__}: use lists, dicts, sets, "
                    "rows, numbers, texts, bytes and times")


def unpacked(value):
    if isinstance(value, list):
        return [unpacked(v) for v in value]
    if not isinstance(value, dict):
        return value
    mark = next(iter(value), "")
    if not mark.startswith("$"):
        return {k: unpacked(v) for k, v in value.items()}
    held = value[mark]
    if mark == "$row":
        return Row.of(value["names"], [unpacked(v) for v in held])
    if mark == "$dict":
        return {unpacked(k): unpacked(v) for k, v in held}
    if mark == "$timedelta":
        return datetime.timedelta(*held)
    plain = {"$bytes": bytes.fromhex, "$decimal": decimal.Decimal,
             "$datetime": datetime.datetime.fromisoformat, "$date": datetime.date.fromisoformat,
             "$time": datetime.time.fromisoformat}
    if mark in plain:
        return plain[mark](held)
    return {"$tuple": tuple, "$set": set}[mark](unpacked(v) for v in held)


class Groups:
    """The accumulators of one request, by their places in it."""

    def __init__(self, function, states):
        self.body, self.states = function.body, states
        self.values = [None] * len(states)
        self.taken = [[] for _ in states]  # the rows that an accumulator has taken, to redo them

    def value(self, place):
        if self.values[place] is None:
            self.values[place] = self.fresh(place)
        return self.values[place]

    def fresh(self, place):
        state = self.states[place]
        return unpacked(json.loads(state)) if state else self.body.create_accumulator()

    def take(self, place, row, sign):
        accumulator = self.value(place)
        (self.body.accumulate if sign > 0 else self.body.retract)(accumulator, *row)
        self.taken[place].append((row, sign))

    def redo(self, place):
        """A row that failed half way leaves no trace."""
        accumulator = self.values[place] = self.fresh(place)
        for row, sign in self.taken[place]:
            (self.body.accumulate if sign > 0 else self.body.retract)(accumulator, *row)

    def merge(self, place, state):
        self.body.merge(self.value(place), [unpacked(json.loads(state))])

    def packed(self):
        return [s if v is None else json.dumps(packed(v)).encode()
                for s, v in zip(self.states, self.values)]


def aggregate(function, header, streams, kind):
    states = streams[0].column(0).to_pylist()
    rows = streams[1]
    wanted_after, wanted_places = (c.to_pylist() for c in streams[2].columns)
    places, signs = rows.column(0).to_pylist(), rows.column(1).to_pylist()
    columns = [values_of(column) for column in rows.columns[2:]]
    arguments = list(zip(*columns)) if columns else [()] * len(places)
    groups = Groups(function, states)
    errors, results, result_errors = [None] * len(places), [], []
    asked = 0

    def answer(until):
        nonlocal asked
        while asked < len(wanted_after) and wanted_after[asked] <= until:
            try:
                results.append(function.body.get_value(groups.value(wanted_places[asked])))
                result_errors.append(None)
            except Exception:
                results.append(None)
                result_errors.append(why())
            asked += 1

    for i, place in enumerate(places):
        answer(i)
        PROGRESS[0] = i + 1
        try:
            groups.take(place, arguments[i], signs[i])
        except Exception:
            errors[i] = why()
            groups.redo(place)
    PROGRESS[0] = 0
    answer(len(places))
    for place, state in header.get("merge", []):
        groups.merge(place, bytes.fromhex(state))
    values = array_of(results, kind, result_errors)
    return [pa.record_batch([pa.array(groups.packed(), pa.binary())], ["state"]),
            pa.record_batch([pa.array(errors, pa.string())], ["error"]),
            pa.record_batch([values, pa.array(result_errors, pa.string())], ["result", "error"])]


def read(size):
    parts = []
    while size > 0:
        part = STREAM.recv(min(size, 1 << 20))
        if not part:
            os._exit(0)
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def write(status, body):
    text = status.encode()
    try:
        STREAM.sendall(struct.pack("<QQ", len(text), len(body)) + text)
        STREAM.sendall(body)
    except OSError:
        os._exit(0)  # nobody listens any more


def read_streams(sizes, body):
    streams, at = [], 0
    for size in sizes:
        with pa.ipc.open_stream(pa.py_buffer(body[at:at + size])) as reader:
            streams.append(reader.read_next_batch())
        at += size
    return streams


def stream_of(batch):
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return sink.getvalue().to_pybytes()


def answer(functions, header, body):
    what = header["do"]
    if what == "load":
        functions[header["function"]] = Function(header["function"])
        return functions[header["function"]].describe(), b""
    function = functions[header["function"]]
    streams = read_streams(header["sizes"], body)
    if what == "aggregate":
        kind = streams[3].schema.field(0).type
        batches = [stream_of(b) for b in aggregate(function, header, streams, kind)]
        return "sizes " + " ".join(str(len(b)) for b in batches), b"".join(batches)
    kind = streams[1].schema.field(0).type
    run = call_batch if function.func_type in ("arrow", "pandas") else call_rows
    values, errors = run(function, streams[0], kind)
    found = pa.record_batch([values, pa.array(errors, pa.string())], ["result", "error"])
    return "sizes", stream_of(found)


def serve():
    functions = {}
    write(f"ready {sys.executable} {sys.version.split()[0]} {pa.__version__}", b"")
    while True:
        header_size, body_size = struct.unpack("<QQ", read(16))
        header, body = json.loads(read(header_size)), read(body_size)
        try:
            status, found = answer(functions, header, body)
        except Exception:
            status, found = "failed " + why(), b""
        PROGRESS[0] = 0
        write(status, found)


try:
    import pyarrow as pa
    import pyarrow.ipc
except ImportError as missing:
    write(f"missing {sys.executable} {sys.version.split()[0]} {missing}", b"")
    sys.exit(0)
install_modules()
serve()
)python";

}  // namespace

const std::string& PythonWorkerScript() {
  static const std::string script =
      std::string(PythonWorkerDeclarations()) + std::string(kValues) + std::string(kRequests);
  return script;
}

}  // namespace millrace
