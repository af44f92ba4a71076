"""``python -m bot`` and the console script ``covgate``."""

from __future__ import annotations

import gc
import sys

_BETWEEN_COLLECTIONS = 10_000
"""New containers, where Python says 700: imports make a hundred thousand that all stay, and looking through them for
garbage was measured to be a quarter of a start.
"""


def main() -> None:
    """Run the command line and end the process with its status."""
    gc.set_threshold(_BETWEEN_COLLECTIONS)
    from bot.cli.app import run

    status = run(sys.argv[1:])
    gc.freeze()  # else every object is looked at once more on the way out: half a second for the service
    sys.exit(status)


if __name__ == "__main__":
    main()
