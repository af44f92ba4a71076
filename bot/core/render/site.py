"""The few pages that are about no commit: what this place is, and that there is nothing at an address."""

from __future__ import annotations

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem;color:#1f2328;"
    "background:#fff}code{background:#eff1f3;padding:.1em .3em;border-radius:4px}"
    "@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}code{background:#262c36}}"
)


def index_page() -> str:
    """What answers at the service's root."""
    return _page(
        "covgate",
        "<p>A quality gate for pull requests. On every pull request of a repository where the App is installed, "
        "covgate gathers the reports that CI produced, compares them with the commit that the change is built on, "
        "judges them by the policy in <code>.github/covgate.yml</code>, and answers with one check run and one "
        "comment.</p>"
        "<p>A badge is at <code>/OWNER/REPO/badge.svg</code>, the report of a commit at "
        "<code>/OWNER/REPO/commits/SHA</code>, for public repositories.</p>",
    )


def not_found_page() -> str:
    """The same words for what does not exist and for what is not for everybody."""
    return _page(
        "Not found",
        "<p>There is nothing at this address, or nothing that everybody may see: pages of private repositories are "
        "not shown here.</p>",
    )


def _page(title: str, content: str) -> str:
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style><title>{title}</title></head>\n"
        f"<body><main><h1>{title}</h1>\n{content}</main></body></html>\n"
    )
