from django.apps import AppConfig


class ConnectingConfig(AppConfig):
    name = "connecting"
    verbose_name = "接入备案"

    def ready(self) -> None:
        from inventory import invariants

        from .invariants import figures_are_counts, standings

        invariants.register("I6", standings)
        invariants.register("I10", figures_are_counts)
