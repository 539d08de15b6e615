"""XML that is never whole in memory. Documents with a DTD or entities are refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape, quoteattr

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from backend.domain.errors import InvalidInput

LEAF_BYTES = 2**20  # of a small file that is read at once


def element(name: str, text: object) -> str:
    return f"<{name}>{escape(printable(str(text)))}</{name}>"


def attributes(**values: object) -> str:
    return " ".join(f"{name}={quoteattr(printable(str(value)))}" for name, value in values.items())


def printable(text: str) -> str:
    """Without the characters that no XML document can hold."""
    return "".join(
        c for c in text if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c and c not in "\ufffe\uffff"
    )


def events(path: Path) -> Iterator[tuple[str, Element]]:
    """("start" or "end", element) in the document's order. The caller clears what it has seen."""
    try:
        with path.open("rb") as file:
            yield from iterparse(file, events=("start", "end"), forbid_dtd=True)
    except DefusedXmlException as error:
        raise InvalidInput(
            f"{path.name} has a DTD or entities, which are not read: take them out."
        ) from error
    except (ParseError, ValueError, LookupError) as error:
        raise InvalidInput(f"{path.name} is no complete XML: {error}.") from error


def root_of(path: Path) -> Element:
    """A small document, whole. Raises InvalidInput."""
    if path.stat().st_size > LEAF_BYTES:
        raise InvalidInput(f"{path.name} is larger than any annotation of one picture.")
    *_, (_, root) = events(path)
    return root
