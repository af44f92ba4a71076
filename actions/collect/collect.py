"""Gathers the report files of a workflow job into one folder, with a manifest that says what they are.

``action.yml`` runs this and uploads the folder. Standard library only, and the syntax of Python 3.8: it runs on
whatever Python a runner has. Inputs come from environment variables alone; nothing is executed but git.
The manifest's shape is published in ``docs/upload.schema.json``.
"""

from __future__ import annotations

import fnmatch
import gzip
import hashlib
import json
import os
import re
import secrets
import stat
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Report files that are found by name, compared without regard to case. docs/action.md lists them; those of coverage
# are the ones that the terminal finds too (bot/core/parse/detect.py).
NAMES = (
    *("c.out", "cover.out", "cover*.out", "cover.profile", "*coverage*.out", "*.coverprofile", "*.cov", "coverage.txt"),
    *("*coverage*.xml", "*cobertura*.xml", "jacoco*.xml", "clover*.xml"),
    *("coverage.info", "*lcov*.info", "lcov.dat", "*.lcov", "*coverage*.json"),
    *("*junit*.xml", "test-*.xml", "*test-results*.xml", "testresult*.xml", "*xunit*.xml", "*nunit*.xml", "*.trx"),
    *("test-results*.json", "ctrf*.json", "gotest*.json", "go-test*.json", "*.tap"),
    *("test.json", "test_output.log", "test-output.log"),
    *("bench*.txt", "bench*.json", "jmh-result*.json"),
    *("*.sarif", "*.sarif.json", "checkstyle*.xml", "golangci*.json", "gosec*.json", "govulncheck*.json"),
    *("bandit*.json", "pip-audit*.json", "eslint*.json", "ruff*.json", "pylint*.json"),
)
NO_REPORT = ("coverage-summary.json", "test-results.schema.json")  # of that name, but they hold no lines
BEGINS = {"coverage.txt": b"mode:"}  # a common name that is a report only if it begins so

# Folders whose files were brought along, not made by the job
SKIPPED = frozenset(
    {
        *(".git", ".hg", ".svn", "__pycache__"),
        *(".venv", "venv", ".tox", ".nox", ".eggs", "site-packages"),
        *("node_modules", "bower_components", "vendor"),
        ".covgate",
    }
)

# What the service reads of one upload (bot/reader/limits.py)
MOST_REPORTS = 1_900
LARGEST_REPORT = 256 << 20
LARGEST_TOTAL = 512 << 20
LARGEST_TRACKED = 64 << 20
MOST_TRACKED = 190_000
MOST_MODULES = 1_000
MOST_PARENTS = 16
LARGEST_GO_MOD = 1 << 20
TOO_LARGE = f"over {LARGEST_REPORT >> 20} MiB, or {LARGEST_TOTAL >> 20} MiB with the others"

LONGEST_NAME = 200
SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
OUTCOMES = ("success", "failure", "cancelled", "skipped")
LAYOUTS = ("interleaved", "sequential", "separate")
SIDES = ("head", "base")
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class Refusal(Exception):
    """Why there is nothing to upload; said in one line."""


@dataclass(frozen=True)
class Job:
    """What the runner and the step's inputs say. *race* is ``None`` where nobody said.

    *staged* is a folder whose files are the reports, all of them: those below its ``head`` and those below its
    ``base``, named from there. *bench* is how benchmarks of both were measured. ``covgate run`` gives the two.
    """

    search: Path
    patterns: list[str]
    into: Path | None
    name: str
    flags: list[str]
    race: bool | None
    outcomes: dict[str, str]
    job: str
    matrix: str
    index: int
    total: int
    run_id: int
    attempt: int
    required: bool
    staged: Path | None
    bench: dict[str, Any] | None


@dataclass(frozen=True)
class Checkout:
    """What git says of the folder: *root* its top, *tested* the commit, *files* its tracked files (bytes, as git
    gives them, each ended by NUL), ``None`` where git says nothing.
    """

    root: Path
    tested: str
    parents: list[str]
    files: bytes | None


def main() -> int:
    try:
        job = read_job(os.environ)
        checkout = read_checkout(job.search, os.environ)
        found, passed_over = find_reports(job, checkout)
        if passed_over:
            say_untrusted(
                "Not collected: files of the commit that this job did not change (name them to collect them):",
                passed_over,
            )
        if not found and job.staged is None:
            return say_none(job, checkout)
        folder = write_upload(job, checkout, head_sha(os.environ, checkout), found)
    except (Refusal, OSError) as reason:
        print("::error title=covgate::" + escape_command(str(reason)))
        return 1
    say_untrusted(f"Collected {len(found)} report file(s):", [str(path) for path in found])
    artifact = artifact_name(job)
    give_outputs(artifact=artifact, folder=str(folder), reports=str(len(found)))
    append("GITHUB_STEP_SUMMARY", f"covgate collected {len(found)} report file(s) as `{artifact}`.\n")
    return 0


