from django.apps import AppConfig
from django.core import checks


class InventoryConfig(AppConfig):
    name = "inventory"
    verbose_name = "梳理填报"

    def ready(self) -> None:
        from . import fence, permissions, wiring

        checks.register(fence.outline_can_be_used)
        permissions.register()
        wiring.register()
