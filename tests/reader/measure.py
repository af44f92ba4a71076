"""Reads artifacts as the service does, in a process of its own, and tells what came of each: a line of JSON apiece.

``peak`` is the largest resident size of any child so far, in KiB; children of a test run would blur it.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from pathlib import Path

from bot.reader.parent import ChildReader


async def main() -> None:
    reader = ChildReader()
    for path in map(Path, sys.argv[1:]):
        began = time.monotonic()
        upload = (await reader.read_archive(path, name="artifact", run_id=1, run_attempt=1)).upload
        told = {
            "reports": [report.path for report in upload.reports],
            "problems": [str(problem) for problem in upload.problems],
            "ignored": list(upload.ignored),
            "seconds": time.monotonic() - began,
            "peak": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss,
        }
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
