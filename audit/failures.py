"""What a service raises when it cannot do what was asked; the web turns each into its status code."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied


class Conflict(Exception):
    """The thing is not in a state that allows this (409). The message is for the user."""


class Invalid(Exception):
    """What was handed in cannot be taken (422). The message says what is wrong and what to do."""


class TooMuch(Exception):
    """More than one may ask for at a time (429). The message says how much that is, and when to try again."""


class Unavailable(Exception):
    """What an act must leave behind cannot be written, so nothing was done (503; 507 when there is no room for it)."""

    def __init__(self, message: str, *, full: bool = False) -> None:
        super().__init__(message)
        self.status = 507 if full else 503


def require(allowed: bool, message: str = "您的岗位没有这项权限。") -> None:
    """Raise PermissionDenied (403) unless `allowed`."""
    if not allowed:
        raise PermissionDenied(message)
