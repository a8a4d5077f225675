from django.apps import AppConfig


class CamerasConfig(AppConfig):
    name = "cameras"
    verbose_name = "摄像机与杆件"

    def ready(self) -> None:
        from . import permissions

        permissions.register()
