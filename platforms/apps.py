from django.apps import AppConfig


class PlatformsConfig(AppConfig):
    name = "platforms"
    verbose_name = "视频平台"

    def ready(self) -> None:
        from . import permissions

        permissions.register()
