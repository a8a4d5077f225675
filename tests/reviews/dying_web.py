"""The application as the web server runs it, but for one thing: a request may ask that its process dies for it.

With the header `X-Die` the process is killed once the work is done and committed, and before anything is answered.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable
from typing import Any

from jinzhai_video.wsgi import application as whole

__all__ = ["application"]


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if "HTTP_X_DIE" not in environ:
        return whole(environ, start_response)

    def unheard(*told: Any) -> Callable[[bytes], object]:
        return lambda body: None

    list(whole(environ, unheard))
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("not reached")
