"""Tells the engine below what to do when a case of ours is decided, and the queue how to read a file."""


def register() -> None:
    pass
