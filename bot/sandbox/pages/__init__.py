"""The sandbox's website: what a person would see at GitHub, in a look of our own, for the demo and for screenshots."""

from __future__ import annotations

from bot.sandbox.pages.site import Pages

__all__ = ["Pages"]
