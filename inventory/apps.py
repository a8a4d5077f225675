from django.apps import AppConfig


class InventoryConfig(AppConfig):
    name = "inventory"
    verbose_name = "梳理填报"

    def ready(self) -> None:
        from . import permissions, wiring

        permissions.register()
        wiring.register()
