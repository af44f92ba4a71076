"""People, the App and its installations in JSON."""

from __future__ import annotations

from typing import Any

from bot.sandbox.clock import iso
from bot.sandbox.records import APP_EVENTS, APP_PERMISSIONS, Installation, User
from bot.sandbox.world import World

_USER_URLS = {
    "followers_url": "/followers",
    "following_url": "/following{/other_user}",
    "gists_url": "/gists{/gist_id}",
    "starred_url": "/starred{/owner}{/repo}",
    "subscriptions_url": "/subscriptions",
    "organizations_url": "/orgs",
    "repos_url": "/repos",
    "events_url": "/events{/privacy}",
    "received_events_url": "/received_events",
}


def user(world: World, account: User) -> dict[str, Any]:
    """``simple-user``."""
    url = f"{world.api_url}/users/{account.login}"
    return {
        "login": account.login,
        "id": account.id,
        "node_id": f"U_{account.id}",
        "avatar_url": f"{world.web_url}/avatars/u/{account.id}",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{world.web_url}/{account.login}",
        **{name: url + suffix for name, suffix in _USER_URLS.items()},
        "type": account.kind,
        "site_admin": False,
    }


def organization(world: World, account: User) -> dict[str, Any]:
    """The ``organization`` of a webhook payload."""
    url = f"{world.api_url}/orgs/{account.login}"
    return {
        "login": account.login,
        "id": account.id,
        "node_id": f"O_{account.id}",
        "url": url,
        "repos_url": f"{url}/repos",
        "events_url": f"{url}/events",
        "hooks_url": f"{url}/hooks",
        "issues_url": f"{url}/issues",
        "members_url": f"{url}/members{{/member}}",
        "public_members_url": f"{url}/public_members{{/member}}",
        "avatar_url": f"{world.web_url}/avatars/u/{account.id}",
        "description": None,
    }


def app(world: World, app_id: int) -> dict[str, Any]:
    """``integration``: our App, or GitHub Actions."""
    ours = app_id == world.app.id
    slug = world.app.slug if ours else "github-actions"
    owner = world.user("covgate-makers" if ours else "github", "Organization")
    shape: dict[str, Any] = {
        "id": app_id,
        "slug": slug,
        "node_id": f"A_{app_id}",
        "owner": user(world, owner),
        "name": slug if ours else "GitHub Actions",
        "description": "",
        "external_url": f"{world.web_url}/apps/{slug}",
        "html_url": f"{world.web_url}/apps/{slug}",
        "created_at": "2025-01-01T00:00:00Z",
        "updated_at": "2025-01-01T00:00:00Z",
        "permissions": dict(APP_PERMISSIONS) if ours else {"actions": "write", "checks": "write", "metadata": "read"},
        "events": list(APP_EVENTS) if ours else [],
    }
    return shape


def nullable_app(world: World, app_id: int | None) -> dict[str, Any] | None:
    """``performed_via_github_app``: ``None`` for what a person did."""
    return None if app_id is None else app(world, app_id)


def installation(world: World, installed: Installation) -> dict[str, Any]:
    """``installation``."""
    account = installed.account
    suspended = installed.suspended_at
    return {
        "id": installed.id,
        "account": user(world, account),
        "repository_selection": "all",
        "access_tokens_url": f"{world.api_url}/app/installations/{installed.id}/access_tokens",
        "repositories_url": f"{world.api_url}/installation/repositories",
        "html_url": f"{world.web_url}/settings/installations/{installed.id}",
        "app_id": world.app.id,
        "app_slug": world.app.slug,
        "target_id": account.id,
        "target_type": account.kind,
        "permissions": dict(installed.permissions),
        "events": list(APP_EVENTS),
        "created_at": iso(installed.created_at),
        "updated_at": iso(installed.created_at),
        "single_file_name": None,
        "has_multiple_single_files": False,
        "single_file_paths": [],
        "suspended_by": user(world, account) if suspended is not None else None,
        "suspended_at": iso(suspended) if suspended is not None else None,
    }
