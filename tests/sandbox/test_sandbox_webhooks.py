"""What the App is told: signed deliveries in GitHub's own form, and all that goes wrong with them."""

from __future__ import annotations

import hashlib
import hmac
import http.server
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest

from bot.sandbox import Delivery, Repository, Sandbox

Story = Callable[[Sandbox, Repository, httpx.Client], object]


@dataclass
class Service:
    """Something that receives deliveries, and answers what it is told to."""

    url: str = ""
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list[tuple[dict[str, str], bytes]])
    status: int = 202
    wait: float = 0

    @property
    def events(self) -> list[str]:
        return [headers["x-github-event"] for headers, _ in self.got]

    @property
    def guids(self) -> list[str]:
        return [headers["x-github-delivery"] for headers, _ in self.got]


@pytest.fixture
def service() -> Iterator[Service]:
    """A receiver on loopback."""
    held = Service()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            time.sleep(held.wait)
            held.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(held.status)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- its base names it
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        held.url = f"http://127.0.0.1:{server.server_port}/github/webhooks"
        yield held
        server.shutdown()
        thread.join()


def test_a_delivery_is_signed_over_its_bytes(github: Sandbox, service: Service) -> None:
    """SHA-256 by the App's secret, GitHub's headers, the event in the order in which it happened."""
    github.webhooks.send_to(service.url)
    repo = github.repository("octo/shop")
    repo.pull_request(branch="b", files={"a": "1"})
    github.settle()
    assert service.events == ["installation", "push", "check_suite", "pull_request"]
    headers, body = service.got[-1]
    digest = hmac.new(github.app.webhook_secret.encode(), body, hashlib.sha256).hexdigest()
    assert headers["x-hub-signature-256"] == f"sha256={digest}"
    assert headers["content-type"] == "application/json"
    assert headers["user-agent"].startswith("GitHub-Hookshot/")
    assert headers["x-github-hook-installation-target-id"] == str(github.app.id)
    payload = json.loads(body)
    assert (payload["action"], payload["number"]) == ("opened", 1)
    assert payload["installation"]["id"] == repo.installation_id
    assert len(set(service.guids)) == 4


def test_deliveries_wait_until_there_is_somewhere_to_go(github: Sandbox, shop: Repository, service: Service) -> None:
    """And are then sent in order."""
    shop.push("main", {"a": "1"})
    github.settle()
    assert service.got == []
    github.webhooks.send_to(service.url)
    github.settle()
    assert service.events == ["installation", "push", "check_suite"]
    assert [(d.status, d.status_code, d.response_body) for d in github.webhooks.log] == [("OK", 202, "ok")] * 3


def test_a_service_that_fails_is_noted(github: Sandbox, shop: Repository, service: Service) -> None:
    """The status is in the log, nothing is tried again by itself, a redelivery keeps the GUID."""
    service.status = 503
    github.webhooks.send_to(service.url)
    github.settle()
    (lost,) = github.webhooks.log
    assert (lost.status, lost.ok) == ("Invalid HTTP Response: 503", False)
    service.status = 202
    again = github.webhooks.redeliver(lost)
    github.settle()
    assert again.ok
    assert again.redelivery
    assert service.guids == [lost.guid, lost.guid]
    assert (again.installation_id, again.id != lost.id) == (shop.installation_id, True)


def test_nobody_listens(github: Sandbox, shop: Repository) -> None:
    """A connection that cannot be made is a failed delivery."""
    github.webhooks.send_to("http://127.0.0.1:9/github/webhooks")
    github.settle()
    assert [d.status for d in github.webhooks.log] == ["failed to connect to host"]
    assert shop.installation_id


def test_a_slow_service_is_cut_off(github: Sandbox, shop: Repository, service: Service) -> None:
    """After ten seconds; less here."""
    assert github.webhooks.timeout == 10
    github.webhooks.timeout, service.wait = 0.05, 0.3
    github.webhooks.send_to(service.url)
    github.settle()
    assert [d.status for d in github.webhooks.log] == ["timed out"]
    assert shop.installation_id


def test_deliveries_are_duplicated(github: Sandbox, shop: Repository, service: Service) -> None:
    """Under the same GUID, or each under its own."""
    github.webhooks.duplicate(2, event="push")
    shop.push("main", {"a": "1"})
    github.webhooks.duplicate(3, fresh_guid=True, event="push")
    shop.push("main", {"a": "2"})
    shop.push("main", {"a": "3"})
    github.webhooks.send_to(service.url)
    github.settle()
    pushes = [guid for event, guid in zip(service.events, service.guids, strict=True) if event == "push"]
    assert len(pushes) == 6
    assert len(set(pushes)) == 5
    assert pushes[0] == pushes[1]


