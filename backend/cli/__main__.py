"""`python -m backend.cli` is `masklet`."""

import sys

from backend.cli import main

sys.exit(main())
