"""Where a SARIF result is: names of files out of URIs and the bases that these are relative to.

A URI below a base that has an absolute place stays relative, and the place is a root of the report. Where results stand
below several such places, their names are made absolute, because a relative one would not say below which.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html, sections 3.4 and 3.14.14
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.core.model.errors import ReportError
from bot.core.parse.file_uri import SCHEME, path_of
from bot.core.parse.findings.sarif_log import Artifact, ArtifactLocation, Run

_MOST_BASES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A file: *path* as the report names it, below *root* if that is not empty."""

    path: str
    root: str = ""

    @property
    def absolute(self) -> str:
        return f"{self.root.rstrip('/')}/{self.path}" if self.root else self.path


class Places:
    """What the locations of one run name."""

    def __init__(self, run: Run) -> None:
        self._bases: Mapping[str, ArtifactLocation] = run.original_uri_base_ids or {}
        self._artifacts: Sequence[Artifact] = run.artifacts or ()
        self._known: dict[tuple[str, str | None], Place] = {}

    def of(self, location: ArtifactLocation | None) -> Place:
        """The file at *location*, no name where there is none. Raises ``ReportError`` for bases that never end."""
        if location is not None and location.uri is None and 0 <= location.index < len(self._artifacts):
            location = self._artifacts[location.index].location
        if location is None or location.uri is None:
            return Place(path="")
        key = location.uri, location.uri_base_id
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._resolved(*key)
        return found

    def _resolved(self, uri: str, base_id: str | None) -> Place:
        path = path_of(uri)
        for _ in range(_MOST_BASES):
            if SCHEME.match(uri) or base_id is None or base_id not in self._bases:
                return Place(path=path)
            base = self._bases[base_id]
            above, base_id = base.uri or "", base.uri_base_id
            folder = path_of(above)
            if above and (SCHEME.match(above) or folder.startswith("/")):
                return Place(path=path, root=folder)
            path = f"{folder.rstrip('/')}/{path}" if folder.strip("/") else path
        raise ReportError("its base locations stand within each other without end")
