"""A backup is what a kill at one moment would have left, whatever is written meanwhile."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backend.cli import main
from backend.domain.errors import Conflict, InvalidInput, Unavailable
from backend.domain.session import PropagationState, Session
from backend.host.fake_host import FAKE_ENGINE, FakeMenu
from backend.store import backup
from backend.store.backup import Installation, back_up, check, restore
from backend.store.backups.inventory import Inventory
from backend.store.database import open_database
from backend.store.sessions import SqlSessionStore
from tests.backend.annotating import SESSION, describe, mask, session_store
from tests.backend.databases import PostgreSQLServer
from tests.backend.hosting import Rig, blue, red
from tests.backend.released.story import tell, told

WRITERS = 4


def installed(folder: Path, url: str | None = None) -> Installation:
    """A data folder with a video's files, a key and other things, and a database with a bit of everything."""
    for name in ("videos/video-1/source", "videos/video-1/rendition.mp4", "owner.key", "exports/a/b.zip"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode() * 999)
    for name in ("tmp/upload", "videos/video-1/.importing/half", "videos/video-1/still.part", "masklet.lock"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("not to be kept")
    (folder / "owner.key").chmod(0o600)
    here = Installation(folder, url or f"sqlite:///{folder / 'masklet.sqlite'}")
    database = open_database(here.database)
    tell(database)
    database.close()
    return here


def files_of(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("masklet."))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def told_by(url: str) -> dict:
    database = open_database(url)
    try:
        return told(database)
    finally:
        database.close()


@pytest.fixture
def source(tmp_path: Path) -> Installation:
    return installed(tmp_path / "data")


@pytest.fixture
def elsewhere(tmp_path: Path) -> Installation:
    return Installation(tmp_path / "new", f"sqlite:///{tmp_path / 'new' / 'masklet.sqlite'}")


@pytest.mark.parametrize("name", ["backups", "one.tar"])
def test_everything_comes_back(
    source: Installation, elsewhere: Installation, tmp_path: Path, name: str
) -> None:
    made = back_up(source, tmp_path / name)
    assert (made.videos, made.sessions) == (2, 2)
    assert check(tmp_path / name) == made
    assert restore(tmp_path / name, elsewhere) == made
    back = files_of(elsewhere.data)
    assert set(back) == {
        "owner.key",
        "exports/a/b.zip",
        "videos/video-1/source",
        "videos/video-1/rendition.mp4",
    }
    assert back.items() <= files_of(source.data).items()
    assert (elsewhere.data / "owner.key").stat().st_mode & 0o777 == 0o600
    assert told_by(elsewhere.database) == told_by(source.database)
    left = {path.name for folder in (source.data, elsewhere.data, tmp_path) for path in folder.iterdir()}
    assert not [name for name in left if name.startswith(".")]


def test_the_next_backup_copies_only_what_is_new(source: Installation, tmp_path: Path) -> None:
    target = tmp_path / "backups"
    first = back_up(source, target)
    before = {path: path.stat().st_ino for path in target.glob("blobs/*/*")}
    (source.data / "videos/video-1/source").chmod(0o400)
    (source.data / "exports/a/b.zip").write_bytes(b"another")
    second = back_up(source, target)
    fresh = {path.name for path in target.glob("blobs/*/*") if path not in before}
    assert fresh == second.digests - first.digests
    assert len(fresh) == 1  # the export: nothing was written to the database either
    assert before.items() <= {path: path.stat().st_ino for path in target.glob("blobs/*/*")}.items()


def test_old_backups_can_go_and_the_others_stay_whole(
    source: Installation, elsewhere: Installation, tmp_path: Path
) -> None:
    target, made = tmp_path / "backups", []
    for number in range(3):
        (source.data / "exports/a/b.zip").write_text(f"export {number}")
        made.append(back_up(source, target, keep=2))
    assert sorted(path.stem for path in target.glob("inventories/*")) == [one.name for one in made[1:]]
    assert {path.name for path in target.glob("blobs/*/*")} == made[1].digests | made[2].digests
    restore(target, elsewhere, made[1].name)
    assert (elsewhere.data / "exports/a/b.zip").read_text() == "export 1"


def test_a_backup_taken_while_four_people_work_shows_one_moment(
    database_url: str, tmp_path: Path, elsewhere: Installation
) -> None:
    """Each writes the next frame of a session of their own: a moment has no gaps."""
    data = tmp_path / "data"
    data.mkdir(exist_ok=True)
    database = open_database(database_url)
    store = session_store(database)
    (data / "videos" / "video-1").mkdir(parents=True)
    (data / "videos" / "video-1" / "source").write_bytes(b"video")
    names = [SESSION, *(f"session-{number}" for number in range(2, WRITERS + 1))]
    acknowledged = dict.fromkeys(names, 0)
    for name in names[1:]:
        store.add_session(Session(name, "video-1", "colorflow", 1.0))
    for name in names:
        store.add_object(name, describe)
    stop = threading.Event()

    def work(name: str) -> None:
        while not stop.is_set():
            store.put_masks(name, [mask(1, acknowledged[name])])
            acknowledged[name] += 1

    people = [threading.Thread(target=work, args=(name,)) for name in names]
    for person in people:
        person.start()
    try:
        made = []
        for _ in range(3):
            least = dict(acknowledged)
            made.append((back_up(Installation(data, database_url), tmp_path / "backups"), least))
    finally:
        stop.set()
        for person in people:
            person.join()
        database.close()
    for number, (inventory, least) in enumerate(made):
        there = Installation(
            tmp_path / f"back-{number}", f"sqlite:///{tmp_path}/back-{number}/masklet.sqlite"
        )
        restore(tmp_path / "backups", there, inventory.name)
        copy = open_database(there.database)
        kept = SqlSessionStore(copy)
        for name in names:
            frames = [one.frame_idx for one in kept.masks(name)]
            assert frames == list(range(len(frames)))
            assert least[name] <= len(frames) <= acknowledged[name]
            assert kept.session(name).version == 2 + len(frames)
        copy.close()


def test_a_backup_goes_into_the_other_kind_of_database(
    source: Installation, elsewhere: Installation, tmp_path: Path, empty_postgresql: PostgreSQLServer
) -> None:
    back_up(source, tmp_path / "first")
    on_postgresql = Installation(tmp_path / "pg", empty_postgresql.url)
    restore(tmp_path / "first", on_postgresql)
    assert told_by(on_postgresql.database) == told_by(source.database)
    assert files_of(on_postgresql.data).keys() == files_of(source.data).keys() - {
        "tmp/upload",
        "videos/video-1/.importing/half",
        "videos/video-1/still.part",
    }
    back_up(on_postgresql, tmp_path / "second")
    restore(tmp_path / "second", elsewhere)
    assert told_by(elsewhere.database) == told_by(source.database)
    with pytest.raises(Conflict, match="PostgreSQL database has videos in it"):
        restore(tmp_path / "first", Installation(tmp_path / "pg-2", empty_postgresql.url))


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path / "data", lambda: FakeMenu((FAKE_ENGINE,), 0.0))
    (rig.folder / "videos" / "discs").mkdir(parents=True)
    (rig.folder / "videos" / "discs" / "source").write_bytes(b"discs")
    yield rig
    rig.close()