# --- inputs -------------------------------------------------------------------------------------------------------


def read_job(env: Mapping[str, str]) -> Job:
    """The job as *env* tells it. Raises ``Refusal`` for an input that means nothing."""
    search = Path(env.get("GITHUB_WORKSPACE") or ".") / (env.get("COLLECT_PATH") or ".")
    if not search.is_dir():
        raise Refusal(f"path: there is no folder {str(search)!a}")
    into = env.get("COLLECT_INTO")
    job = env.get("GITHUB_JOB") or "job"
    matrix = read_matrix(env.get("COLLECT_MATRIX", ""))
    legs = ", ".join(value if isinstance(value, str) else json.dumps(value) for value in matrix.values())
    return Job(
        search=search.resolve(),
        patterns=words(env.get("COLLECT_FILES", ""), "\n"),
        into=Path(into) if into else None,
        name=plain((env.get("COLLECT_NAME", "").strip() or job) + (f" ({legs})" if legs else "")),
        flags=[plain(flag) for flag in words(env.get("COLLECT_FLAGS", ""), "\n,")],
        race=read_bool("race", env.get("COLLECT_RACE", "")),
        outcomes=read_outcomes(env.get("COLLECT_OUTCOMES", "")),
        job=plain(job),
        matrix=json.dumps(matrix, sort_keys=True),
        index=read_count("strategy.job-index", env.get("COLLECT_INDEX", ""), 0),
        total=read_count("strategy.job-total", env.get("COLLECT_TOTAL", ""), 1),
        run_id=read_count("GITHUB_RUN_ID", env.get("GITHUB_RUN_ID", ""), 0),
        attempt=read_count("GITHUB_RUN_ATTEMPT", env.get("GITHUB_RUN_ATTEMPT", ""), 1),
        required=read_bool("fail-if-none", env.get("COLLECT_FAIL_IF_NONE", "")) is not False,
        staged=Path(env["COLLECT_STAGED"]) if env.get("COLLECT_STAGED") else None,
        bench=read_bench(env.get("COLLECT_BENCH", "")),
    )


def words(text: str, separators: str) -> list[str]:
    """The parts of *text* between any of *separators*, trimmed, without empty ones."""
    return [part.strip() for part in re.split(f"[{separators}]", text) if part.strip()]


def plain(text: str) -> str:
    """*text* on one line and valid UTF-8; a long one is cut and marked, so that two of them stay two."""
    text = CONTROLS.sub(" ", text).encode("utf-8", "backslashreplace").decode("utf-8")
    return text if len(text) <= LONGEST_NAME else text[:LONGEST_NAME] + "~" + digest_of(text)


def read_bool(name: str, text: str) -> bool | None:
    """``true``, ``false`` or, for nothing, ``None``."""
    known = {"": None, "true": True, "false": False}
    if text.strip().lower() not in known:
        raise Refusal(f"{name}: {text!a} is neither true nor false")
    return known[text.strip().lower()]


def read_count(name: str, text: str, default: int) -> int:
    """A number of the runner's own, *default* where it gives none."""
    if not text.strip():
        return default
    if not re.fullmatch(r"[0-9]{1,15}", text.strip()):
        raise Refusal(f"{name}: {text!a} is not a number")
    return int(text)


def read_matrix(text: str) -> dict[str, Any]:
    """The job's matrix values from ``toJSON(matrix)``, which is ``null`` for a job without one."""
    try:
        return dict(json.loads(text or "null") or {})
    except (ValueError, TypeError):
        raise Refusal(f"the matrix is no JSON object: {text[:80]!a}") from None


def read_outcomes(text: str) -> dict[str, str]:
    """Lines of ``build=success``. An empty outcome is refused: it means that no step has that id."""
    outcomes: dict[str, str] = {}
    for line in words(text, "\n,"):
        name, _, outcome = line.partition("=")
        if outcome.strip() not in OUTCOMES:
            wanted = ", ".join(OUTCOMES)
            raise Refusal(f"outcomes: {line!a} is not NAME=OUTCOME with one of {wanted} (is the step's id right?)")
        outcomes[plain(name.strip())] = outcome.strip()
    return outcomes


