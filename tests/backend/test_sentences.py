"""Whatever the server says in the browser is there in each of the interface's languages."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from backend.formats.registry import FORMATS
from backend.worker.colorflow.info import INFO
from tests.backend.server_sentences import sentences, words

TABLES = Path(__file__).parents[2] / "frontend" / "src" / "i18n" / "server"
PLACE = re.compile(r"\{\w*\}")
# Of a computed value, or of one out of several, which the source's strings do not show.
COMPUTED = frozenset(
    {
        "One entry",
        "{} entries",
        "1 hour",
        "{} hours",
        "1 minute",
        "{} minutes",
        "1 second",
        "{} seconds",
        "Somebody else",
        "it breaks off",
        "{}, <{}>",
        "before",
        "from",
        "both",
        "forward",
        "backward",
        "masks",
        "boxes",
        "objects",
        "the mask's RLE is cut off",
        "the mask's RLE does not describe {} x {} pixels",
        "the mask's RLE holds a character that no COCO RLE has",
    }
)


def languages() -> list[str]:
    return sorted(folder.name for folder in TABLES.iterdir() if folder.is_dir())


def known(language: str) -> set[str]:
    files = sorted((TABLES / language).glob("*.json"))
    keys = [PLACE.sub("{}", key) for file in files for key in json.loads(file.read_text("utf-8"))]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    assert not twice, f"written twice: {twice}"
    return set(keys)


def test_sentences_are_found_at_all() -> None:
    patterns = {said.pattern for said in sentences()}
    assert "There is no engine {}; choose one of {}." in patterns  # an f-string that is raised
    assert "There is no such project; it may have been deleted." in patterns  # a constant that is
    assert "Object {} on frame {}: {}." in patterns  # a line of a report
    assert "the box is empty" in {said.pattern for said in words()}
    assert len(patterns) > 300


@pytest.mark.parametrize("language", languages())
def test_no_sentence_of_the_server_lacks_a_translation(language: str) -> None:
    table = known(language)
    missing = [
        f"{said.where}: {said.pattern}" for said in (*sentences(), *words()) if said.pattern not in table
    ]
    missing += [form.title for form in FORMATS.values() if form.title not in table]
    assert not missing, f"add to {TABLES / language}:\n" + "\n".join(missing)
    assert INFO.label in table


@pytest.mark.parametrize("language", languages())
def test_no_translation_outlives_its_sentence(language: str) -> None:
    said = {one.pattern for one in (*sentences(), *words())}
    said |= COMPUTED | {form.title for form in FORMATS.values()} | {INFO.label}
    assert sorted(known(language) - said) == []
