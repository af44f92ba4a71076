"""How much an upload may ask of us, and the task that carries it from the parent to the child: both hold the same."""

from __future__ import annotations

import msgspec

KIB = 1 << 10
MIB = 1 << 20


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Sizes are in bytes, times in seconds. A real Cobertura report deflates 20 to 40 times, so a *ratio* of 200
    past the first mebibyte is no report.
    """

    archive: int = 64 * MIB  # the artifact as it was downloaded
    entries: int = 2_000
    directory: int = 2 * MIB  # the zip's central directory
    name: int = 512  # one entry's name
    member: int = 256 * MIB  # one entry, inflated
    total: int = 512 * MIB  # all entries, inflated
    ratio: int = 200
    ratio_from: int = MIB
    manifest: int = 4 * MIB
    tracked: int = 64 * MIB  # the list of tracked files, inflated
    tracked_names: int = 200_000
    texts: int = 16 * MIB  # characters of what failed cases say, in one report; a hundred thousand that fail alike

    memory: int = 1024 * MIB  # address space of the child
    cpu: int = 20
    wall: float = 30.0
    output: int = 256 * MIB  # what the child may answer: a million test cases that pass are 90 MiB
    complaints: int = 64 * KIB  # what of its standard error is kept


DEFAULT = Limits()


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """What the parent asks of a child: read the artifact *name* within *limits*, for the process id *parent*."""

    name: str
    limits: Limits
    parent: int