def read_bench(text: str) -> dict[str, Any] | None:
    """How benchmarks were measured, as the manifest has it; ``None`` where there is nothing to say."""
    if not text.strip():
        return None
    try:
        given = dict(json.loads(text))
        bench: dict[str, Any] = {
            "layout": str(given["layout"]),
            "base_sha": str(given["base_sha"]),
            "rounds": int(given["rounds"]),
            "machine": plain(str(given.get("machine", ""))),
            "confirms": given.get("confirms") is True,
        }
    except (ValueError, TypeError, KeyError):
        raise Refusal(f"how benchmarks were measured is not said by {text[:80]!a}") from None
    if bench["layout"] not in LAYOUTS or not SHA.fullmatch(bench["base_sha"]) or not 1 <= bench["rounds"] <= 1_000_000:
        raise Refusal(f"how benchmarks were measured is not said by {text[:80]!a}")
    return bench


# --- the checkout -------------------------------------------------------------------------------------------------


def git(folder: Path, *arguments: str) -> bytes | None:
    """What git prints, or ``None`` where it fails or is not there.

    ``safe.directory``: in a container job the checkout belongs to another user, which git would refuse.
    """
    command = ["git", "-C", str(folder), "-c", "safe.directory=*", "-c", "core.fsmonitor=false", *arguments]
    try:
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    except (OSError, subprocess.CalledProcessError):
        return None


def read_checkout(folder: Path, env: Mapping[str, str]) -> Checkout:
    """The checkout that holds *folder*. The commit is git's HEAD, for that is what was measured; where there is no
    git, the runner's ``GITHUB_SHA`` without parents.
    """
    top = git(folder, "rev-parse", "--show-toplevel")
    # The commit object names its parents even in a shallow clone, where `git rev-list --parents` hides them.
    header = git(folder, "cat-file", "commit", "HEAD")
    tested = (git(folder, "rev-parse", "HEAD") or b"").decode().strip() or env.get("GITHUB_SHA", "")
    if not SHA.fullmatch(tested):
        raise Refusal("which commit is this? Neither git nor GITHUB_SHA says so; check out before collecting")
    return Checkout(
        root=Path(os.fsdecode(top.rstrip(b"\r\n"))) if top else folder,
        tested=tested,
        parents=parents_of(header or b""),
        files=git(folder, "ls-files", "-z", "--full-name", ":/"),
    )


def parents_of(commit: bytes) -> list[str]:
    """The parents that a commit object names, in order."""
    lines = commit.split(b"\n\n", 1)[0].split(b"\n")
    return [line[len(b"parent ") :].decode() for line in lines if line.startswith(b"parent ")][:MOST_PARENTS]


def head_sha(env: Mapping[str, str], checkout: Checkout) -> str:
    """The commit that this run is about: the pull request's head, else the commit of the run."""
    run = env.get("GITHUB_SHA") or checkout.tested
    sha = pull_request_head(env.get("GITHUB_EVENT_PATH", "")) or run
    if not SHA.fullmatch(sha):
        raise Refusal(f"the head commit {sha[:80]!a} is not a commit id")
    if checkout.tested not in (sha, run):
        print("::warning title=covgate::The commit checked out is neither the run's nor the pull request's head.")
    return sha


def pull_request_head(event: str) -> str | None:
    """``pull_request.head.sha`` of the *event* file, ``None`` for a run of anything else."""
    if not event or not Path(event).is_file():
        return None
    try:
        return str(json.loads(Path(event).read_text("utf-8"))["pull_request"]["head"]["sha"])
    except ValueError:
        raise Refusal("the run's event file is not JSON") from None
    except (KeyError, TypeError):
        return None


def modules_of(checkout: Checkout) -> dict[str, str]:
    """Go module path -> folder in the repository, from the tracked ``go.mod`` files; shallow ones first."""
    names = [os.fsdecode(name) for name in (checkout.files or b"").split(b"\0")]
    paths = [name for name in names if name == "go.mod" or name.endswith("/go.mod")]
    modules: dict[str, str] = {}
    for path in sorted(paths, key=lambda path: (path.count("/"), path))[:MOST_MODULES]:
        file = checkout.root / path
        if file.is_symlink() or not file.is_file():
            continue  # deleted by the job, or pointing anywhere
        with file.open(encoding="utf-8", errors="replace") as lines:
            text = lines.read(LARGEST_GO_MOD)
        found = re.search(r"^module[ \t]+([\"`]?)([^\s\"`]{1,1000})\1", text, re.MULTILINE)
        if found:
            modules.setdefault(found.group(2), utf8(Path(path).parent.as_posix()))
    return modules


# --- finding ------------------------------------------------------------------------------------------------------