def test_tracking_goes_on_from_a_backup_with_the_same_masks(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.worker.live_pool.SAVE_EVERY_S", 0.0)
    monkeypatch.setattr("backend.worker.live_pool.SAVE_SHARE", 1e9)
    session = rig.session()
    rig.click(session, 1, 4, red(4))
    rig.click(session, 2, 4, blue(4))
    rig.gate.hold()
    rig.commands.track(session.session_id)
    rig.gate.let(5)
    rig.gate.wait_for(6)
    here = Installation(rig.folder, f"sqlite:///{rig.folder / 'masklet.sqlite'}")
    inventory = back_up(here, tmp_path / "backups")
    assert f"states/{session.session_id}/note.json" in {file.path for file in inventory.files}
    rig.gate.open()
    assert rig.wait_until_ended(session) is PropagationState.DONE
    there = Installation(tmp_path / "back", f"sqlite:///{tmp_path / 'back' / 'masklet.sqlite'}")
    restore(tmp_path / "backups", there)
    again = Rig(there.data, rig.menu_of)
    try:
        assert again.wait_until_ended(session) is PropagationState.DONE
        assert again.drawn(session) == rig.drawn(session)
        assert len(again.gate.steps) < len(rig.gate.steps)  # it went on, it did not begin again
    finally:
        again.close()


def test_a_state_that_is_saved_while_it_is_linked_is_linked_again(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = rig.session()
    rig.click(session, 1, 0, red(0))
    second_name, saves = backup._second_name, []

    def meanwhile(path: Path, place: Path) -> None:
        second_name(path, place)
        if len(saves) < 3:
            saves.append(1)
            rig.click(session, 1, len(saves), red(len(saves)))

    monkeypatch.setattr(backup, "_second_name", meanwhile)
    with backup._states_by_second_names(rig.folder) as states:
        home = rig.folder / "states" / session.session_id
        assert files_of(states / session.session_id) == files_of(home)
        kept = files_of(states / session.session_id)
        rig.click(session, 1, 9, red(9))
        assert files_of(states / session.session_id) == kept != files_of(home)


class TestRefusals:
    """One sentence that says what to do, and nothing half done."""

    def refused(self, call: Callable[[], object], error: type[Exception], sentence: str) -> None:
        with pytest.raises(error, match=sentence) as caught:
            call()
        assert len(str(caught.value).splitlines()) == 1

    @pytest.mark.parametrize("damage", ["cut", "changed", "missing", "inventory", "evil"])
    def test_a_damaged_backup(
        self, source: Installation, elsewhere: Installation, tmp_path: Path, damage: str
    ) -> None:
        made = back_up(source, tmp_path / "backups")
        video = next(file for file in made.files if file.path == "videos/video-1/source")
        blob = tmp_path / "backups" / "blobs" / video.sha256[:2] / video.sha256
        inventory = tmp_path / "backups" / "inventories" / f"{made.name}.json"
        match damage:
            case "cut":
                blob.write_bytes(blob.read_bytes()[:-1])
            case "changed":
                blob.write_bytes(blob.read_bytes()[:-1] + b"?")
            case "missing":
                blob.unlink()
            case "inventory":
                inventory.write_text(inventory.read_text()[:-40])
            case "evil":
                inventory.write_text(inventory.read_text().replace("videos/video-1/source", "../../evil"))
        sentence = "backup is damaged|cannot be used"
        self.refused(lambda: check(tmp_path / "backups"), Unavailable, sentence)
        self.refused(lambda: restore(tmp_path / "backups", elsewhere), Unavailable, sentence)
        assert not elsewhere.data.exists() or not files_of(elsewhere.data)
        assert not (tmp_path / "evil").exists()

    def test_a_tar_that_was_cut(self, source: Installation, elsewhere: Installation, tmp_path: Path) -> None:
        back_up(source, tmp_path / "one.tar")
        whole = (tmp_path / "one.tar").read_bytes()
        for length in (0, 700, len(whole) // 2, len(whole) - 11_000):
            (tmp_path / "cut.tar").write_bytes(whole[:length])
            with pytest.raises((Unavailable, InvalidInput), match="backup"):
                restore(tmp_path / "cut.tar", elsewhere)
            assert not elsewhere.data.exists() or not files_of(elsewhere.data)

    def test_what_is_no_backup(self, elsewhere: Installation, tmp_path: Path) -> None:
        (tmp_path / "holiday.tar").write_bytes(b"pictures" * 999)
        self.refused(lambda: restore(tmp_path / "nothing", elsewhere), InvalidInput, "There is no backup at")
        self.refused(lambda: restore(tmp_path / "holiday.tar", elsewhere), InvalidInput, "is no backup")
        self.refused(lambda: restore(tmp_path, elsewhere), InvalidInput, "no backup in it")

    def test_a_place_that_is_not_empty(
        self, source: Installation, elsewhere: Installation, tmp_path: Path
    ) -> None:
        made = back_up(source, tmp_path / "backups")
        self.refused(lambda: restore(tmp_path / "backups", source), Conflict, "There is a database at")
        elsewhere.data.mkdir()
        (elsewhere.data / "notes.txt").write_text("mine")
        self.refused(lambda: restore(tmp_path / "backups", elsewhere), Conflict, "is not empty")
        assert [path.name for path in elsewhere.data.iterdir()] == ["notes.txt"]
        self.refused(
            lambda: restore(tmp_path / "backups", elsewhere, "20000101T000000-000000Z"),
            InvalidInput,
            f"choose one of {made.name}",
        )

    def test_targets_that_hold_other_things(self, source: Installation, tmp_path: Path) -> None:
        (tmp_path / "a.tar").write_text("there already")
        (tmp_path / "a.txt").write_text("a file")
        for name, error, sentence in (
            ("a.tar", InvalidInput, "is there already"),
            ("a.txt", InvalidInput, "name a folder"),
            (".", InvalidInput, "holds other things"),
            ("data/backups", Conflict, "inside the data folder"),
        ):
            self.refused(lambda name=name: back_up(source, tmp_path / name), error, sentence)

    def test_a_full_disk(self, source: Installation, small_disk: Path) -> None:
        (source.data / "videos/video-1/source").write_bytes(bytes(1_000_000))
        for name in ("backups", "one.tar"):
            self.refused(lambda name=name: back_up(source, small_disk / name), Unavailable, "disk is full")
            assert not list(small_disk.glob("**/*.json")) and not (small_disk / "one.tar").exists()

    def test_video_files_that_are_not_there(self, source: Installation, tmp_path: Path) -> None:
        for path in (source.data / "videos/video-1").glob("*.*"):
            if path.is_file():
                path.unlink()
        (source.data / "videos/video-1/source").unlink()
        self.refused(lambda: back_up(source, tmp_path / "backups"), Unavailable, "files of video video-1")
        assert not list((tmp_path / "backups").glob("inventories/*"))
        missing = Installation(tmp_path / "typo", f"sqlite:///{tmp_path}/typo/masklet.sqlite")
        self.refused(lambda: back_up(missing, tmp_path / "backups"), Unavailable, "no data folder")


def test_from_the_command_line(
    source: Installation, tmp_path: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    target = str(tmp_path / "backups")
    assert main(["backup", target, "--data", str(source.data)]) == 0
    assert "2 sessions on 2 videos" in capsys.readouterr().out
    assert main(["restore", target, "--check"]) == 0
    assert "is sound" in capsys.readouterr().out
    assert main(["restore", target, "--data", str(tmp_path / "new")]) == 0
    assert told_by(f"sqlite:///{tmp_path / 'new' / 'masklet.sqlite'}") == told_by(source.database)
    assert main(["restore", target, "--data", str(tmp_path / "new")]) == 2
    assert "restore into an empty place" in capsys.readouterr().err


def test_an_inventory_reads_itself_again(source: Installation, tmp_path: Path) -> None:
    made = back_up(source, tmp_path / "backups")
    assert Inventory.from_json(made.as_json()) == made


def test_the_commands_of_the_documentation(source: Installation, tmp_path: Path, repository: Path) -> None:
    text = (repository / "docs" / "durability.md").read_text()
    (commands,) = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert {"backup", "restore"} == set(re.findall(r"^masklet (\w+)", commands, re.MULTILINE))
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "masklet"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m backend.cli "$@"\n')
    program.chmod(0o755)
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | {
        "PATH": f"{program.parent}:{os.environ['PATH']}",
        "MASKLET_DATA": str(source.data),
        "BACKUPS": str(tmp_path / "backups"),
        "ELSEWHERE": str(tmp_path / "elsewhere"),
    }
    done = subprocess.run(
        ["sh", "-e", "-c", commands], env=environment, cwd=repository, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert told_by(f"sqlite:///{tmp_path}/elsewhere/masklet.sqlite") == told_by(source.database)
    assert len(list((tmp_path / "backups").glob("inventories/*"))) == 2
    assert check(tmp_path / "backups-one.tar").sessions == 2


def test_the_program_that_backs_up_knows_every_table(tmp_path: Path) -> None:
    """In a process of its own: here other tests have imported what the command line may not."""
    program = (
        "import sys; from sqlalchemy import inspect; from backend.store import backup; "
        "from backend.store.database import open_database; from backend.store.tables import metadata; "
        "database = open_database(sys.argv[1]); opened = database.read(); connection = opened.__enter__(); "
        "found = set(inspect(connection).get_table_names()); opened.__exit__(None, None, None); "
        "database.close(); print(sorted(found - metadata.tables.keys()))"
    )
    command = [sys.executable, "-c", program, f"sqlite:///{tmp_path / 'masklet.sqlite'}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "['alembic_version']", done.stdout + done.stderr
