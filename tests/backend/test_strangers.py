"""What somebody whom nobody let in may ask of a closed server."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from backend.api.permissions.strangers import asks_only_who

FRAGMENT = "fragment F on Me { isOpen }"


@pytest.mark.parametrize(
    "query",
    ["{ me { isOpen } }", "query Who { me { ...F } } " + FRAGMENT, FRAGMENT + " { me { person { name } } }"],
)
def test_who_they_are(query: str) -> None:
    assert asks_only_who(query)


@pytest.mark.parametrize(
    "query",
    [
        None,
        "",
        "{",
        FRAGMENT,
        "{ me { isOpen } library { id } }",
        "{ me { isOpen } ...F } fragment F on Query { library { id } }",
        "{ ... { library { id } } }",
        "query A { me { isOpen } } query B { library { id } }",
        "mutation { me { isOpen } }",
        "subscription { me }",
        "{ me { isOpen } " * 200,
    ],
)
def test_and_nothing_else(query: str | None) -> None:
    assert not asks_only_who(query)


def test_the_apps_own_question_is_one(repository: Path) -> None:
    """Else a page without access would ask for ever."""
    text = (repository / "frontend/src/api/operations.graphql").read_text()
    wanted = [r"query WhoAmI \{.*?^\}", r"fragment MeFields.*?^\}", r"fragment PersonFields.*?^\}"]
    parts = [re.search(pattern, text, re.M | re.S) for pattern in wanted]
    assert asks_only_who("\n".join(part.group(0) for part in parts if part))
