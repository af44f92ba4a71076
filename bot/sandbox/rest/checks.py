"""Check runs, their annotations, and check suites.

https://docs.github.com/en/rest/checks/runs
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.sandbox import events
from bot.sandbox.records import Check, Suite
from bot.sandbox.replies import Answer, Refusal, invalid, not_found
from bot.sandbox.rest.call import Call, Route
from bot.sandbox.shapes import checks

READ = (("checks", "read"),)
WRITE = (("checks", "write"),)

TEXT_LIMIT = 65_535  # characters of summary and of text
ANNOTATIONS_LIMIT = 50  # in one request
KEPT_OF_A_NAME = 1_000  # in one suite; older ones are deleted


def create(call: Call) -> Answer:
    world = call.world
    sha, name = call.required("head_sha"), call.required("name")
    if call.repo.git.commit(sha) is None:
        raise Refusal(422, f"No commit found for SHA: {sha}")
    app_id, now = call.own_app, world.clock.now()
    check = Check(
        id=world.new_id("check_run"),
        repo=call.repo,
        app_id=app_id,
        suite=world.suite(call.repo, app_id, sha),
        name=name,
        head_sha=sha,
        status="queued",
        conclusion=None,
        external_id="",
        details_url=None,
        started_at=now,
        completed_at=None,
    )
    _apply(call, check)
    world.add_check(check)
    _prune(call, check)
    world.changed(f"check_run.created {check.id}")
    _roll_up(call, check.suite)
    events.check_run(world, check, "created", world.app_user(app_id))
    if check.status == "completed":
        events.check_run(world, check, "completed", world.app_user(app_id))
    return Answer(status=201, json=checks.check(world, check))


def update(call: Call) -> Answer:
    check, world = _check(call), call.world
    if check.app_id != call.own_app:
        text = f"Invalid app_id `{call.own_app}` - check run can only be modified by the GitHub App that created it."
        raise Refusal(403, text)
    was_completed = check.status == "completed"
    _apply(call, check)
    check.name = call.body.get("name", check.name)
    check.updates += 1
    world.changed(f"check_run.updated {check.id}")
    _roll_up(call, check.suite)
    if check.status == "completed" and not was_completed:
        events.check_run(world, check, "completed", world.app_user(check.app_id))
    return Answer(json=checks.check(world, check))


def _apply(call: Call, check: Check) -> None:
    """What the request says of *check*; nothing of it if any part is refused."""
    body = call.body
    status, conclusion = _outcome(call, check)
    output: dict[str, Any] = body.get("output") or {}
    _refuse_output(output)
    check.status, check.conclusion = status, conclusion
    check.completed_at = None
    if status == "completed":
        check.completed_at = _moment(body, "completed_at") or call.world.clock.now()
    check.started_at = _moment(body, "started_at") or check.started_at
    check.external_id = body.get("external_id", check.external_id)
    check.details_url = body.get("details_url", check.details_url)
    check.title = output.get("title", check.title)
    check.summary = output.get("summary", check.summary)
    check.text = output.get("text", check.text)
    check.annotations += output.get("annotations", [])
    check.actions = body.get("actions", check.actions)


def _outcome(call: Call, check: Check) -> tuple[str, str | None]:
    """Status and conclusion: a conclusion completes, and to complete needs one. Without either nothing changes."""
    status: str | None = call.body.get("status")
    conclusion: str | None = call.body.get("conclusion")
    if conclusion == "stale":
        raise invalid("CheckRun", "conclusion", "invalid", "conclusion `stale` is set by GitHub alone")
    if conclusion is not None:
        return "completed", conclusion
    if status == "completed":
        call.violations.append(f"{call.method} {call.path}: status completed without a conclusion")
        raise invalid("CheckRun", "conclusion", "missing_field")
    return (check.status, check.conclusion) if status is None else (status, None)


def _refuse_output(output: dict[str, Any]) -> None:
    for name in ("summary", "text"):
        length = len(output.get(name) or "")
        if length > TEXT_LIMIT:
            message = f"Only {TEXT_LIMIT} characters are allowed; {length} were supplied."
            raise invalid("CheckRun", name, "custom", message)
    if output and not (output.get("summary") and output.get("title")):
        raise invalid("CheckRun", "output", "missing_field", "title and summary are required")
    annotations: list[dict[str, Any]] = output.get("annotations", [])
    if len(annotations) > ANNOTATIONS_LIMIT:
        raise invalid("CheckRun", "annotations", "custom", "exceeds a maximum quantity of 50")
    for note in annotations:
        if not 1 <= note["start_line"] <= note["end_line"]:
            raise invalid("CheckRun", "annotations", "custom", "end_line must not be before start_line")
        if note["start_line"] != note["end_line"] and ("start_column" in note or "end_column" in note):
            raise invalid("CheckRun", "annotations", "custom", "columns need start_line and end_line to be the same")


def _moment(body: dict[str, Any], name: str) -> datetime | None:
    return datetime.fromisoformat(body[name]) if name in body else None


def _prune(call: Call, newest: Check) -> None:
    same = [
        check
        for check in call.world.checks_of(newest.repo, newest.head_sha)
        if check.suite is newest.suite and check.name == newest.name
    ]
    for old in same[KEPT_OF_A_NAME:]:
        call.world.remove_check(old)


def _roll_up(call: Call, suite: Suite) -> None:
    """The suite is done when all of its runs are; it is as bad as the worst."""
    runs = [check for check in call.world.checks_of(suite.repo, suite.head_sha) if check.suite is suite]
    conclusions = {check.conclusion for check in runs}
    suite.updated_at = call.world.clock.now()
    if None in conclusions:
        suite.status, suite.conclusion = "in_progress", None
        return
    order = ("action_required", "timed_out", "failure", "cancelled", "neutral", "success", "skipped")
    suite.status = "completed"
    suite.conclusion = next((worst for worst in order if worst in conclusions), "success")


def _check(call: Call) -> Check:
    check = call.world.checks.get(call.number("check_run_id"))
    if check is None or check.repo is not call.repo:
        raise not_found()
    return check


def show(call: Call) -> Answer:
    return Answer(json=checks.check(call.world, _check(call)))


def list_annotations(call: Call) -> Answer:
    check = _check(call)
    return call.page(check.annotations, lambda note: checks.annotation(call.world, check, note))


def _filtered(call: Call, runs: list[Check]) -> Answer:
    """By name, App and status; unless ``filter=all``, only the newest of each name in each suite."""
    query = call.query
    found = [
        run
        for run in runs
        if query.get("check_name", run.name) == run.name
        and query.get("app_id", str(run.app_id)) == str(run.app_id)
        and query.get("status", run.status) == run.status
    ]
    if query.get("filter", "latest") == "latest":
        newest: dict[tuple[int, str], Check] = {}
        for run in found:
            newest.setdefault((run.suite.id, run.name), run)
        found = list(newest.values())
    return call.page(found, lambda run: checks.check(call.world, run), under="check_runs")


def _commit(call: Call) -> str:
    sha = call.repo.git.resolve(call.params["ref"])
    if sha is None:
        raise Refusal(422, f"No commit found for SHA: {call.params['ref']}")
    return sha


def list_for_commit(call: Call) -> Answer:
    return _filtered(call, call.world.checks_of(call.repo, _commit(call)))


def list_suites(call: Call) -> Answer:
    app_id = call.query.get("app_id")
    suites = call.world.suites_of(call.repo, _commit(call))
    found = [suite for suite in suites if app_id in (None, str(suite.app_id))]
    return call.page(found, lambda suite: checks.suite(call.world, suite), under="check_suites")


def _suite(call: Call) -> Suite:
    suite = call.world.suites.get(call.number("check_suite_id"))
    if suite is None or suite.repo is not call.repo:
        raise not_found()
    return suite


def show_suite(call: Call) -> Answer:
    return Answer(json=checks.suite(call.world, _suite(call)))


def list_for_suite(call: Call) -> Answer:
    suite = _suite(call)
    runs = call.world.checks_of(suite.repo, suite.head_sha)
    return _filtered(call, [run for run in runs if run.suite is suite])


BASE = "/repos/{owner}/{repo}"
ROUTES = (
    Route("POST", f"{BASE}/check-runs", create, WRITE, who="installation", content=True),
    Route("PATCH", f"{BASE}/check-runs/{{check_run_id}}", update, WRITE, who="installation"),
    Route("GET", f"{BASE}/check-runs/{{check_run_id}}", show, READ),
    Route("GET", f"{BASE}/check-runs/{{check_run_id}}/annotations", list_annotations, READ),
    Route("GET", f"{BASE}/commits/{{ref}}/check-runs", list_for_commit, READ),
    Route("GET", f"{BASE}/commits/{{ref}}/check-suites", list_suites, READ),
    Route("GET", f"{BASE}/check-suites/{{check_suite_id}}", show_suite, READ),
    Route("GET", f"{BASE}/check-suites/{{check_suite_id}}/check-runs", list_for_suite, READ),
)
