"""The `masklet` command as a person types it: what it says, its exit codes, and how soon it answers."""

from __future__ import annotations

import subprocess
import sys

import pytest

from backend.cli import COMMANDS, available, main


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "backend.cli", *arguments], capture_output=True, text=True, timeout=120
    )


def test_without_a_command_it_says_which_there_are() -> None:
    done = run()
    assert done.returncode == 2
    assert all(f"  {name} " in done.stdout for name in available())


def test_an_unknown_command_is_one_sentence() -> None:
    done = run("exprot")
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith("masklet: There is no command 'exprot'") and done.stderr.count("\n") == 1


@pytest.mark.parametrize("name", available())
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0
    assert f"usage: masklet {name}" in capsys.readouterr().out
    assert name in COMMANDS


def test_help_loads_neither_torch_nor_opencv() -> None:
    code = (
        "import sys; from backend.cli import main, available\n"
        "for name in available(): main([name, '--help'])\n"
        "print([m for m in ('torch', 'cv2', 'flask', 'strawberry') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout.splitlines()[-1] == "[]", done.stderr
