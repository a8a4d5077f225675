"""`python -m jinzhai_video.postgres stop|start`: the project's own server by hand."""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jinzhai_video.settings")


def main() -> int:
    from django.conf import settings

    from . import server

    if sys.argv[1:] == ["stop"]:
        sys.stdout.write("已停止。\n" if server.stop(settings.POSTGRES_DATA) else "没有在运行。\n")
    elif sys.argv[1:] == ["start"]:
        folder, port = server.ensure(settings.POSTGRES_DATA, throwaway=settings.POSTGRES_THROWAWAY)
        sys.stdout.write(f"已启动：{folder} 端口 {port}\n")
    else:
        sys.stderr.write("用法：python -m jinzhai_video.postgres start|stop\n")
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