def find_reports(job: Job, checkout: Checkout) -> tuple[list[Path], list[str]]:
    """The report files, sorted, and the names of those passed over as unchanged files of the commit."""
    if job.staged is not None:
        return [path for side in SIDES for path in sorted((job.staged / side).rglob("*")) if path.is_file()], []
    if job.patterns:
        return find_by_pattern(job), []
    candidates = find_by_name(job.search)
    unchanged = unchanged_files(checkout)
    found = [path for path in candidates if relative(path, checkout.root) not in unchanged]
    return found, [str(path) for path in candidates if path not in found]


def find_by_name(folder: Path) -> list[Path]:
    """Files below *folder* with a report's name; links, brought-along folders and other checkouts are not entered."""
    found: list[Path] = []
    for name, folders, files in os.walk(str(folder)):
        here = Path(name)
        folders[:] = sorted(name for name in folders if not is_foreign(here / name))
        found += [here / name for name in sorted(files) if is_report(here / name)]
    return found


def is_foreign(folder: Path) -> bool:
    """Whether *folder* was brought along: dependencies, an environment, another checkout."""
    return folder.name in SKIPPED or any(os.path.lexists(folder / marker) for marker in (".git", "pyvenv.cfg"))


def is_report(path: Path) -> bool:
    name = path.name.lower()
    if name in NO_REPORT or not any(fnmatch.fnmatchcase(name, pattern) for pattern in NAMES):
        return False
    if not stat.S_ISREG(path.lstat().st_mode):
        return False
    if name not in BEGINS:
        return True
    with path.open("rb") as file:
        return file.read(len(BEGINS[name])) == BEGINS[name]


def unchanged_files(checkout: Checkout) -> set[str]:
    """Tracked files whose content is the commit's: committed samples, or reports of another day."""
    changed = git(
        checkout.root, "diff", "--name-only", "--no-ext-diff", "--no-renames", "--ignore-submodules", "-z", "HEAD"
    )
    if checkout.files is None or changed is None:
        return set()
    return {os.fsdecode(name) for name in set(checkout.files.split(b"\0")) - set(changed.split(b"\0"))}


def find_by_pattern(job: Job) -> list[Path]:
    """Files that the workflow names. ``!`` before a pattern takes out; a folder stands for the reports in it."""
    found: dict[Path, Path] = {}
    for pattern in job.patterns:
        matches = match(job.search, pattern.lstrip("!"))
        if pattern.startswith("!"):
            for path in matches:
                found.pop(path.resolve(), None)
        elif matches:
            found.update((path.resolve(), path) for path in matches)
        elif job.required:
            raise Refusal(f"files: nothing matches {pattern!a} in {str(job.search)!a}")
    return [found[key] for key in sorted(found)]


def match(folder: Path, pattern: str) -> list[Path]:
    """What *pattern* names in *folder*: the file or folder of just that name, else what it matches as a glob."""
    named = folder / pattern
    if named.is_dir():
        return find_by_name(named)
    try:
        paths = [named] if named.exists() else sorted(Path(named.anchor).glob(str(named.relative_to(named.anchor))))
    except ValueError as error:
        raise Refusal(f"files: {pattern!a}: {error}") from None
    for path in paths:
        if path.is_symlink():
            raise Refusal(f"files: {str(path)!a} is a symbolic link; name the file that it points to")
    return [path for path in paths if path.is_file()]


def say_none(job: Job, checkout: Checkout) -> int:
    """No report: an error, unless the workflow says that there may be none."""
    if job.required:
        where = "" if checkout.files is not None else " (is `path` the folder that was checked out? git knows none)"
        raise Refusal(f"no report file was found{where}; name them with `files`, or set `fail-if-none: false`")
    print("::notice title=covgate::No report file was found; nothing is uploaded.")
    give_outputs(artifact="", folder="", reports="0")
    return 0


# --- writing ------------------------------------------------------------------------------------------------------


def write_upload(job: Job, checkout: Checkout, head: str, found: list[Path]) -> Path:
    """The folder to upload: ``manifest.json``, ``reports/N-NAME`` and ``tracked.txt.gz``."""
    if len(found) > MOST_REPORTS:
        raise Refusal(f"{len(found)} report files were found, and {MOST_REPORTS} are the most; name fewer with `files`")
    folder = job.into or Path(tempfile.mkdtemp(prefix="covgate-", dir=os.environ.get("RUNNER_TEMP") or None))
    (folder / "reports").mkdir(parents=True)
    reports = copy_reports(found, folder, checkout.root, job.staged)
    tracked = write_tracked(checkout.files, folder)
    manifest = {
        "version": 1,
        "job": job.job,
        "name": job.name,
        "flags": job.flags,
        "index": job.index,
        "total": job.total,
        "run_id": job.run_id,
        "run_attempt": job.attempt,
        "head_sha": head,
        "tested_sha": checkout.tested,
        "tested_parents": checkout.parents,
        "root": utf8(str(checkout.root)),
        "race": job.race,
        "outcomes": job.outcomes,
        "reports": reports,
        "modules": modules_of(checkout),
        "tracked": tracked,
    }
    if job.bench is not None:
        manifest["bench"] = job.bench
    (folder / "manifest.json").write_bytes(json.dumps(manifest, indent=1).encode("ascii"))
    return folder


