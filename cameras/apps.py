from django.apps import AppConfig


class CamerasConfig(AppConfig):
    name = "cameras"
    verbose_name = "摄像机与杆件"

    def ready(self) -> None:
        from jobs import idle

        from . import permissions
        from .lists import CARDS

        permissions.register()
        idle.register("cameras.cards", CARDS.catch_up)
