#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains the fraud model on features that millrace has computed, and exports it to ONNX.

    train.py MODEL_ONNX WORLD..

A world is a directory of one run of generate.py and features.sql: labels.csv and features/. The
last world is not trained on; the metrics are of that one: other people, other shops, other thieves.
"""
import json
import pathlib
import sys

import lightgbm
import numpy
from onnxmltools import convert_lightgbm
from onnxmltools.convert.common.data_types import FloatTensorType
from sklearn.metrics import average_precision_score, roc_auc_score

SEED = 7
FEATURES = 22  # as many as columns behind the id
BLOCK = 0.75   # the limits of pipeline.sql
REVIEW = 0.30


def read_features(directory):
    """(ids, matrix) of the CSV files of a run, in the order in which payments arrived."""
    rows = []
    for path in sorted(pathlib.Path(directory).iterdir()):
        if not path.name.startswith((".", "_")):
            rows.append(numpy.loadtxt(path, delimiter=",", ndmin=2))
    table = numpy.concatenate(rows)
    table = table[table[:, 0].argsort(kind="stable")]  # payments are numbered as they arrive
    return table[:, 0].astype(numpy.int64), table[:, 1:].astype(numpy.float32)


def read_labels(path):
    """{payment: kind of fraud}"""
    lines = pathlib.Path(path).read_text().splitlines()[1:]
    return {int(number): kind for number, kind in (line.split(",") for line in lines)}


def rates(scores, truth, limit):
    flagged = scores >= limit
    hits = int((flagged & truth).sum())
    return {"precision": round(hits / max(int(flagged.sum()), 1), 3),
            "recall": round(hits / max(int(truth.sum()), 1), 3)}


def read_world(directory):
    """(features, whether it is fraud)"""
    ids, matrix = read_features(directory / "features")
    if matrix.shape[1] != FEATURES:
        sys.exit(f"expected {FEATURES} features, found {matrix.shape[1]}")
    kinds = read_labels(directory / "labels.csv")
    return matrix, numpy.array([number in kinds for number in ids.tolist()], dtype=bool)


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    worlds = [read_world(pathlib.Path(argument)) for argument in sys.argv[2:]]
    held, truth = worlds.pop()
    matrix = numpy.concatenate([world[0] for world in worlds])
    target = numpy.concatenate([world[1] for world in worlds]).astype(numpy.int64)
    model = lightgbm.LGBMClassifier(
        n_estimators=120, learning_rate=0.08, num_leaves=15, min_child_samples=100,
        subsample=0.8, subsample_freq=1, colsample_bytree=0.7, reg_lambda=10.0, random_state=SEED,
        deterministic=True, force_row_wise=True, n_jobs=2, verbose=-1)
    model.fit(matrix, target)
    scores = model.predict_proba(held)[:, 1]
    metrics = {"trained_on": len(target), "of_them_fraud": int(target.sum()),
               "held_out": len(held), "of_these_fraud": int(truth.sum()),
               "roc_auc": round(float(roc_auc_score(truth, scores)), 4),
               "average_precision": round(float(average_precision_score(truth, scores)), 4),
               "block": rates(scores, truth, BLOCK),
               "review_or_block": rates(scores, truth, REVIEW)}
    print(json.dumps(metrics, indent=2))
    made = convert_lightgbm(model, initial_types=[("input", FloatTensorType([None, FEATURES]))],
                            zipmap=False, target_opset=15)
    made.graph.name = "card_fraud"
    pathlib.Path(sys.argv[1]).write_bytes(made.SerializeToString(deterministic=True))


if __name__ == "__main__":
    main()
