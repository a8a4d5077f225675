from django.apps import AppConfig


class PlanningConfig(AppConfig):
    name = "planning"
    verbose_name = "整合规划"

    def ready(self) -> None:
        from . import permissions, wiring
        from .document import wiring as document

        permissions.register()
        wiring.register()
        document.register()
