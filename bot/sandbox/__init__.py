"""A GitHub on loopback, with state: real git repositories, pull requests, runs, artifacts, checks, comments, webhooks.

It is driven in the product's words, from any thread, without async::

    with Sandbox.start(webhook_url="http://127.0.0.1:8000/github/webhooks") as github:
        repo = github.repository("octo/shop", files={"src/shop.py": "..."})
        pr = repo.pull_request(branch="feature", files={"src/shop.py": "..."}, author="alice")
        run = pr.ci("ci.yml").start()
        run.upload("covgate-test-0-1", {"manifest.json": b"...", "reports/0-coverage.xml": b"..."})
        run.finish("success")
        github.settle()
        assert pr.check("covgate").conclusion == "success"

The service talks to ``github.api_url`` as the App ``github.app``. Everything listens on 127.0.0.1 alone and lives in
one temporary directory that ``close`` removes.
"""

from __future__ import annotations

from bot.sandbox.ci import Ci, Run, zipped
from bot.sandbox.facade import App, Sandbox
from bot.sandbox.faults import Fault, Faults
from bot.sandbox.git import Executable, Files, Symlink
from bot.sandbox.limits import Limits
from bot.sandbox.pull_request import MergeGroup, PullRequest
from bot.sandbox.records import Check
from bot.sandbox.repository import Repository
from bot.sandbox.talk import Comment
from bot.sandbox.traffic import Request, Requests
from bot.sandbox.webhooks import Delivery, Webhooks

__all__ = [
    "App",
    "Check",
    "Ci",
    "Comment",
    "Delivery",
    "Executable",
    "Fault",
    "Faults",
    "Files",
    "Limits",
    "MergeGroup",
    "PullRequest",
    "Repository",
    "Request",
    "Requests",
    "Run",
    "Sandbox",
    "Symlink",
    "Webhooks",
    "zipped",
]
