# SPDX-License-Identifier: Apache-2.0
"""Makes the small ONNX files beside it:

    python3 -m venv /tmp/models && /tmp/models/bin/pip install -r requirements.txt
    /tmp/models/bin/python make_models.py
"""
import pathlib

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = pathlib.Path(__file__).parent
FLOAT, DOUBLE, INT64, INT32 = (TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.INT64,
                               TensorProto.INT32)


def tensor(name, kind, shape):
    return helper.make_tensor_value_info(name, kind, shape)


def weights(name, values, dtype=numpy.float32):
    return numpy_helper.from_array(numpy.array(values, dtype=dtype), name)


def model(name, nodes, inputs, outputs, initializers=(), domains=()):
    graph = helper.make_graph(nodes, name, inputs, outputs, list(initializers))
    opsets = [helper.make_opsetid("", 17)] + [helper.make_opsetid(d, 1) for d in domains]
    made = helper.make_model(graph, opset_imports=opsets, producer_name="make_models")
    made.ir_version = 8
    return made


def save(made, name):
    (HERE / f"{name}.onnx").write_bytes(made.SerializeToString())


def linear(features=3, batch="N"):
    """score = x . (1, 2, 3..) + 0.5"""
    return model("linear", [helper.make_node("MatMul", ["x", "w"], ["product"]),
                            helper.make_node("Add", ["product", "b"], ["score"])],
                 [tensor("x", FLOAT, [batch, features])], [tensor("score", FLOAT, [batch, 1])],
                 [weights("w", [[i + 1] for i in range(features)]), weights("b", [0.5])])


def several():
    """Two numbers and a text by name; outputs of every kind."""
    nodes = [
        helper.make_node("Cast", ["count"], ["count_f"], to=DOUBLE),
        helper.make_node("Add", ["amount", "count_f"], ["total"]),
        helper.make_node("Greater", ["amount", "limit"], ["large"]),
        helper.make_node("Identity", ["city"], ["town"]),
        helper.make_node("Cast", ["amount"], ["units"], to=INT64),
        helper.make_node("Concat", ["amount", "total"], ["pair"], axis=1),
    ]
    return model("several", nodes,
                 [tensor("amount", DOUBLE, ["N", 1]), tensor("count", INT32, ["N", 1]),
                  tensor("city", TensorProto.STRING, ["N", 1])],
                 [tensor("total", DOUBLE, ["N", 1]), tensor("large", TensorProto.BOOL, ["N", 1]),
                  tensor("town", TensorProto.STRING, ["N", 1]), tensor("units", INT64, ["N", 1]),
                  tensor("pair", DOUBLE, ["N", 2])],
                 [weights("limit", 100.0, numpy.float64)])


def fails_on_index():
    """Gather from 4 values: an index of 4 or more makes the whole call fail."""
    return model("lookup", [helper.make_node("Gather", ["table", "index"], ["value"], axis=0)],
                 [tensor("index", INT64, ["N"])], [tensor("value", FLOAT, ["N"])],
                 [weights("table", [10, 20, 30, 40])])


def batch_dependent():
    """Subtracts the mean of the batch, so rows together give other answers than rows alone."""
    return model("centred", [helper.make_node("ReduceMean", ["x"], ["mean"], axes=[0], keepdims=1),
                             helper.make_node("Sub", ["x", "mean"], ["y"])],
                 [tensor("x", FLOAT, ["N", 1])], [tensor("y", FLOAT, ["N", 1])])


def row_sums():
    """Sum of an array of any length."""
    return model("row_sums", [helper.make_node("ReduceSum", ["x", "axes"], ["sum"], keepdims=0)],
                 [tensor("x", FLOAT, ["N", "L"])], [tensor("sum", FLOAT, ["N"])],
                 [weights("axes", [1], numpy.int64)])


def logarithm():
    return model("logarithm", [helper.make_node("Log", ["x"], ["y"])],
                 [tensor("x", FLOAT, ["N", 1])], [tensor("y", FLOAT, ["N", 1])])


def hostile():
    """Files that must be refused before ONNX Runtime sees them."""
    for name, location in {"external_parent": "../secret.bin", "external_absolute": "/etc/passwd",
                           "external_beside": "weights.bin"}.items():
        made = linear()
        weight = made.graph.initializer[0]
        weight.ClearField("raw_data")
        weight.data_location = TensorProto.EXTERNAL
        weight.external_data.add(key="location", value=location)
        save(made, name)
    save(model("custom", [helper.make_node("Exfiltrate", ["x"], ["y"], domain="evil.ops")],
               [tensor("x", FLOAT, ["N", 1])], [tensor("y", FLOAT, ["N", 1])],
               domains=["evil.ops"]), "custom_operator")
    made = linear()
    made.graph.initializer[0].dims[:] = [1 << 31, 1 << 31]
    save(made, "absurd_size")
    made = linear()
    made.graph.initializer[0].dims[:] = [300, 1]
    save(made, "short_weights")
    whole = linear().SerializeToString()
    (HERE / "truncated.onnx").write_bytes(whole[:len(whole) // 2])
    constant = helper.make_node("Constant", [], ["y"], value=weights("v", [[1.0]]))
    nodes = [constant]
    for _ in range(12):
        then = helper.make_graph(nodes, "then", [], [tensor("y", FLOAT, [1, 1])])
        other = helper.make_graph([constant], "else", [], [tensor("y", FLOAT, [1, 1])])
        nodes = [helper.make_node("If", ["flag"], ["y"], then_branch=then, else_branch=other)]
    save(model("deep", nodes, [tensor("flag", TensorProto.BOOL, [1])],
               [tensor("y", FLOAT, [1, 1])]), "nested_deep")


def trained():
    """What scikit-learn and LightGBM exports look like, with the answers Python gives."""
    import lightgbm
    from onnxmltools import convert_lightgbm
    from onnxmltools.convert.common.data_types import FloatTensorType as LightGbmFloat
    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import FloatTensorType
    from sklearn.linear_model import LogisticRegression

    generator = numpy.random.default_rng(7)
    x = generator.normal(size=(400, 4)).astype(numpy.float32)
    y = (x[:, 0] + 0.5 * x[:, 1] > 0).astype(int)
    logistic = LogisticRegression().fit(x, y)
    shape = [("float_input", FloatTensorType([None, 4]))]
    save(to_onnx(logistic, initial_types=shape, options={"zipmap": False}, target_opset=17),
         "logistic")
    save(to_onnx(logistic, initial_types=shape, target_opset=17), "logistic_zipmap")
    boosted = lightgbm.LGBMClassifier(n_estimators=8, num_leaves=7, random_state=7, verbose=-1,
                                      deterministic=True, n_jobs=1).fit(x, y)
    save(convert_lightgbm(boosted, initial_types=[("input", LightGbmFloat([None, 4]))],
                          zipmap=False, target_opset=15), "boosted")
    rows = x[:5]
    lines = [",".join(repr(float(v)) for v in [*row, logistic.predict_proba([row])[0, 1],
                                               boosted.predict_proba([row])[0, 1]])
             for row in rows]
    (HERE / "answers.csv").write_text("a,b,c,d,logistic,boosted\n" + "\n".join(lines) + "\n")


def main():
    save(linear(), "linear")
    save(linear(batch=1), "linear_one_row")
    save(linear(batch=8), "linear_eight_rows")
    save(several(), "several")
    save(fails_on_index(), "lookup")
    save(batch_dependent(), "centred")
    save(row_sums(), "row_sums")
    save(logarithm(), "logarithm")
    hostile()
    trained()


if __name__ == "__main__":
    main()
