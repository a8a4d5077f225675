"""What a service raises when it cannot do what was asked; the web turns each into its status code."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied


class Conflict(Exception):
    """The thing is not in a state that allows this (409). The message is for the user."""


class Invalid(Exception):
    """What was handed in cannot be taken (422). The message says what is wrong and what to do."""


class TooMuch(Exception):
    """More than one may ask for at a time (429). The message says how much that is, and when to try again."""


def require(allowed: bool, message: str = "您的岗位没有这项权限。") -> None:
    """Raise PermissionDenied (403) unless `allowed`."""
    if not allowed:
        raise PermissionDenied(message)
