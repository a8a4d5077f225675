"""First thing that runs in the confined child: ties its own hands, then runs the module it was told to.

Started by `sheets.confined` as a script, isolated (`-I -S`), before any untrusted byte is in reach. It imports nothing
of ours and nothing heavy until every limit stands. Modules that run here speak through `emit`.

argv: memory cpu files_size open_files parent_pid root path_count path... module args...
With --wait in place of the module (`sheets.standby`) the arguments are modules to import at once; what to run then
comes over stdin, one line of JSON: {"cwd": "...", "args": [module, argument...]}.
"""

from __future__ import annotations

import sys
from typing import Any

EXIT_FAILED = 70
EXIT_NO_MEMORY = 77

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_SIGKILL = 9


def emit(message: dict[str, Any]) -> None:
    """One JSON object on one line of stdout: progress, or {"result": {...}} once, at the end."""
    import json

    sys.stdout.write(json.dumps(message, ensure_ascii=False, separators=(",", ":")) + "\n")
    sys.stdout.flush()


def _tie(memory: int, cpu_seconds: int, file_bytes: int, open_files: int, parent: int) -> None:
    import ctypes
    import os
    import resource

    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(EXIT_FAILED)  # the parent died before the line above could tie this process to it
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 2))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    resource.setrlimit(resource.RLIMIT_NOFILE, (open_files, open_files))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _wait(imports: list[str]) -> list[str]:
    """Import what every file needs, then wait to be told; returns the module and its arguments."""
    import importlib
    import json
    import os

    for name in imports:
        importlib.import_module(name)
    emit({"ready": True})
    line = sys.stdin.readline()
    if not line:
        os._exit(0)  # nobody needs us any more
    told: dict[str, Any] = json.loads(line)
    os.chdir(told["cwd"])
    os.environ["HOME"] = told["cwd"]
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - as it would be in a child of its own
    return [str(word) for word in told["args"]]


def _main() -> None:
    numbers, rest = [int(word) for word in sys.argv[1:6]], sys.argv[6:]
    root, count = rest[0], int(rest[1])
    paths, (module, *args) = rest[2 : 2 + count], rest[2 + count :]
    _tie(*numbers)
    import os
    import runpy

    sys.path[0:0] = [root]
    sys.path.extend(paths)
    if module == "--wait":
        module, *args = _wait(args)
    sys.argv = [module, *args]
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
        sys.stdout.flush()
    except MemoryError:
        os._exit(EXIT_NO_MEMORY)  # unwinding may need memory that is not there
    except SystemExit:
        raise
    except BaseException as error:  # noqa: BLE001 - a Rust panic arrives as a BaseException of its own
        finding = getattr(error, "finding", None)
        if finding is None:
            import traceback

            traceback.print_exc()
            sys.exit(EXIT_FAILED)
        emit({"refused": finding.as_dict()})


if __name__ == "__main__":
    _main()
