from django.apps import AppConfig
from django.core import checks


class NoticesConfig(AppConfig):
    name = "notices"
    verbose_name = "通知"

    def ready(self) -> None:
        from .checks import channels_can_be_used

        checks.register(channels_can_be_used)
