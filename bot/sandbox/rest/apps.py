"""The App itself: installations, their tokens, and the deliveries of its webhook."""

from __future__ import annotations

import json
from typing import Any

from bot.sandbox.access import RANK
from bot.sandbox.clock import iso
from bot.sandbox.records import Installation, Repo
from bot.sandbox.replies import Answer, Refusal, not_found
from bot.sandbox.rest.call import Call, Route
from bot.sandbox.shapes import accounts, repositories
from bot.sandbox.webhooks import Delivery


def _installation(call: Call) -> Installation:
    installation = call.world.installations.get(call.number("installation_id"))
    if installation is None or installation.deleted:
        raise not_found()
    return installation


def show_app(call: Call) -> Answer:
    live = sum(1 for installation in call.world.installations.values() if not installation.deleted)
    shape = accounts.app(call.world, call.world.app.id)
    return Answer(json=shape | {"client_id": call.world.app.client_id, "installations_count": live})


def list_installations(call: Call) -> Answer:
    live = [installation for installation in call.world.installations.values() if not installation.deleted]
    return call.page(live, lambda installation: accounts.installation(call.world, installation))


def show_installation(call: Call) -> Answer:
    return Answer(json=accounts.installation(call.world, _installation(call)))


def show_repository_installation(call: Call) -> Answer:
    if call.repo.installation is None or call.repo.installation.deleted:
        raise not_found()
    return Answer(json=accounts.installation(call.world, call.repo.installation))


def _wanted_repositories(call: Call, installation: Installation) -> list[Repo] | None:
    """The repositories that a token is asked for, ``None`` for all."""
    ids, names = call.body.get("repository_ids"), call.body.get("repositories")
    if ids is None and names is None:
        return None
    own = [r for r in call.world.repos.values() if r.installation is installation and not r.deleted]
    chosen = [r for r in own if r.id in (ids or ()) or r.name in (names or ())]
    if len(chosen) != len(ids or ()) + len(names or ()):
        message = (
            "There is at least one repository that does not exist or is not accessible to the parent installation."
        )
        raise Refusal(422, message)
    return chosen


def create_token(call: Call) -> Answer:
    installation = _installation(call)
    if installation.suspended_at is not None:
        raise Refusal(403, "This installation has been suspended")
    granted = installation.permissions
    wanted: dict[str, str] = call.body.get("permissions") or dict(granted)
    if any(name not in granted or RANK[level] > RANK[granted[name]] for name, level in wanted.items()):
        raise Refusal(422, "The permissions requested are not granted to this installation.")
    chosen = _wanted_repositories(call, installation)
    token = call.tokens.mint(
        installation,
        wanted | {"metadata": "read"},
        repositories=None if chosen is None else frozenset(repo.id for repo in chosen),
        app_id=call.world.app.id,
    )
    body: dict[str, Any] = {
        "token": token.value,
        "expires_at": iso(token.expires_at),
        "permissions": dict(token.permissions),
        "repository_selection": "all" if chosen is None else "selected",
    }
    if chosen is not None:
        body["repositories"] = [repositories.repository(call.world, repo) for repo in chosen]
    return Answer(status=201, json=body)


def list_repositories(call: Call) -> Answer:
    token = call.actor.token
    own = [r for r in call.world.repos.values() if token is not None and not r.deleted and token.covers(r)]
    answer = call.page(own, lambda repo: repositories.repository(call.world, repo), under="repositories")
    answer.json["repository_selection"] = "all" if token and token.repositories is None else "selected"
    return answer


def convert_manifest(call: Call) -> Answer:
    """What registering an App by a manifest ends with: its keys, once, within the hour."""
    until = call.world.manifests.pop(call.params["code"], None)
    if until is None or until < call.world.clock.now():
        raise not_found()
    app = call.world.app
    secrets = {"client_secret": app.client_secret, "webhook_secret": app.webhook_secret, "pem": app.private_key}
    shape = accounts.app(call.world, app.id) | {"client_id": app.client_id} | secrets
    return Answer(status=201, json=shape)


# --- deliveries ---


def _item(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "guid": delivery.guid,
        "delivered_at": iso(delivery.delivered_at),
        "redelivery": delivery.redelivery,
        "duration": delivery.duration,
        "status": delivery.status,
        "status_code": delivery.status_code,
        "event": delivery.event,
        "action": delivery.action,
        "installation_id": delivery.installation_id,
        "repository_id": delivery.repository_id,
        "throttled_at": None,
    }


def list_deliveries(call: Call) -> Answer:
    """Newest first, by cursor: ``?cursor=`` goes on below that id."""
    tried = [d for d in reversed(call.webhooks.log) if d.status_code]
    if call.query.get("status") is not None:
        tried = [d for d in tried if d.ok == (call.query["status"] == "success")]
    cursor = call.query.get("cursor", "").removeprefix("v1_")
    if cursor.isdecimal():
        tried = [d for d in tried if d.id <= int(cursor)]
    size = min(call.integer("per_page", 30), 100)
    headers: dict[str, str] = {}
    if len(tried) > size:
        address = f"{call.world.api_url}{call.path}?per_page={size}&cursor=v1_{tried[size].id}"
        headers["Link"] = f'<{address}>; rel="next"'
    return Answer(json=[_item(delivery) for delivery in tried[:size]], headers=headers)


def _delivery(call: Call) -> Delivery:
    delivery = call.webhooks.find(call.number("delivery_id"))
    if delivery is None:
        raise not_found()
    return delivery


def show_delivery(call: Call) -> Answer:
    delivery = _delivery(call)
    return Answer(
        json=_item(delivery)
        | {
            "url": call.webhooks.url or "",
            "request": {"headers": delivery.headers, "payload": json.loads(delivery.body)},
            "response": {"headers": delivery.response_headers, "payload": delivery.response_body},
        }
    )


def redeliver(call: Call) -> Answer:
    again = call.webhooks.redeliver(_delivery(call))
    call.world.changed(f"delivery.redelivered {again.guid}")
    return Answer(status=202, json={})


def show_rate_limit(call: Call) -> Answer:
    core = call.limiter.overview(call.asker, call.world.clock.now())
    search = {"limit": 30, "remaining": 30, "reset": core["reset"], "used": 0}
    return Answer(json={"resources": {"core": core, "search": search}, "rate": core})


def show_hook_config(call: Call) -> Answer:
    config = {"content_type": "json", "insecure_ssl": "0", "secret": "********", "url": call.webhooks.url or ""}
    return Answer(json=config)


ROUTES = (
    Route("GET", "/app", show_app, who="app"),
    Route("POST", "/app-manifests/{code}/conversions", convert_manifest),
    Route("GET", "/app/installations", list_installations, who="app"),
    Route("GET", "/app/installations/{installation_id}", show_installation, who="app"),
    Route("POST", "/app/installations/{installation_id}/access_tokens", create_token, who="app"),
    Route("GET", "/app/hook/config", show_hook_config, who="app"),
    Route("GET", "/app/hook/deliveries", list_deliveries, who="app"),
    Route("GET", "/app/hook/deliveries/{delivery_id}", show_delivery, who="app"),
    Route("POST", "/app/hook/deliveries/{delivery_id}/attempts", redeliver, who="app"),
    Route("GET", "/rate_limit", show_rate_limit),
    Route("GET", "/repos/{owner}/{repo}/installation", show_repository_installation, who="app"),
    Route("GET", "/installation/repositories", list_repositories, who="installation"),
)