def copy_reports(found: list[Path], folder: Path, root: Path, staged: Path | None) -> list[dict[str, str]]:
    """Copies of *found* under names of ours, each with its digest, and its side where it is not the head's."""
    reports: list[dict[str, str]] = []
    left = LARGEST_TOTAL
    for number, path in enumerate(found):
        size = path.stat().st_size
        if size > min(left, LARGEST_REPORT):
            raise Refusal(f"{str(path)!a}: {TOO_LARGE}")
        left -= size
        file = f"reports/{number}-{safe_name(path.name)}"
        digest = copy(path, folder / file)
        reports.append({"file": file, **named(path, root, staged), "sha256": digest})
    return reports


def named(path: Path, root: Path, staged: Path | None) -> dict[str, str]:
    """What the manifest calls the report at *path*, and which side it is of where that is not the head."""
    for side in SIDES if staged is not None else ():
        name = relative(path, staged / side) if staged is not None else None
        if name is not None:
            return {"name": utf8(name)} if side == "head" else {"name": utf8(name), "side": side}
    return {"name": utf8(relative(path, root) or path.name)}


def copy(source: Path, to: Path) -> str:
    """Copy *source*; its SHA-256."""
    digest = hashlib.sha256()
    with source.open("rb") as file, to.open("xb") as out:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
            out.write(block)
    return digest.hexdigest()


def write_tracked(files: bytes | None, folder: Path) -> str | None:
    """The tracked files, NUL after each, compressed; ``None`` where git says nothing or there are too many."""
    if files is None or len(files) > LARGEST_TRACKED or files.count(b"\0") > MOST_TRACKED:
        return None
    (folder / "tracked.txt.gz").write_bytes(gzip.compress(files, mtime=0))
    return "tracked.txt.gz"


# --- names --------------------------------------------------------------------------------------------------------


def relative(path: Path, root: Path) -> str | None:
    """*path* from the repository's top, with slashes; ``None`` outside it."""
    try:
        return Path(os.path.normpath(path)).relative_to(root).as_posix()
    except ValueError:
        return None


def safe_name(name: str) -> str:
    """*name* with only letters, digits, ``.``, ``_`` and ``-``; its end, which says the format, is kept."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", name)[-100:]


def utf8(text: str) -> str:
    """*text* with any bytes of a file name that are no UTF-8 written out, so that JSON can carry it."""
    return os.fsencode(text).decode("utf-8", "backslashreplace")


def artifact_name(job: Job) -> str:
    """``covgate-JOB-MATRIXHASH-ATTEMPT``: one name for each leg, upload and attempt of a run."""
    identity = json.dumps([job.job, job.name, job.matrix, job.flags, job.index])
    return f"covgate-{re.sub(r'[^A-Za-z0-9_-]+', '-', job.job)[:60]}-{digest_of(identity)}-{job.attempt}"


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:8]


# --- telling the runner -------------------------------------------------------------------------------------------


def say_untrusted(title: str, names: list[str]) -> None:
    """Print *names* so that none of them can act as a workflow command."""
    token = secrets.token_hex(16)
    print(title)
    print(f"::stop-commands::{token}")
    for name in names:
        print(f"  {name!a}")
    print(f"::{token}::")


def escape_command(text: str) -> str:
    """*text* as the data of a workflow command, for a log of any encoding."""
    text = text.encode("ascii", "backslashreplace").decode("ascii")
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def give_outputs(**outputs: str) -> None:
    """Set the step's outputs; a random delimiter keeps a value from setting others."""
    for name, value in outputs.items():
        delimiter = secrets.token_hex(16)
        append("GITHUB_OUTPUT", f"{name}<<{delimiter}\n{value}\n{delimiter}\n")


def append(variable: str, text: str) -> None:
    """Add *text* to the file that the runner names in *variable*; outside a runner there is none."""
    path = os.environ.get(variable)
    if path:
        with Path(path).open("ab") as file:
            file.write(text.encode("utf-8"))


if __name__ == "__main__":
    sys.exit(main())
