# SPDX-License-Identifier: Apache-2.0
"""What known_differences.txt explains.

The text of an error is explained by a pattern alone. Rows are explained only as far as the reason
goes: the query is asked again without what the reason is about, and then all must agree.
"""

import pathlib
import re

from parts import Query

FILE = pathlib.Path(__file__).resolve().parent / "known_differences.txt"


class Explanations:
    def __init__(self):
        lines = FILE.read_text(encoding="utf-8").splitlines()
        entries = [line.split("\t") for line in lines if line and not line.startswith("#")]
        self.errors = [entry for entry in entries if entry[0] in ("flink", "millrace")]
        self.nothing = [entry for entry in entries if entry[0] == "nothing"]
        self.rewrites = [entry for entry in entries if entry[0] in ("query", "argument", "duckdb")]

    def of_error(self, texts):
        """The reason for an error; `texts` by place: flink, millrace."""
        for place, pattern, reason in self.errors:
            if re.search(pattern, texts.get(place) or "", re.S):
                return reason
        return None

    def of_nothing(self, text, has_rows):
        """The reason why Flink has no rows; `has_rows` is asked for queries within the text."""
        for _, pattern, reason in self.nothing:
            for found in re.finditer(pattern, text):
                inner = text[found.end() : end_of_argument(text, found.end(), ")")]
                if inner.startswith("SELECT ") and has_rows(inner) is False:
                    return reason
        return None

    def rewritten(self, query, against_duckdb):
        """(the query without what is explained, the reasons), or None where nothing is."""
        reasons = []
        texts = [query.text, query.duck]
        for place, pattern, other, reason in self.rewrites:
            if place == "duckdb" and not against_duckdb:
                continue
            fresh = [text and replaced(place, text, pattern, other) for text in texts]
            if fresh[0] != texts[0]:
                reasons.append(reason)
            texts = fresh
        return (Query(*texts, query.columns, query.shape), reasons) if reasons else None


def replaced(place, text, pattern, other):
    if place == "argument":
        return arguments_replaced(text, pattern, other)
    return re.sub(pattern, other, text, flags=re.S)


def arguments_replaced(text, pattern, template):
    """Each argument of calls whose name matches the pattern, within the template."""
    parts = []
    while found := re.search(rf"\b(?:{pattern})\((?:DISTINCT )?", text):
        end = end_of_argument(text, found.end())
        parts += [text[: found.end()], template]
        argument = arguments_replaced(text[found.end() : end], pattern, template)
        parts[-1] = template.replace("{0}", argument)
        text = text[end:]
    return "".join(parts) + text


def end_of_argument(text, begin, ends=",)]"):
    """Where the argument that begins there ends: before a comma or bracket that is not its own."""
    depth, quoted = 0, False
    for at in range(begin, len(text)):
        if text[at] == "'":
            quoted = not quoted
        elif quoted:
            continue
        elif text[at] in "([":
            depth += 1
        elif depth == 0 and text[at] in ends:
            return at
        elif text[at] in ")]":
            depth -= 1
    return len(text)
