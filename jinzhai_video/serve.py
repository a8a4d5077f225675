"""`make run`: database, migrations, reference data, the demo county once, web server and worker."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"


def demo_password(var: Path) -> str:
    """From DEMO_PASSWORD, else made up once and kept, so that it is the same at the next start."""
    if given := os.environ.get("DEMO_PASSWORD"):
        return given
    kept = var / "demo_password"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(f"jinzhai-{secrets.token_hex(4)}")
    return kept.read_text()


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return probe.connect_ex((HOST, port)) != 0


def main() -> int:
    port = int(os.environ.get("PORT", "8000"))
    if not port_is_free(port):
        print(f"端口 {port} 已被占用。请先停止占用它的程序，或换一个：make run PORT=8001")
        return 1
    os.environ.update(
        DJANGO_SETTINGS_MODULE="jinzhai_video.settings", DEMO="on", DATABASE_URL="", HTTPS="off", DEBUG="off"
    )
    os.environ.pop("POSTGRES_NAME", None)
    sys.path.insert(0, str(ROOT))
    from demo import outline

    if sketch := outline.prepare(Path(os.environ.get("VAR_DIR", ROOT / "var"))):
        os.environ.setdefault("MAP_OUTLINE", str(sketch))
    import django
    from django.core.management import call_command

    django.setup()
    from django.conf import settings

    os.environ["DEMO_PASSWORD"] = password = demo_password(settings.VAR_DIR)
    call_command("migrate", verbosity=0)
    call_command("load_reference", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    call_command("load_demo")
    from django.db import connections

    connections.close_all()
    return supervise(port, password)


def web_server(port: int) -> list[str]:
    """The command of the web server: two processes, with threads, so that uploads on slow lines keep nobody waiting."""
    gunicorn = [sys.executable, "-m", "gunicorn", "jinzhai_video.wsgi", "--bind", f"{HOST}:{port}"]
    return [
        *gunicorn, "--workers", "2", "--threads", "8", "--timeout", "120", "--log-level", "warning",
        "--no-control-socket",
    ]  # fmt: skip


def supervise(port: int, password: str) -> int:
    """Run web server and worker until one of them ends or we are told to stop."""
    from demo.people import CAST

    children = [
        subprocess.Popen(web_server(port), cwd=ROOT),
        subprocess.Popen([sys.executable, "manage.py", "work"], cwd=ROOT),
    ]
    stopping = False

    def stop(signum: int, frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    while port_is_free(port) and children[0].poll() is None:
        time.sleep(0.1)
    print(f"\n金寨视频资源管理（演示） http://{HOST}:{port}/\n\n演示账号（密码都是 {password}）：")
    for username, agency, post in CAST:
        print(f"  {username:<16} {agency} {post}")
    print("\n按 Ctrl-C 停止。", flush=True)
    while not stopping and all(child.poll() is None for child in children):
        time.sleep(0.3)
    for child in children:
        if child.poll() is None:
            child.terminate()
    for child in children:
        try:
            child.wait(15)
        except subprocess.TimeoutExpired:
            child.kill()
    if not stopping:
        print("服务意外停止，请查看上面的信息。")
    return 0 if stopping else 1


if __name__ == "__main__":
    raise SystemExit(main())
