"""Requests that no client of good will sends: GraphQL operations with odd values, spoilt text, odd bodies.

Operations are made from the schema itself, so whatever field is added is fuzzed too. A request is a function
of its seed, so a finding is repeated by its number.
"""

from __future__ import annotations

import json
import random
import string
from dataclasses import dataclass, field

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
)

JSON = "application/json"
TEXTS = (
    "",
    " ",
    "\0",
    "a\0b",
    "../../etc/passwd",
    "..\\..\\x",
    "%2e%2e%2f",
    "é" * 300,
    "😀",
    "\ud800",
    "\udfff\ud800",
    "' OR 1=1 --",
    "{{7*7}}",
    "${x}",
    "<script>",
    "x" * 20_000,
    "\r\nX: y",
    "gallery/../x.mp4",
    "nan",
    "-1",
    "​",
)
NUMBERS = (
    "0",
    "-1",
    "1",
    "2147483647",
    "2147483648",
    "-2147483649",
    "9" * 400,
    "1e400",
    "-1e-400",
    "0.5",
    "1.0",
)
FLOATS = ("0", "-0.0", "1e308", "-1e308", "1e-320", "0.1", "10", "95.999", "1e17", "9" * 330)
TYPES = (
    "",
    "text/plain",
    "application/graphql",
    "application/x-www-form-urlencoded",
    "application/json; charset=utf-16",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "application/json;;;",
    "x/y/z",
    "application/octet-stream",
)
ACCEPTS = (
    "",
    "*/*",
    "text/html",
    "multipart/mixed",
    "text/event-stream",
    "application/graphql-response+json",
    "\x7f",
)
METHODS = ("GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "POST")


@dataclass(frozen=True)
class Sent:
    """One request, and a word on how it was made."""

    kind: str
    body: bytes
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": JSON})
    method: str = "POST"
    query: str = ""  # behind the "?"


@dataclass(frozen=True)
class Known:
    """Ids that exist, so that odd values reach what is behind them."""

    ids: tuple[str, ...]


def request_of(seed: int, schema: GraphQLSchema, known: Known) -> Sent:
    random_ = random.Random(seed)
    make = random_.choices((_operation, _spoilt, _shape, _header, _form, _tangle), (40, 20, 15, 8, 7, 10))[0]
    return make(random_, schema, known)


def _operation(r: random.Random, schema: GraphQLSchema, known: Known) -> Sent:
    return Sent("operation", _as_body(r, _document(r, schema, known)), _operation_headers(r))


def _operation_headers(r: random.Random) -> dict[str, str]:
    headers = {"content-type": JSON}
    if r.random() < 0.1:
        headers["accept"] = "text/event-stream"
    return headers


def _spoilt(r: random.Random, schema: GraphQLSchema, known: Known) -> Sent:
    """A document, or its body, of which some characters are lost, doubled or others."""
    text = _document(r, schema, known)
    if r.random() < 0.6:
        for _ in range(r.randint(1, 6)):
            text = _hurt(r, text)
        return Sent("spoilt text", _as_body(r, text))
    body = bytearray(_as_body(r, text))
    for _ in range(r.randint(1, 6)):
        body[r.randrange(len(body))] = r.randrange(256)
    return Sent("spoilt bytes", bytes(body))


def _hurt(r: random.Random, text: str) -> str:
    at = r.randrange(len(text) + 1)
    end = min(len(text), at + r.randint(1, 12))
    odd = r.choice(
        ["{", "}", "(", ")", "\0", "\ufeff", "$", "@", "...", '"', '"""', "#", "\ud800", "é", "on", "!"]
    )
    return r.choice([text[:at] + text[end:], text[:end] + text[at:], text[:at] + odd + text[at:]])


def _shape(r: random.Random, schema: GraphQLSchema, known: Known) -> Sent:
    """JSON of another shape, or hardly JSON."""
    query = json.dumps("{ __typename }")
    bodies = (
        "",
        "null",
        "[]",
        "[[]]",
        "0",
        '"x"',
        "true",
        "{}",
        '{"query": null}',
        '{"query": 7}',
        '{"query": []}',
        f'{{"query": {query}, "variables": []}}',
        f'{{"query": {query}, "variables": "x"}}',
        f'{{"query": {query}, "variables": {{"a": NaN, "b": Infinity, "c": -Infinity}}}}',
        f'{{"query": {query}, "variables": {{"a": {"9" * 5000}}}}}',
        f'{{"query": {query}, "operationName": 5}}',
        f'{{"query": {query}, "operationName": "nobody"}}',
        f'{{"query": {query}, "extensions": 1}}',
        f'{{"query": {query}, "query": 1}}',
        f'[{{"query": {query}}}, {{"query": {query}}}]',
        "[" * 100_000,
        '{"a":' * 20_000,
        '{"query": "\\ud800"}',
        '{"query": "{ video(id: \\"\\ud800\\") { id } }"}',
        '{"query": "{ library { id } }\\u0000"}',
        "\ufeff{}",
        "{'query': 1}",
        '{"query": "',
        f"{query}{query}",
    )
    body = r.choice(bodies).encode("utf-8", "surrogatepass")
    if r.random() < 0.2:
        body = r.choice(
            [body.decode("utf-8", "replace").encode("utf-16"), b"\xff\xfe" + body, bytes(500), body[:-1]]
        )
    return Sent("shape", body)


def _header(r: random.Random, schema: GraphQLSchema, known: Known) -> Sent:
    body = _as_body(r, _document(r, schema, known))
    headers = {"content-type": r.choice(TYPES), "accept": r.choice(ACCEPTS)}
    headers = {name: value for name, value in headers.items() if value}
    if r.random() < 0.3:
        headers["content-encoding"] = r.choice(["gzip", "br", "deflate", "x"])
    return Sent(
        "header", body, headers, r.choice(METHODS), r.choice(["", "query={__typename}", "query=%00", "%"])
    )


def _form(r: random.Random, schema: GraphQLSchema, known: Known) -> Sent:
    """Multipart requests as the upload of the official demo sends them, and not."""
    upload = "mutation($file: Upload!) { uploadVideo(file: $file) { path } }"
    operations = r.choice(
        [
            json.dumps({"query": upload, "variables": {"file": None}}),
            "[]",
            "null",
            "{",
            '{"query": 1}',
            "",
        ]
    )
    mapped = r.choice(
        [
            '{"0": ["variables.file"]}',
            '{"0": ["variables.none.deep"]}',
            '{"0": []}',
            "[]",
            "null",
            "{",
            '{"0": 5}',
            '{"0": ["variables.file.0.1.2"]}',
            '{"9": ["variables.file"]}',
            '{"0": ["__class__.x"]}',
        ]
    )
    name = r.choice(["x.mp4", "../../x", "\0", '";x="', "é" * 50])
    parts = [("operations", operations), ("map", mapped), ("0", "no film")]
    r.shuffle(parts)
    boundary = "b" + str(r.randrange(10**9))
    lines = []
    for part, content in parts[: r.randint(0, 3)]:
        file = f'; filename="{name}"' if part == "0" else ""
        lines.append(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{part}"{file}\r\n\r\n{content}\r\n'
        )
    end = r.choice([f"--{boundary}--\r\n", "", "--"])
    return Sent(
        "form", ("".join(lines) + end).encode(), {"content-type": f"multipart/form-data; boundary={boundary}"}
    )


def _tangle(r: random.Random, schema: GraphQLSchema, known: Known) -> Sent:
    """Documents that are correct, or nearly, and far too much."""
    count = r.choice([5, 40, 300, 3000])
    names = [f"F{i}" for i in range(count)]
    documents = (
        "{ a" * count + " }" * count,
        "{ " + " ".join(f"a{i}: __typename" for i in range(count)) + " }",
        "{ " + "library { id } " * count + "}",
        "{ library { ...F0 } } "
        + " ".join(f"fragment {name} on Video {{ ...F{i + 1} ...F{i + 1} }}" for i, name in enumerate(names))
        + f" fragment F{count} on Video {{ id }}",
        "{ library { ...A } } fragment A on Video { ...B } fragment B on Video { ...A }",
        "query(" + " ".join(f"$v{i}: Int = {i}" for i in range(count)) + ") { __typename }",
        "{ __typename " + "@skip(if: false) " * count + "}",
        "{ session(id: " + "[" * count + "1" + "]" * count + ") { id } }",
        'mutation { setPrompt(sessionId: "x", prompt: ' + "{a:" * count + "1" + "}" * count + ") }",
        "query A { __typename } " * count,
        "{ __schema { types "
        + "{ fields { type " * min(count, 50)
        + "{ name }"
        + " } }" * min(count, 50)
        + " } }",
        "subscription { "
        + " ".join(f's{i}: sessionFeed(sessionId: "x") {{ version }}' for i in range(count))
        + " }",
        "# " + "x" * count + "\n{ __typename }",
        '{ video(id: """' + "\\u0000 \\" * count + '""") { id } }',
    )
    return Sent("tangle", _as_body(r, r.choice(documents)))


def _as_body(r: random.Random, document: str) -> bytes:
    body: dict[str, object] = {"query": document}
    if r.random() < 0.2:
        body["variables"] = {
            r.choice(string.ascii_letters): r.choice([None, 1e308, "x", [], {"a": [1]}, True])
        }
    return json.dumps(body, ensure_ascii=r.random() < 0.5).encode("utf-8", "surrogatepass")


def _document(r: random.Random, schema: GraphQLSchema, known: Known) -> str:
    kinds = {
        "query": schema.query_type,
        "mutation": schema.mutation_type,
        "subscription": schema.subscription_type,
    }
    kind = r.choices(tuple(kinds), (4, 6, 1))[0]
    root = kinds[kind]
    assert root is not None
    chosen = r.sample(sorted(root.fields), min(len(root.fields), r.choice([1, 1, 1, 2])))
    fields = " ".join(_selected(r, name, root.fields[name], known, depth=0) for name in chosen)
    return f"{kind} {{ {fields} }}"


def _selected(r: random.Random, name: str, field_: GraphQLField, known: Known, depth: int) -> str:
    given = [
        f"{argument}: {_value(r, one.type, known)}"
        for argument, one in field_.args.items()
        if isinstance(one.type, GraphQLNonNull) or r.random() < 0.5
    ]
    arguments = f"({', '.join(given)})" if given else ""
    return f"{name}{arguments}{_selection(r, field_.type, known, depth)}"


def _selection(r: random.Random, given: GraphQLOutputType, known: Known, depth: int) -> str:
    inner = get_named_type(given)
    if is_leaf_type(inner):
        return ""
    assert isinstance(inner, GraphQLObjectType)
    names = [
        name for name, one in inner.fields.items() if depth < 3 or is_leaf_type(get_named_type(one.type))
    ]
    chosen = r.sample(names, r.randint(0, min(4, len(names)))) or ["__typename"]
    parts = (
        _selected(r, name, inner.fields[name], known, depth + 1) if name in inner.fields else name
        for name in chosen
    )
    return " { " + " ".join(parts) + " }"


def _value(r: random.Random, wanted: GraphQLInputType, known: Known) -> str:
    """Mostly of the type that is wanted, and odd."""
    if r.random() < 0.02:
        return r.choice(["null", "true", "[]", "{}", "[[[]]]", "$x", "ENUM", '"x"', "1", *NUMBERS[:4]])
    if isinstance(wanted, GraphQLNonNull):
        return _value(r, wanted.of_type, known)
    if isinstance(wanted, GraphQLList):
        count = r.choice([0, 1, 1, 2, 3, 40])
        return "[" + ", ".join(_value(r, wanted.of_type, known) for _ in range(count)) + "]"
    if isinstance(wanted, GraphQLInputObjectType):
        return "{" + ", ".join(f"{n}: {_value(r, one.type, known)}" for n, one in wanted.fields.items()) + "}"
    if isinstance(wanted, GraphQLEnumType):
        return r.choice(list(wanted.values))
    match wanted.name:
        case "Int":
            return r.choice(NUMBERS) if r.random() < 0.15 else str(r.randint(0, 25))
        case "Float":
            return r.choice(FLOATS) if r.random() < 0.2 else str(r.uniform(0, 90))
        case "Boolean":
            return r.choice(["true", "false"])
    if wanted.name == "ID" and r.random() < 0.8:
        return json.dumps(r.choice(known.ids))
    return json.dumps(r.choice((*TEXTS, "Object 1", "#ff0000", "car")), ensure_ascii=False)
