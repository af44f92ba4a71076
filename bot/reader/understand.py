"""A child's frames back into an upload. Everything in them is untrusted, their order included."""

from __future__ import annotations

from dataclasses import replace

from bot.core.model.errors import Problem
from bot.core.model.evidence import BenchRun, Report, Upload
from bot.core.model.wire import decode, measured
from bot.flows.ports import Claims, ReadUpload
from bot.reader.frames import Broken, Described, Finished, Frame, Ignored, Opened, Parsed, Tracked
from bot.reader.manifest import Bench, Manifest


class Reading:
    """An upload that is being told. *path* is what the child is at, *finished* whether it came to its end."""

    def __init__(self, upload: Upload) -> None:
        self.path = upload.name
        self.finished = False
        self.problems: list[Problem] = []
        self._upload = upload
        self._reports: list[Report] = []
        self._ignored: list[str] = []
        self._manifest: Manifest | None = None
        self._tracked: frozenset[str] | None = None

    def take(self, frame: Frame) -> None:
        """Add one *frame*. Raises ``ValueError`` for a measurement that no parser makes."""
        match frame:
            case Opened(path):
                self.path = path
            case Parsed():
                self._reports.append(_report(frame))
            case Broken(path, reason, line):
                self.problems.append(Problem(path=path, reason=reason, line=line))
            case Ignored(path):
                self._ignored.append(path)
            case Described(manifest):
                self._manifest = manifest
            case Tracked(names):
                self._tracked = frozenset(names)
            case Finished():
                self.finished = True

    def whole(self) -> ReadUpload:
        """What was told."""
        upload = replace(
            self._upload,
            reports=tuple(self._reports),
            problems=tuple(self.problems),
            ignored=tuple(sorted(self._ignored)),
        )
        if self._manifest is not None:
            upload = _described(upload, self._manifest)
        return ReadUpload(
            upload=upload,
            claims=None if self._manifest is None else _claims(self._manifest),
            tracked=self._tracked,
        )


def _report(frame: Parsed) -> Report:
    return Report(
        path=frame.path,
        format=frame.format,
        digest=frame.digest,
        coverage=None if frame.coverage is None else decode(frame.coverage),
        suites=frame.suites,
        benchmarks=None if frame.benchmarks is None else measured(frame.benchmarks),
        findings=frame.findings,
        roots=tuple(frame.roots),
        side=frame.side,
    )


def _described(upload: Upload, manifest: Manifest) -> Upload:
    return replace(
        upload,
        name=manifest.name or upload.name,
        job=manifest.job,
        root=manifest.root,
        flags=tuple(manifest.flags),
        index=manifest.index,
        total=manifest.total,
        race=manifest.race,
        outcomes=manifest.outcomes,
        modules=manifest.modules,
        bench=None if manifest.bench is None else _bench(manifest.bench),
    )


def _bench(bench: Bench) -> BenchRun:
    return BenchRun(
        layout=bench.layout,
        base_sha=bench.base_sha,
        rounds=bench.rounds,
        machine=bench.machine,
        confirms=bench.confirms,
    )


def _claims(manifest: Manifest) -> Claims:
    return Claims(
        head_sha=manifest.head_sha,
        tested_sha=manifest.tested_sha or manifest.head_sha,
        tested_parents=tuple(manifest.tested_parents),
        run_id=manifest.run_id,
        run_attempt=manifest.run_attempt,
    )