@pytest.mark.parametrize(("order", "first"), [("sent", "installation"), ("reversed", "check_suite")])
def test_deliveries_arrive_in_another_order(github: Sandbox, service: Service, order: str, first: str) -> None:
    """What was held is let go as it was sent, backwards, or shuffled."""
    github.webhooks.send_to(service.url)
    github.webhooks.hold()
    repo = github.repository("octo/shop")
    repo.push("main", {"a": "1"})
    github.settle()
    assert service.got == []
    github.webhooks.release(order)
    github.settle()
    assert service.events[0] == first
    assert sorted(service.events) == ["check_suite", "installation", "push"]


def test_deliveries_are_shuffled_by_a_seed(github: Sandbox, shop: Repository, service: Service) -> None:
    """All arrive, in the same disorder each time."""
    github.webhooks.hold()
    for number in range(5):
        shop.push("main", {"a": str(number)})
    sent = [d.guid for d in github.webhooks.log]
    github.webhooks.send_to(service.url)
    github.webhooks.release(7)
    github.settle()
    assert sorted(service.guids) == sorted(sent)
    assert service.guids != sent


def test_deliveries_are_lost_and_late(github: Sandbox, shop: Repository, service: Service) -> None:
    """A lost one is in the log as failed; a late one takes its time."""
    github.webhooks.send_to(service.url)
    github.settle()
    github.webhooks.drop("push")
    github.webhooks.delay(0.2)
    began = time.monotonic()
    shop.push("main", {"a": "1"})
    github.settle()
    assert time.monotonic() - began >= 0.2
    assert service.events == ["installation", "check_suite"]
    assert [d.ok for d in github.webhooks.of("push")] == [False]


def test_the_secret_can_be_changed(github: Sandbox, shop: Repository, service: Service) -> None:
    """Deliveries from then on are signed with the new one."""
    github.webhooks.secret = "f" * 64
    github.webhooks.send_to(service.url)
    shop.push("main", {"a": "1"})
    github.settle()
    headers, body = service.got[-1]
    assert headers["x-hub-signature-256"] == f"sha256={hmac.new(b'f' * 64, body, hashlib.sha256).hexdigest()}"


def test_a_made_up_delivery_can_be_sent(github: Sandbox, service: Service) -> None:
    """Any bytes under any event; over 25 MiB GitHub sends nothing."""
    github.webhooks.send_to(service.url)
    github.webhooks.send("pull_request", b"not json")
    assert github.webhooks.send("push", b" " * (25 * 1024 * 1024 + 1)) is None
    github.settle()
    assert [(h["x-github-event"], body) for h, body in service.got] == [("pull_request", b"not json")]


def test_nothing_is_told_of_forks_and_strangers(github: Sandbox, shop: Repository) -> None:
    """Pushes to a fork stay there; the pull request, its runs without pull requests, and comments come from the base."""
    fork = shop.fork("mallory/shop")
    before = len(github.webhooks.log)
    pull = fork.pull_request(branch="b", files={"a": "1"}, author="mallory")
    pull.ci("ci.yml").start().finish()
    told = github.webhooks.log[before:]
    assert [d.event for d in told] == ["pull_request", "workflow_run", "workflow_run", "workflow_run"]
    assert all(d.payload["workflow_run"]["pull_requests"] == [] for d in told[1:])
    assert told[0].payload["pull_request"]["head"]["repo"]["full_name"] == "mallory/shop"
    assert {d.repository_id for d in told} == {shop.id}


def test_nothing_is_told_where_the_app_is_not_installed(github: Sandbox) -> None:
    """Whatever happens there."""
    away = github.repository("away/shop", installed=False)
    pull = away.pull_request(branch="b", files={"a": "1"})
    run = pull.ci("ci.yml").start()
    url = f"{github.api_url}/repos/away/shop/check-runs"
    token = {"Authorization": f"token {run.token()}"}
    httpx.post(url, json={"name": "x", "head_sha": pull.head_sha}, headers=token).raise_for_status()
    run.finish()
    pull.comment("hello")
    pull.rerequest()
    pull.enqueue()
    assert github.webhooks.log == []


def test_a_push_tells_what_it_touched(github: Sandbox, shop: Repository) -> None:
    """Added, modified, removed; created, forced and deleted branches."""
    shop.push("main", {"new": "1", "src/shop.py": "x", "README.md": None})
    shop.push("other", {"x": "1"})
    shop.delete_branch("other")
    pull = shop.pull_request(branch="b", files={"y": "1"})
    pull.force_push({"y": "2"})
    changed, created, deleted, _, forced = (d.payload for d in github.webhooks.of("push"))
    (commit,) = changed["commits"]
    assert (commit["added"], commit["modified"], commit["removed"]) == (["new"], ["src/shop.py"], ["README.md"])
    assert changed["after"] == shop.sha()
    assert (created["created"], created["before"]) == (True, "0" * 40)
    assert (deleted["deleted"], deleted["after"], deleted["head_commit"]) == (True, "0" * 40, None)
    assert (forced["forced"], forced["ref"]) == (True, "refs/heads/b")
    (synchronized,) = github.webhooks.of("pull_request", "synchronize")
    assert synchronized.payload["after"] == pull.head_sha


