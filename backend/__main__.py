"""`python -m backend`: check, then serve."""

from __future__ import annotations

import sys

from backend.serve.checks import check_data_folder, check_database, check_port
from backend.serve.locks import CannotStart, lock_installation
from backend.serve.server import serve
from backend.settings import SettingsError, from_environment


def main() -> None:
    try:
        settings = from_environment()
        check_data_folder(settings.data)
        lock_installation(settings)  # until the last process of this server ends
        check_port(settings)
        check_database(settings)
    except (SettingsError, CannotStart) as error:
        print(f"Masklet cannot start: {error}", file=sys.stderr)
        sys.exit(1)
    serve(settings)


if __name__ == "__main__":
    main()
