"""`python -m backend`: check, then serve."""

from __future__ import annotations

import sys

from backend.serve.checks import CannotStart, check_data_folder, check_database, check_port, lock_data_folder
from backend.serve.server import serve
from backend.settings import SettingsError, from_environment


def main() -> None:
    try:
        settings = from_environment()
        check_data_folder(settings.data)
        if settings.sqlite:
            lock_data_folder(settings.data)  # held until the last process of this server ends
        check_port(settings)
        check_database(settings)
    except (SettingsError, CannotStart) as error:
        print(f"Masklet cannot start: {error}", file=sys.stderr)
        sys.exit(1)
    serve(settings)


if __name__ == "__main__":
    main()
