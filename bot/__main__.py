"""``python -m bot`` and the console script ``covgate``."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and end the process with its status."""
    from bot.cli.app import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
