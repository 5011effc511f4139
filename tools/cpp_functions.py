# SPDX-License-Identifier: Apache-2.0
"""Finds the functions of a C++ text by its braces: enough for our own style, without a compiler."""
import re

TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/'
    r'|R"(?P<raw>[^(\s]{0,16})\(.*?\)(?P=raw)"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'",
    re.DOTALL)
DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", re.MULTILINE)
OPERATOR = re.compile(r"\boperator\s*(?:\(\)|\[\]|[^\s\w(]+)")
TYPE = re.compile(r"\b(?:namespace|class|struct|union|enum)\b")
CONTROL = re.compile(r"^\s*(?:if|for|while|switch|else|do|try|catch|return)\b")


def blank(text):
    """The same number of lines and columns, without content."""
    return re.sub(r"[^\n]", " ", text)


def without_comments(text):
    """Comments and the insides of strings blanked, everything else in place."""
    return TOKEN.sub(lambda match: '""' + blank(match.group())[2:]
                     if match.group()[0] in "\"R'" else blank(match.group()), text)


def opens_function(head):
    """Whether the `{` after `head`, at namespace or class level, begins a function body."""
    head = OPERATOR.sub("operator_", head)
    if CONTROL.match(head) or "(" not in head:
        return False
    flat, depth = [], 0
    for char in head:
        depth += {"(": 1, ")": -1}.get(char, 0)
        if depth == 0:
            flat.append(char)
    flat = "".join(flat)
    if "=" in flat:
        return False
    # `struct Foo {` may carry attributes with parentheses; a function that returns one ends so:
    ends_as_function = head.rstrip().endswith((")", "const", "noexcept"))
    return ends_as_function or not TYPE.search(flat.partition(")")[0])


def function_name(head):
    head = OPERATOR.sub("operator_", head)
    found = re.search(r"([\w:~]+)\s*\($", head[:head.find("(") + 1])
    return found.group(1) if found else "function"


def functions(text):
    """(name, line, length in lines) of every function body, in order of their end."""
    code = DIRECTIVE.sub(lambda match: blank(match.group()), without_comments(text))
    found, scopes = [], []  # a scope is (is_function, name, first line)
    head_start, line = 0, 1
    for position, char in enumerate(code):
        if char == "\n":
            line += 1
        elif char == "{":
            head = code[head_start:position].strip()
            within = any(is_function for is_function, _, _ in scopes)
            first = line - code[head_start:position].lstrip().count("\n")
            is_function = not within and opens_function(head)
            scopes.append((is_function, function_name(head) if is_function else "", first))
            head_start = position + 1
        elif char == "}":
            if scopes:
                is_function, name, first = scopes.pop()
                if is_function:
                    found.append((name, first, line - first + 1))
            head_start = position + 1
        elif char == ";":
            head_start = position + 1
        elif char == ":" and re.search(r"\b(public|private|protected)\s*$",
                                       code[head_start:position]):
            head_start = position + 1
    return found
