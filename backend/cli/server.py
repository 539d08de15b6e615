"""What the commands share that talk to a server: which one, and its client."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from backend.cli.errors import CannotDo

if TYPE_CHECKING:
    from backend.client import Client, Project, Session


def add_server(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--server", metavar="URL", help="default: MASKLET_SERVER, or http://localhost:7262")
    parser.add_argument(
        "--token",
        "--key",
        help="of a closed server: an API token (or MASKLET_TOKEN), or the key in its owner's link",
    )


@contextmanager
def client_of(args: argparse.Namespace) -> Iterator[Client]:
    """A client; its errors are said as sentences."""
    from backend.client import Client, MaskletError
    from backend.client.client import default_server, default_token

    try:
        with Client(args.server or default_server(), args.token or default_token()) as client:
            yield client
    except MaskletError as error:
        raise CannotDo(str(error)) from error


def add_project(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument("--project", metavar="NAME", help=f"{what}: its title or its id")


def project_of(client: Client, args: argparse.Namespace) -> Project | None:
    """The one that `--project` names."""
    return client.project(args.project) if args.project else None


def session_of(client: Client, given: str) -> Session:
    """By its id, the beginning of it, or its address in the browser."""
    wanted = given.rstrip("/").rsplit("/", 1)[-1]
    found = [session for session in client.sessions() if session.id.startswith(wanted)] if wanted else []
    exact = [session for session in found if session.id == wanted]
    if len(exact or found) != 1:
        many = f"{len(found)} sessions begin with {given!r}" if found else f"There is no session {given!r}"
        raise CannotDo(f"{many}: `masklet sessions` lists them.")
    return (exact or found)[0]
