# SPDX-License-Identifier: Apache-2.0
"""What random queries are put together from."""

from expressions import Expression


class Query:
    """`text` for Flink; `duck` is None where DuckDB has no equal; `columns`: [(name, kind)]."""

    def __init__(self, text, duck, columns, shape, ordered=False, append=False):
        self.text, self.duck, self.columns = text, duck, columns
        self.shape, self.ordered, self.append = shape, ordered, append


class Source:
    """What stands after FROM: its text, the form for DuckDB and the columns that can be named."""

    def __init__(self, text, duck, scope, ordered, append, name=None):
        self.text, self.duck, self.scope, self.name = text, duck, scope, name
        self.ordered, self.append = ordered, append


def column(alias, name, kind, quoted_duck=None):
    text = f"{alias}.{name}"
    return Expression(kind, text, text if quoted_duck is None else quoted_duck)


def both(template, *pairs):
    """(text, duck) of a template whose parts are (text, duck) pairs."""
    duck = None
    if all(pair[1] is not None for pair in pairs):
        duck = template.format(*[pair[1] for pair in pairs])
    return template.format(*[pair[0] for pair in pairs]), duck
