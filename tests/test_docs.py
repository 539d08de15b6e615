"""The documents say what is so: links lead somewhere, commands and settings exist, examples run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

from backend.api.monitor.metrics import Metrics
from backend.limits import limit_settings
from backend.settings import Settings
from tests.e2e.server import MaskletServer

REPOSITORY = Path(__file__).resolve().parent.parent
SKIPPED_FOLDERS = {".venv", "node_modules", "data", "artifacts", ".pytest_cache", "dist"}


def documents() -> Iterator[Path]:
    for path in sorted(REPOSITORY.rglob("*.md")):
        if not SKIPPED_FOLDERS & set(path.relative_to(REPOSITORY).parts):
            yield path


DOCUMENTS = list(documents())
BY_PATH = [pytest.param(path, id=str(path.relative_to(REPOSITORY))) for path in DOCUMENTS]
GUIDES = [path for path in DOCUMENTS if path.parent.name in ("docs", "checkpoints", REPOSITORY.name)]


def code_blocks(path: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", path.read_text(), re.MULTILINE | re.DOTALL)


def prose(path: Path) -> str:
    return re.sub(r"^```.*?^```", "", path.read_text(), flags=re.MULTILINE | re.DOTALL)


def anchors(path: Path) -> set[str]:
    """Of each heading, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", prose(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_documents_are_found() -> None:
    names = {str(path.relative_to(REPOSITORY)) for path in GUIDES}
    assert {"README.md", "docs/user-guide.md", "docs/protocol.md", "checkpoints/README.md"} <= names


@pytest.mark.parametrize("path", BY_PATH)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(path)):
        if target.startswith(("http://", "https://")):
            continue
        name, _, anchor = target.partition("#")
        linked = (path.parent / name).resolve() if name else path
        assert linked.exists(), f"{target} is not there"
        assert not anchor or anchor in anchors(linked), f"{target}: no such heading"


@pytest.mark.parametrize("path", [p for p in BY_PATH if p.values[0] in GUIDES])
def test_paths_that_are_named_exist(path: Path) -> None:
    """Words in backticks that look like a path of the repository, `backend/store/` or `tests/conftest.py`."""
    tops = "|".join(re.escape(entry.name) for entry in REPOSITORY.iterdir() if entry.is_dir())
    for name in re.findall(rf"`((?:{tops})/[\w./+-]*)", path.read_text()):
        made_by_running = name.startswith(("artifacts/", "data/", "frontend/dist"))
        made_by_running |= "NNNN" in name  # the name of a migration that somebody will write
        assert made_by_running or (REPOSITORY / name).exists(), f"{name} is not in the repository"


def test_make_targets_that_are_named_exist() -> None:
    makefile = (REPOSITORY / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z][\w-]*):", makefile, re.MULTILINE))
    named = {
        target
        for path in GUIDES
        for target in re.findall(r"(?:`|^|\n)(?:[A-Z_]+=\S+ )?make ([a-z]+)", path.read_text())
    }
    assert {"run", "test", "check", "format"} <= named
    assert named <= targets
    described = set(re.findall(r"\bmake ([a-z]+)  ", "\n".join(makefile.splitlines()[:6])))
    assert described <= targets


def test_npm_scripts_that_are_named_exist() -> None:
    package = (REPOSITORY / "frontend" / "package.json").read_text()
    for path in GUIDES:
        for script in re.findall(r"`npm (?:run )?([a-z:]+)", path.read_text()):
            assert script in ("ci", "install") or f'"{script}":' in package, f"npm run {script}"


def settings_in(document: str) -> dict[str, str]:
    """The default that a document's tables give for each variable."""
    table = (REPOSITORY / "docs" / document).read_text()
    return dict(re.findall(r"^\| `([A-Z][A-Z_]+)` \| (.*?) \|", table, re.MULTILINE))


def test_settings_are_documented_and_documented_settings_are_read() -> None:
    settings = (REPOSITORY / "backend" / "settings.py").read_text()
    read = set(re.findall(r'"([A-Z][A-Z_]+)"', settings)) | {one.name for one in limit_settings()}
    assert settings_in("operations.md").keys() == read
    assert settings_in("user-guide.md").keys() <= read


def test_limits_are_documented_with_their_defaults() -> None:
    documented = settings_in("operations.md")
    for one in limit_settings():
        assert documented[one.name] == str(one.default), one.name
    assert documented["MAX_UPLOAD_BYTES"] == str(Settings.max_upload_bytes)
    assert documented["MASKLET_STOP_SECONDS"] == str(Settings.stop_s)


def test_metrics_are_documented_and_documented_metrics_exist() -> None:
    made = set(re.findall(r"^# TYPE (masklet_\w+) ", Metrics(lambda: 0).text().decode(), re.MULTILINE))
    made = {name for name in made if not name.endswith("_created")}
    table = (REPOSITORY / "docs" / "operations.md").read_text()
    rows = "\n".join(re.findall(r"^\| `masklet_.*?\| ", table, re.MULTILINE))
    assert set(re.findall(r"`(masklet_\w+)`", rows)) == made


def test_other_variables_that_are_named_are_read_somewhere() -> None:
    places = [
        REPOSITORY / name for name in ("Makefile", "Dockerfile", "backend/settings.py", "backend/limits.py")
    ]
    own = ("docker-compose.yaml", "Caddyfile", "backend/provider.py", "backend/client/client.py")
    places += [REPOSITORY / name for name in own]
    places += (REPOSITORY / "backend" / "cli").glob("*.py")
    places += [REPOSITORY / "checkpoints" / "download_ckpts.sh", *(REPOSITORY / ".ci").iterdir()]
    places += [path for path in (REPOSITORY / "tests").rglob("*.py") if path.name != "test_docs.py"]
    read = "\n".join(path.read_text() for path in places)
    for path in GUIDES:
        for name in re.findall(r"\b((?:MASKLET|TORCH)(?:_[A-Z]+)+|CHECKPOINTS_DIR)\b", path.read_text()):
            assert re.search(rf"\b{name}\b", read), f"{path.name} names {name}, which nothing reads"


@pytest.mark.parametrize("path", BY_PATH)
def test_graphql_examples_fit_the_schema(path: Path) -> None:
    schema = build_schema((REPOSITORY / "frontend" / "schema.graphql").read_text())
    for example in code_blocks(path, "graphql"):
        errors = validate(schema, parse(example))
        assert not errors, f"{example}\n{errors}"


def test_the_protocols_examples_run(gallery_server: MaskletServer) -> None:
    """docs/protocol.md's Python, top to bottom, against a real server; it asserts by itself."""
    blocks = code_blocks(REPOSITORY / "docs" / "protocol.md", "python")
    assert len(blocks) >= 4
    program = "\n".join(blocks)
    assert "http://localhost:7262" in program
    exec(
        compile(program.replace("http://localhost:7262", gallery_server.url), "docs/protocol.md", "exec"), {}
    )


def test_the_python_examples_of_the_guides_compile() -> None:
    for path in DOCUMENTS:
        for block in code_blocks(path, "python"):
            compile(block, str(path), "exec")
