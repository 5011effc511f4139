#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes risk.onnx, a model small enough to be understood: needs nothing but Python.

risk = sigmoid(0.004 * amount + 0.5 * payments - 3.5), a logistic regression with made-up weights.
An ONNX file is a protocol buffer; the numbers in `field(1, ..)` are those of onnx.proto.
"""
import pathlib
import struct

FLOAT = 1


def varint(number):
    out = b""
    while number > 0x7F:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def node(kind, inputs, output):
    return b"".join(field(1, name) for name in inputs) + field(2, output) + field(4, kind)


def tensor(name, shape, values):
    dims = b"".join(field(1, size) for size in shape)
    data = struct.pack(f"<{len(values)}f", *values)
    return dims + field(2, FLOAT) + field(8, name) + field(9, data)


def value_info(name, columns):
    batch, width = field(1, field(2, "N")), field(1, field(1, columns))
    return field(1, name) + field(2, field(1, field(1, FLOAT) + field(2, batch + width)))


def main():
    graph = (field(1, node("MatMul", ["features", "weights"], "product"))
             + field(1, node("Add", ["product", "bias"], "sum"))
             + field(1, node("Sigmoid", ["sum"], "risk"))
             + field(2, "risk")
             + field(5, tensor("weights", [2, 1], [0.004, 0.5]))
             + field(5, tensor("bias", [1], [-3.5]))
             + field(11, value_info("features", 2)) + field(12, value_info("risk", 1)))
    model = field(1, 8) + field(2, "make_model") + field(7, graph) + field(8, field(2, 17))
    pathlib.Path(__file__).with_name("risk.onnx").write_bytes(model)


if __name__ == "__main__":
    main()