def _whole_story(github: Sandbox, shop: Repository, bot: httpx.Client) -> None:
    """Everything that the App can be told."""
    github.repository("octo/two")
    github.repository("sue/own", owner_kind="User").push("main", {"a": "1"})
    pull = shop.pull_request(branch="b", files={"a": "1"}, draft=True)
    pull.ready()
    pull.to_draft()
    pull.push({"b": "1"})
    pull.edit(title="Better", body="Said")
    shop.push("lax", {"q": "1"})
    pull.retarget("lax")
    pull.retarget("main")
    shop.push("main", {"m": "1"})
    pull.update_branch()
    pull.ci("ci.yml").start().finish("failure").rerun().finish()
    pull.ci("slow.yml").start(status="queued").finish("cancelled")
    fork = shop.fork("mallory/shop").pull_request(branch="main", files={"f": "1"}, author="mallory")
    fork.ci("ci.yml").wait_for_approval()
    comment = pull.comment("/recheck")
    pull.edit_comment(comment, "/rechecked")
    pull.delete_comment(comment)
    made = bot.post("/check-runs", json={"name": "covgate", "head_sha": pull.head_sha}).json()
    bot.patch(f"/check-runs/{made['id']}", json={"conclusion": "failure"})
    pull.rerequest("covgate")
    pull.rerequest()
    said = bot.post(f"/issues/{pull.number}/comments", json={"body": "95 %"}).json()
    bot.patch(f"/issues/comments/{said['id']}", json={"body": "96 %"})
    bot.delete(f"/issues/comments/{said['id']}")
    pull.close()
    pull.reopen()
    pull.enqueue().land()
    shop.pull_request(branch="c", files={"c": "1"}).merge("squash")
    shop.set_private(True)
    shop.set_private(False)
    shop.rename("octo/store")
    shop.rename("sue/store")
    shop.delete()
    github.permit("octo", {"metadata": "read", "checks": "write"})
    github.suspend("octo")
    github.unsuspend("octo")
    github.uninstall("octo")
    github.ping()


TOLD = {
    "check_run": {"created", "completed", "rerequested"},
    "check_suite": {"requested", "rerequested"},
    "installation": {"created", "new_permissions_accepted", "suspend", "unsuspend", "deleted"},
    "installation_repositories": {"added"},
    "issue_comment": {"created", "edited", "deleted"},
    "merge_group": {"checks_requested"},
    "ping": {None},
    "pull_request": {
        "opened",
        "ready_for_review",
        "converted_to_draft",
        "synchronize",
        "edited",
        "closed",
        "reopened",
    },
    "push": {None},
    "repository": {"privatized", "publicized", "renamed", "transferred", "deleted"},
    "workflow_run": {"requested", "in_progress", "completed"},
}


def test_all_that_happens_is_told(github: Sandbox, shop: Repository, bot: httpx.Client) -> None:
    """Each event with each of its actions."""
    _whole_story(github, shop, bot)
    told: dict[str, set[str | None]] = {}
    for delivery in github.webhooks.log:
        told.setdefault(delivery.event, set()).add(delivery.action)
    assert told == TOLD


def test_payloads_are_valid_by_githubs_schema(github: Sandbox, shop: Repository, bot: httpx.Client) -> None:
    """Every payload of the whole story, by the JSON Schema that GitHub's own examples come with."""
    corpus = os.environ.get("COVGATE_CORPUS")
    if corpus is None:
        pytest.skip("COVGATE_CORPUS names no folder with GitHub's schema of webhooks")
    schema: dict[str, Any] = json.loads((Path(corpus) / "webhooks/_schema.json").read_text())
    events = schema["definitions"]["webhook-events"]["oneOf"][0]["items"]["enum"]
    events.append("merge_group")  # the schema knows the event, and has forgotten it in this list
    _whole_story(github, shop, bot)
    wrong = [reason for delivery in github.webhooks.log for reason in _reasons(delivery, schema)]
    assert wrong == []


def _reasons(delivery: Delivery, schema: dict[str, Any]) -> list[str]:
    name = f"{delivery.event}${delivery.action or 'event'}"
    judge = jsonschema.Draft7Validator({"$ref": f"#/definitions/{name}", "definitions": schema["definitions"]})
    return [f"{name}: {error.json_path}: {error.message[:200]}" for error in judge.iter_errors(delivery.payload)]
