"""The wiring between apps that do not know each other."""

from django.apps import AppConfig


class WiringConfig(AppConfig):
    name = "jinzhai_video"
    verbose_name = "金寨视频资源管理"

    def ready(self) -> None:
        from . import daily

        daily.register()
