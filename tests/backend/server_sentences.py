"""Every sentence that the server may say to somebody in the browser, found in the backend's source.

A sentence begins with a capital or a value, has a blank in it and ends with a full stop. What an f-string
puts in is `{}` here. Words are what is put into such a place: "Object {}", "the box is empty".
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

BACKEND = Path(__file__).parents[2] / "backend"
# What is met at a terminal, in the log, or by programs only. All else is met in the browser.
ELSEWHERE = (
    "__main__.py",
    "api/access.py",  # in place of the app, or to another page's request
    "api/monitor",
    "api/official",
    "api/once.py",
    "api/owner_key.py",
    "api/presence/here.py",
    "api/query_limits.py",
    "api/tus/protocol.py",
    "cli",
    "client",
    "domain/once.py",
    "exchange/verify.py",
    "headless.py",
    "host/fake_host.py",
    "host/memory.py",
    "provider.py",
    "run_job.py",
    "serve",
    "settings.py",
    "store/backup.py",
    "store/backups",
    "store/migrations",
)
# As ELSEWHERE, in files that also speak to people.
TO_PROGRAMS = frozenset(
    {
        "DATABASE_URL is not a database address: write sqlite:////path/masklet.sqlite or "
        "postgresql://user@host/name.",
        "DATABASE_URL must name an SQLite file or a PostgreSQL database.",
        "The database was written by a newer Masklet: update this one, or use another MASKLET_DATA.",
        "The folder {} cannot be made ({}); use another.",
        "The place of the cursor or the view is far outside of any video.",
        "The view's zoom is 1 where the whole video shows, and never 0.",
        "A page holds at most {} objects at once.",
        "The masks belong to whoever made them. The video, and every picture of it in this export, stays "
        "under the licence of the source: check that before you pass them on.",
        "This FramesApart is closed.",
        "This VideoFrames is closed.",
        "This is no answer that was kept.",
    }
)
READERS = ("formats", "exchange/reading.py", "worker/colorflow/session.py")
TAKE_WORDS = {  # functions and the place of the argument that they put into a sentence
    "sentence": 0,
    "check_ids": 2,
    "check_count": 3,
    "checked_text": 1,
    "_check_apart": 1,
    "_explained": 0,
}
SENTENCE = re.compile(r"(?:[A-Z]|\{\}).* .*\.(?:\{\})?", re.DOTALL)
WORDS = re.compile(r".*[A-Za-z]{2}.*[^.]", re.DOTALL)
NOT_SAID = frozenset({"log", "logger", "logging", "warnings", "RuntimeError", "AssertionError", "TypeError"})


@dataclass(frozen=True)
class Said:
    pattern: str  # "There is no engine {}; choose one of {}."
    where: str  # "backend/domain/commands.py:245"


def sentences() -> list[Said]:
    return [
        said
        for path in _files()
        for said in _said(path, ast.walk(ast.parse(path.read_text("utf-8"))), SENTENCE)
        if said.pattern not in TO_PROGRAMS
    ]


def words() -> list[Said]:
    """What follows "Object 3 on frame 4: " in an import's report, and what else is put into sentences."""
    return [said for path in _files() for said in _said(path, _words_in(path), WORDS)]


def _files() -> Iterator[Path]:
    for path in sorted(BACKEND.rglob("*.py")):
        if not _is_under(path, ELSEWHERE):
            yield path


def _is_under(path: Path, places: tuple[str, ...]) -> bool:
    inside = path.relative_to(BACKEND).as_posix()
    return any(inside == place or inside.startswith(f"{place}/") for place in places)


def _said(path: Path, nodes: Iterator[ast.AST], wanted: re.Pattern[str]) -> Iterator[Said]:
    found = list(nodes)
    passed_over = {id(one) for node in found for one in _not_said(node)}
    for node in found:
        if id(node) in passed_over or not isinstance(node, ast.Constant | ast.JoinedStr):
            continue
        pattern = _pattern(node)
        if pattern is not None and wanted.fullmatch(pattern):
            yield Said(pattern, f"{path.relative_to(BACKEND.parent).as_posix()}:{node.lineno}")


def _words_in(path: Path) -> Iterator[ast.AST]:
    is_reader = _is_under(path, READERS)
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            place = 0 if is_reader and name in ("ValueError", "InvalidInput") else TAKE_WORDS.get(name)
            if place is not None and place < len(node.args):
                yield from ast.walk(node.args[place])
        elif is_reader and isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "where":
            yield from ast.walk(node.value)
        elif isinstance(node, ast.FunctionDef) and node.name == "where":
            yield from ast.walk(node)
        elif is_reader and isinstance(node, ast.FunctionDef) and node.name.startswith("_wrong"):
            lines = (one for one in ast.walk(node) if isinstance(one, ast.Return))
            yield from (one for line in lines for one in ast.walk(line))


def _pattern(node: ast.Constant | ast.JoinedStr) -> str | None:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)


def _not_said(node: ast.AST) -> Iterator[ast.AST]:
    """Docstrings, descriptions of the schema, lines of the log, the parts of an f-string."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield from node.values
    elif isinstance(node, ast.keyword) and node.arg == "description":
        yield from ast.walk(node.value)
    elif isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[0] in NOT_SAID:
        yield from ast.walk(node)
