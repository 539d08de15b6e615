"""The engine menu: what is on it, in which order, and what it says of files that cannot be used."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from backend.domain.engines import EngineInfo
from backend.domain.errors import NotFound, Unavailable
from backend.host import catalog as catalog_module
from backend.host import machine
from backend.host.catalog import EngineCatalog

OFFICIAL = {
    f"sam{version}_hiera_{size}"
    for version in ("2", "2.1")
    for size in ("tiny", "small", "base_plus", "large")
}


@pytest.fixture
def device(monkeypatch: pytest.MonkeyPatch):
    """Sets what the machine seems to have."""

    def use(name: str) -> None:
        monkeypatch.setattr(catalog_module, "find_device", lambda: name)

    use("cpu")
    return use


def weights(folder: Path, name: str) -> Path:
    """What a checkpoint looks like from outside."""
    path = folder / f"{name}.pt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", b"weights" * 1000)
    return path


def entry(folder: Path, name: str) -> EngineInfo:
    [found] = [info for info in EngineCatalog(folder).engines() if info.id == name]
    return found


def test_without_weights_the_embedded_engine_comes_first_and_the_rest_say_what_to_do(
    tmp_path: Path, device
) -> None:
    for folder in (tmp_path, tmp_path / "not there"):
        first, *rest = EngineCatalog(folder).engines()
        assert (first.id, first.available, first.device) == ("colorflow", True, "cpu")
        assert {info.id for info in rest} == OFFICIAL
        assert not any(info.available for info in rest)
        assert all(f"run checkpoints/download_ckpts.sh {info.id}" in info.note for info in rest)


def test_a_checkpoint_shows_up_as_soon_as_it_is_there(tmp_path: Path, device) -> None:
    catalog = EngineCatalog(tmp_path)
    assert [info.id for info in catalog.engines() if info.available] == ["colorflow"]
    weights(tmp_path, "sam2.1_hiera_tiny")
    assert [info.id for info in catalog.engines() if info.available] == ["colorflow", "sam2.1_hiera_tiny"]


@pytest.mark.parametrize(
    ("name", "order"),
    [
        ("cpu", ["colorflow", "sam2.1_hiera_tiny", "sam2.1_hiera_base_plus", "sam2_hiera_base_plus", "mine"]),
        (
            "cuda",
            ["sam2.1_hiera_base_plus", "sam2.1_hiera_tiny", "sam2_hiera_base_plus", "mine", "colorflow"],
        ),
    ],
)
def test_the_best_choice_for_the_machine_comes_first(
    tmp_path: Path, device, name: str, order: list[str]
) -> None:
    device(name)
    for checkpoint in order:
        if checkpoint != "colorflow":
            weights(tmp_path, checkpoint)
    (tmp_path / "mine.yaml").write_text("model: {}")
    menu = EngineCatalog(tmp_path).engines()
    assert [info.id for info in menu if info.available] == order
    assert {info.device for info in menu if info.id != "colorflow"} == {name}


def test_a_checkpoint_of_ones_own_needs_its_yaml(tmp_path: Path, device) -> None:
    weights(tmp_path, "mine")
    assert not entry(tmp_path, "mine").available
    assert "Put mine.yaml" in entry(tmp_path, "mine").note
    (tmp_path / "mine.yaml").write_text("model: {}")
    assert entry(tmp_path, "mine").available


def test_a_file_cannot_take_the_embedded_engines_place(tmp_path: Path, device) -> None:
    weights(tmp_path, "colorflow")
    assert [info.id for info in EngineCatalog(tmp_path).engines()].count("colorflow") == 1


@pytest.mark.parametrize("kept", [0, 1, 3000])
def test_a_file_that_was_cut_off_is_told(tmp_path: Path, device, kept: int) -> None:
    path = weights(tmp_path, "sam2.1_hiera_tiny")
    path.write_bytes(path.read_bytes()[:kept])
    told = entry(tmp_path, "sam2.1_hiera_tiny")
    assert not told.available
    assert "cut off" in told.note


def test_other_files_under_a_checkpoints_name_are_told(tmp_path: Path, device) -> None:
    (tmp_path / "sam2.1_hiera_tiny.pt").write_text("<html>not found</html>")
    assert "no checkpoint" in entry(tmp_path, "sam2.1_hiera_tiny").note
    (tmp_path / "sam2.1_hiera_small.pt").mkdir()
    assert "is no file" in entry(tmp_path, "sam2.1_hiera_small").note
    with zipfile.ZipFile(tmp_path / "sam2.1_hiera_large.pt", "w") as archive:
        archive.writestr("holiday.jpg", b"")
    assert "without weights" in entry(tmp_path, "sam2.1_hiera_large").note


@pytest.mark.skipif(os.geteuid() == 0, reason="root can read every file")
def test_an_unreadable_file_is_told(tmp_path: Path, device) -> None:
    weights(tmp_path, "sam2.1_hiera_tiny").chmod(0)
    assert "cannot be read" in entry(tmp_path, "sam2.1_hiera_tiny").note


def test_without_torch_a_checkpoint_says_how_to_get_it(
    tmp_path: Path, device, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights(tmp_path, "sam2.1_hiera_tiny")
    monkeypatch.setattr(catalog_module, "NEEDED", ("no_such_package",))
    told = entry(tmp_path, "sam2.1_hiera_tiny")
    assert not told.available
    assert "`make run`" in told.note
    with pytest.raises(Unavailable, match="make run"):
        EngineCatalog(tmp_path).load("sam2.1_hiera_tiny")


def test_an_engine_that_is_not_on_the_menu_cannot_be_loaded(tmp_path: Path, device) -> None:
    weights(tmp_path, "secret")
    inside = tmp_path / "inside"
    inside.mkdir()
    catalog = EngineCatalog(inside)
    for name in ("../secret", "/etc/passwd", "", "sam2"):
        with pytest.raises(NotFound):
            catalog.load(name)


def test_the_hash_is_taken_once_for_each_state_of_the_file(tmp_path: Path, device) -> None:
    path = weights(tmp_path, "mine")
    catalog = EngineCatalog(tmp_path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert catalog._sha256(path) == digest
    assert {info.weights_sha256 for info in catalog.engines() if info.id == "mine"} == {digest}
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("more", b"x")
    assert {info.weights_sha256 for info in catalog.engines() if info.id == "mine"} == {None}
    assert catalog._sha256(path) != digest


def test_a_torch_built_for_the_cpu_uses_no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.metadata, "version", lambda name: "2.13.0+cpu")
    monkeypatch.setattr(machine.Path, "exists", lambda path: True)
    assert machine.find_device() == "cpu"
    monkeypatch.setattr(machine.metadata, "version", lambda name: "2.13.0")
    assert machine.find_device() == "cuda"


def test_listing_and_the_fake_host_load_neither_torch_nor_opencv(tmp_path: Path, repository: Path) -> None:
    weights(tmp_path, "sam2.1_hiera_tiny")
    program = """
import sys
from pathlib import Path
from backend.host.catalog import EngineCatalog
from backend.host.fake_host import FakeHost
assert len(EngineCatalog(Path(sys.argv[1])).engines()) == 9
print([name for name in ("torch", "cv2", "hydra", "sam2") if name in sys.modules])
"""
    told = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=repository,
        check=True,
    )
    assert told.stdout.strip() == "[]"
