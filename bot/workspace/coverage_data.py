"""A ``.coverage`` data file into a report, by the library that wrote it.

The file holds which lines ran and not which could have: only coverage.py, with the sources and the project's own
settings at hand, knows the statements. That is why the service never takes one, and a checkout can.
"""

from __future__ import annotations

import contextlib
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.core.model.errors import ReportError

DATA_FILE = ".coverage"


def json_report(data_file: Path) -> bytes:
    """coverage.py's JSON report of *data_file*, made in its folder with the settings found there. Raises
    ``ReportError`` with coverage.py's own reason, such as a source that is gone.
    """
    from coverage import Coverage
    from coverage.exceptions import CoverageException

    with TemporaryDirectory(prefix="covgate-") as folder, contextlib.chdir(data_file.parent):
        report = Path(folder) / "coverage.json"
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                coverage = Coverage(data_file=str(data_file), config_file=True, messages=False)
                coverage.load()
                coverage.json_report(outfile=str(report))
        except (CoverageException, ImportError) as error:
            raise ReportError(f"coverage.py cannot report it: {_one_line(error)}", path=str(data_file)) from None
        return report.read_bytes()


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
