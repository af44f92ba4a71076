"""``manifest.json`` of an upload: what the collecting action says of it. It can confirm, never name."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from bot.core.model.errors import ReportError
from bot.core.model.evidence import Layout, Side

NAME = "manifest.json"
FOLDER = "reports/"
VERSION = 1

Text = Annotated[str, Meta(max_length=1024)]
Path = Annotated[str, Meta(min_length=1, max_length=4096)]
Sha = Annotated[str, Meta(pattern=r"\A([0-9a-f]{40}|[0-9a-f]{64})\Z")]
Count = Annotated[int, Meta(ge=0, le=1 << 53)]


class Listed(msgspec.Struct, frozen=True):
    """One report of an upload: *file* in the archive, *name* in the checkout it came from, *side* the tree it is of."""

    file: Path
    name: Path
    sha256: Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
    side: Side = Side.HEAD


class Bench(msgspec.Struct, frozen=True, kw_only=True):
    """How a job measured benchmarks of both sides; as in ``BenchRun``."""

    layout: Layout
    base_sha: Sha
    rounds: Annotated[int, Meta(ge=1, le=1_000_000)] = 1
    machine: Text = ""
    confirms: bool = False


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """The published shape of version 1; keys that it does not know are left for later versions."""

    version: int
    reports: Annotated[list[Listed], Meta(max_length=2000)]
    head_sha: Sha
    tested_sha: Sha | None = None
    tested_parents: Annotated[list[Sha], Meta(max_length=16)] = []
    job: Text = ""
    name: Text = ""
    flags: Annotated[list[Text], Meta(max_length=100)] = []
    index: Count = 0
    total: Count = 1
    run_id: Count = 0
    run_attempt: Count = 0
    root: Annotated[str, Meta(max_length=4096)] = ""
    race: bool | None = None
    outcomes: Annotated[dict[Text, Text], Meta(max_length=1000)] = {}
    modules: Annotated[dict[Text, Path], Meta(max_length=1000)] = {}
    tracked: Path | None = None
    bench: Bench | None = None


class _Probe(msgspec.Struct):
    """Enough to tell our manifest from another tool's file of that name."""

    version: msgspec.Raw = msgspec.Raw()
    reports: msgspec.Raw = msgspec.Raw()


_manifest = msgspec.json.Decoder(Manifest)
_probe = msgspec.json.Decoder(_Probe)


def is_manifest(data: bytes) -> bool:
    """Whether *data* means to be our manifest. A web application's or a browser extension's file is not."""
    try:
        probe = _probe.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return False
    return bool(bytes(probe.version) and bytes(probe.reports))


def parse_manifest(data: bytes) -> Manifest:
    """The manifest in *data*. Raises ``ReportError`` saying which key is wrong."""
    try:
        manifest = _manifest.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise ReportError(f"the manifest cannot be read: {error}", path=NAME) from None
    if manifest.version != VERSION:
        raise ReportError(f"the manifest is of version {manifest.version}, not {VERSION}", path=NAME)
    return manifest
