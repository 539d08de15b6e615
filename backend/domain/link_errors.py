"""Why a link does not let somebody in. Each has a code of its own, for the page that opens links.

Only who has the link's secret hears more than that there is no such link.
"""

from __future__ import annotations

from backend.domain.errors import Conflict, Forbidden, NotFound


class NoLink(NotFound):
    def __init__(self) -> None:
        super().__init__("There is no such link: see that you have the whole of it, or ask for a new one.")


class LinkExpired(NotFound):
    code = "LINK_EXPIRED"

    def __init__(self) -> None:
        super().__init__("This link has expired: ask for a new one.")


class LinkUsedUp(NotFound):
    code = "LINK_USED_UP"

    def __init__(self) -> None:
        super().__init__("This link was used as often as it may be: ask for a new one.")


class LinkRevoked(NotFound):
    code = "LINK_REVOKED"

    def __init__(self) -> None:
        super().__init__("This link was revoked: ask for a new one.")


class PassphraseNeeded(Forbidden):
    code = "PASSPHRASE_NEEDED"

    def __init__(self) -> None:
        super().__init__("This link asks for a passphrase: who sent it knows it.")


class PassphraseWrong(Forbidden):
    code = "PASSPHRASE_WRONG"

    def __init__(self) -> None:
        super().__init__("This is not the passphrase of this link.")


class TooManyTries(Conflict):
    code = "TOO_MANY_TRIES"

    def __init__(self) -> None:
        super().__init__("There were too many tries: wait a while, then try again.")
