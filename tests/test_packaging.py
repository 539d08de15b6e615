"""The locks are whole, the container is closed, and a missing tool is named in one sentence."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
import yaml


def pins(lines: list[str]) -> dict[str, str]:
    """Package to version, from lines `name[extra]==version`."""
    found = {}
    for line in lines:
        match = re.fullmatch(r"([\w.-]+)(?:\[[\w,]+\])?==([\w.]+)", line)
        assert match, f"{line!r} is not pinned to one version"
        found[canonical(match[1])] = match[2]
    return found


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def lines_of(path: Path) -> list[str]:
    return [line for line in path.read_text().splitlines() if line and not line.startswith("#")]


def test_every_dependency_is_pinned_and_locked(repository: Path) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text())["project"]
    direct = project["dependencies"] + [
        line for extra in project["optional-dependencies"].values() for line in extra
    ]
    locked = pins(lines_of(repository / "constraints.txt"))
    assert pins(direct).items() <= locked.items()


def test_the_lock_holds_what_the_dependencies_bring(repository: Path) -> None:
    """Of each locked package that is installed here, what it requires on this machine is locked as well."""
    locked = pins(lines_of(repository / "constraints.txt"))
    installed = {canonical(name) for names in packages_distributions().values() for name in names}
    for name in locked.keys() & installed:
        for requirement in requires(name) or []:
            if ";" not in requirement:  # no condition: needed everywhere
                needed = canonical(re.match(r"[\w.-]+", requirement)[0])
                assert needed in locked, f"{name} brings {needed}, which constraints.txt does not pin"


COMES_WITH = {"anyio": "starlette", "werkzeug": "flask", "graphql": "strawberry-graphql"}
COMES_WITH |= {"cross_web": "strawberry-graphql", "omegaconf": "hydra-core"}
"""Modules of packages that a dependency brings and offers."""


def test_everything_that_is_imported_is_a_dependency(repository: Path) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    lines = project["dependencies"] + extras["sam2"] + extras["train"] + extras["postgres"]
    declared = {canonical(re.match(r"[\w.-]+", line)[0]) for line in lines}
    packages = packages_distributions()
    for path in [*(repository / "backend").rglob("*.py"), *(repository / "sam2").rglob("*.py")]:
        for module in re.findall(r"^(?:from|import) (\w+)", path.read_text(), re.MULTILINE):
            # The benchmark's peer says itself that it has to be installed.
            if module in sys.stdlib_module_names or module in ("backend", "sam2", "masklet", "transformers"):
                continue
            owner = COMES_WITH.get(module) or packages.get(module, [module])[0]
            assert canonical(owner) in declared, f"{path.name} imports {module}, which no dependency brings"


def test_the_web_lock_serves_every_platform(repository: Path) -> None:
    """npm leaves platforms out that its registry does not have, and `npm ci` then fails everywhere."""
    packages = json.loads((repository / "frontend" / "package-lock.json").read_text())["packages"]
    for owner, package in packages.items():
        for name in package.get("optionalDependencies", {}):
            assert f"node_modules/{name}" in packages, f"{name}, which {owner} may need, is not in the lock"


def test_the_container_is_reachable_from_this_machine_only(repository: Path) -> None:
    compose = yaml.safe_load((repository / "docker-compose.yaml").read_text())
    (service,) = (one for one in compose["services"].values() if "profiles" not in one)
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert service["environment"]["MASKLET_PUBLISHED_ON"] == "127.0.0.1"
    dockerfile = (repository / "Dockerfile").read_text()
    assert re.search(r"^USER masklet$", dockerfile, re.MULTILINE)
    assert not re.search(r"^#\s*syntax=", dockerfile, re.MULTILINE)  # it would need a registry


def test_the_image_is_built_without_what_people_keep(repository: Path) -> None:
    ignored = lines_of(repository / ".dockerignore")
    assert {"data", "checkpoints/*.pt", ".git", ".venv"} <= set(ignored)


def check_tools(repository: Path, folder: Path, **programs: str) -> subprocess.CompletedProcess[str]:
    """Run .ci/check_tools.sh where only these programs exist; each is a line of shell."""
    for name, line in programs.items():
        program = folder / name
        program.write_text(f"#!{shutil.which('sh')}\n{line}\n")
        program.chmod(0o755)
    return subprocess.run(
        [shutil.which("sh") or "sh", str(repository / ".ci" / "check_tools.sh")],
        env={"PATH": str(folder), "HOME": os.environ.get("HOME", "/")},
        capture_output=True,
        text=True,
        timeout=30,
    )


def test_tools_that_are_good_enough(repository: Path, tmp_path: Path) -> None:
    done = check_tools(repository, tmp_path, python3="exit 0", node="echo v20.19.0", npm="exit 0")
    assert (done.returncode, done.stdout, done.stderr) == (0, "python3\n", "")


@pytest.mark.parametrize(
    ("programs", "sentence"),
    [
        ({"node": "echo v22.1.0", "npm": "exit 0"}, "needs Python 3.11 or newer"),
        ({"python3": "exit 1", "node": "echo v22.1.0", "npm": "exit 0"}, "needs Python 3.11 or newer"),
        ({"python3": "exit 0"}, "needs Node 20.19 or newer (found: none)"),
        ({"python3": "exit 0", "node": "echo v18.20.4", "npm": "exit 0"}, "(found: v18.20.4)"),
        ({"python3": "exit 0", "node": "echo v20.9.0", "npm": "exit 0"}, "(found: v20.9.0)"),
        ({"python3": "exit 0", "node": "echo v22.1.0"}, "needs npm"),
        (
            {"python3": 'case "$*" in *ensurepip*) exit 1;; esac', "node": "echo v22.1.0", "npm": "exit 0"},
            "python3-venv",
        ),
    ],
)
def test_a_tool_that_is_missing_or_old_is_named_in_one_sentence(
    repository: Path, tmp_path: Path, programs: dict[str, str], sentence: str
) -> None:
    done = check_tools(repository, tmp_path, **programs)
    assert done.returncode == 1 and done.stdout == ""
    assert sentence in done.stderr and done.stderr.count("\n") == 1


def install_browser(repository: Path, folder: Path, python: str) -> subprocess.CompletedProcess[str]:
    """Run .ci/install_browser.sh as a user who may install nothing; `python` is a line of shell."""
    for name, line in {"python": python, "id": "echo 1000"}.items():
        program = folder / name
        program.write_text(f"#!{shutil.which('sh')}\n{line}\n")
        program.chmod(0o755)
    for name in ("dirname", "grep"):
        (folder / name).symlink_to(shutil.which(name) or name)
    return subprocess.run(
        [shutil.which("sh") or "sh", str(repository / ".ci" / "install_browser.sh"), str(folder / "python")],
        env={"PATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=30,
    )


def test_an_installed_browser_is_taken(repository: Path, tmp_path: Path) -> None:
    done = install_browser(repository, tmp_path, python="echo browser: /usr/bin/chromium")
    assert (done.returncode, done.stdout) == (0, "browser: /usr/bin/chromium\n")


def test_playwrights_browser_is_fetched_where_nothing_else_works(repository: Path, tmp_path: Path) -> None:
    fetched = tmp_path / "fetched"
    line = f'case "$2" in playwright) : >{fetched} ;; *) [ -e {fetched} ] && echo its own ;; esac'
    done = install_browser(repository, tmp_path, python=line)
    assert done.returncode == 0 and done.stdout.endswith("its own\n")


def test_without_any_browser_one_line_says_so(repository: Path, tmp_path: Path) -> None:
    done = install_browser(repository, tmp_path, python="exit 1")
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1].endswith("the browser tests will be skipped.")
