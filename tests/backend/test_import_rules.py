"""Who may import whom (design, section 2), checked on every source file without running any."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
OURS = ("backend", "sam2")


@dataclass(frozen=True)
class Import:
    """`module` is imported by the module `by`."""

    by: str
    module: str
    line: int
    at_start: bool  # when `by` is imported, not later inside a function and not for type checkers only

    def __str__(self) -> str:
        return f"{self.by}:{self.line} imports {self.module}"


def module_name(path: Path) -> str:
    parts = list(path.relative_to(REPOSITORY).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def sources() -> dict[str, Path]:
    """Every module of the product by its dotted name."""
    return {module_name(path): path for root in OURS for path in sorted((REPOSITORY / root).rglob("*.py"))}


def is_for_type_checkers(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def is_for_running(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'"


def walk(node: ast.AST, at_start: bool = True) -> Iterator[tuple[ast.AST, bool]]:
    for child in ast.iter_child_nodes(node):
        is_function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        later = is_function or is_for_type_checkers(child)
        yield child, at_start
        yield from walk(child, at_start and not later)


def imports_of(name: str, path: Path) -> Iterator[Import]:
    for node, at_start in walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(name, alias.name, node.lineno, at_start)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = name if path.name == "__init__.py" else name.rpartition(".")[0]
                base = ".".join(
                    filter(None, [*package.split(".")[: None if node.level == 1 else 1 - node.level], base])
                )
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                yield Import(name, inner if inner in sources() else base, node.lineno, at_start)


@cache
def all_imports() -> tuple[Import, ...]:
    return tuple(found for name, path in sources().items() for found in imports_of(name, path))


def is_in(module: str, *packages: str) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def found(by: Iterable[str], *packages: str) -> list[str]:
    """Imports of these packages, or what is in them, by those."""
    return [str(i) for i in all_imports() if is_in(i.by, *by) and is_in(i.module, *packages)]


def test_there_is_something_to_check() -> None:
    assert len(sources()) > 60
    assert len(all_imports()) > 300
    assert {"backend.domain.plan", "backend.worker.actor", "sam2.modeling.sam2_base"} <= set(sources())


def test_the_domain_imports_only_itself_and_the_standard_library() -> None:
    strangers = [
        str(i)
        for i in all_imports()
        if is_in(i.by, "backend.domain")
        and not is_in(i.module, "backend.domain")
        and i.module.partition(".")[0] not in sys.stdlib_module_names
    ]
    assert strangers == []


TENSORS = "sam2.procedural.tensors"  # the one module of the procedural set that needs torch


def test_torch_is_the_workers_and_the_models() -> None:
    torch_users = {i.by for i in all_imports() if is_in(i.module, "torch")}
    assert [user for user in torch_users if not is_in(user, "sam2", "backend.worker")] == []
    knowing = ["backend.cli.finetune", "backend.worker.evaluated", "backend.worker.sam2_engine"]
    drawing = ["backend.gallery", "backend.media"]
    allowed = found(knowing, "sam2") + found(drawing, "sam2.procedural")
    assert set(found(["backend"], "sam2")) == set(allowed), "only these know the library"


def test_procedural_video_is_drawn_without_the_model_and_without_torch() -> None:
    """The gallery is of that set, and the service starts without torch."""
    outside = [
        str(i)
        for i in all_imports()
        if is_in(i.by, "sam2.procedural")
        and not is_in(i.by, TENSORS)
        and (
            is_in(i.module, "torch", TENSORS)
            or (is_in(i.module, "sam2") and not is_in(i.module, "sam2.procedural"))
        )
    ]
    assert outside == []
    assert found(["backend"], TENSORS) == []


def test_the_library_knows_nothing_of_the_service() -> None:
    assert found(["sam2"], "backend") == []


def test_the_model_knows_nothing_of_videos() -> None:
    assert found(["sam2.modeling"], "sam2.tracking", "sam2.sam2_video_predictor", "sam2.build_sam") == []


def test_selection_is_integers_only() -> None:
    assert found(["sam2.tracking.selection"], "torch", "numpy") == []


FACADES = {"sam2.utils.misc"}  # official names kept for other people's code; nothing of ours imports them
ALLOWED = {
    # What each folder of the service may import of the others. `backend.app` wires them all.
    "backend.domain": (),
    "backend.store": ("backend.domain",),
    "backend.media": ("backend.domain",),
    "backend.formats": ("backend.domain",),
    "backend.exchange": ("backend.domain", "backend.formats", "backend.media"),
    "backend.worker": ("backend.domain",),
    "backend.host": ("backend.domain", "backend.worker"),
}


@pytest.mark.parametrize("folder", ALLOWED)
def test_folders_import_only_what_the_design_allows(folder: str) -> None:
    others = [
        str(i)
        for i in all_imports()
        if is_in(i.by, folder)
        and is_in(i.module, "backend")
        and not is_in(i.module, folder, *ALLOWED[folder])
    ]
    assert others == []


def test_the_web_api_reaches_no_engine() -> None:
    assert found(["backend.api"], "backend.worker", "backend.store", "sam2") == []


def test_starting_the_service_loads_no_torch() -> None:
    """Not even through others: what is imported when `backend.app` is."""
    waiting, reached = ["backend.app"], {"backend.app"}
    while waiting:
        name = waiting.pop()
        for one in all_imports():
            if one.by == name and one.at_start:
                parents = one.module.split(".")
                for depth in range(1, len(parents) + 1):
                    module = ".".join(parents[:depth])
                    if module not in reached:
                        reached.add(module)
                        waiting.append(module)
    assert {"backend.host.thread_host", "sam2.procedural.clips"} <= reached
    heavy = [module for module in reached if is_in(module, "torch", "hydra", TENSORS)]
    model = [module for module in reached if is_in(module, "sam2") and not is_in(module, "sam2.procedural")]
    assert heavy == [] and model == ["sam2"], "which is a docstring"


def package_of(module: str) -> str:
    """The folder of `backend` or `sam2` that a module is in; a module right in those stands for itself."""
    return module if module in FACADES else ".".join(module.split(".")[:2])


def test_no_cycles_between_packages() -> None:
    edges: dict[str, set[str]] = {}
    for one in all_imports():
        if is_in(one.module, *OURS) and one.module in sources():
            edges.setdefault(package_of(one.by), set()).add(package_of(one.module))
    assert cycle_in(edges) is None


def test_facades_are_for_others() -> None:
    assert [str(i) for i in all_imports() if i.module in FACADES] == []


def test_no_cycles_between_modules_at_start() -> None:
    edges: dict[str, set[str]] = {}
    for one in all_imports():
        if one.at_start and one.module in sources() and one.module != one.by:
            edges.setdefault(one.by, set()).add(one.module)
    assert cycle_in(edges) is None


def cycle_in(edges: dict[str, set[str]]) -> list[str] | None:
    """A cycle, or None. A package's imports within itself are none."""
    done: set[str] = set()

    def visit(name: str, path: list[str]) -> list[str] | None:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return None
        for other in sorted(edges.get(name, set()) - {name}):
            cycle = visit(other, [*path, name])
            if cycle:
                return cycle
        done.add(name)
        return None

    for name in sorted(edges):
        cycle = visit(name, [])
        if cycle:
            return cycle
    return None


def test_the_checker_sees_cycles() -> None:
    assert cycle_in({"a": {"b"}, "b": {"c"}, "c": {"a"}}) == ["a", "b", "c", "a"]
    assert cycle_in({"a": {"b", "c"}, "b": {"c"}}) is None


HARMLESS = (
    ast.Import,
    ast.ImportFrom,
    ast.ClassDef,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.Assign,
    ast.AnnAssign,
)


def effects(tree: ast.Module) -> Iterator[ast.stmt]:
    """Statements that do something when the module is imported, beside defining names."""
    for statement in tree.body:
        if isinstance(statement, HARMLESS) or is_for_type_checkers(statement) or is_for_running(statement):
            continue
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            continue  # a docstring
        yield statement


def test_nothing_happens_at_import() -> None:
    acting = [
        f"{name}:{statement.lineno} {ast.unparse(statement).splitlines()[0]}"
        for name, path in sources().items()
        if path.name != "__main__.py" and not is_in(name, "backend.store.migrations")  # Alembic runs those
        for statement in effects(ast.parse(path.read_text()))
    ]
    assert acting == []
