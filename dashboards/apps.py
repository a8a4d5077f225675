from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    name = "dashboards"
    verbose_name = "进度"

    def ready(self) -> None:
        from inventory import invariants

        from .invariants import figures_are_counts

        invariants.register("I10", figures_are_counts)
