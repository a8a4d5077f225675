from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    name = "dashboards"
    verbose_name = "进度"

    def ready(self) -> None:
        from inventory import invariants

        from . import plan_sections
        from .invariants import figures_are_counts
        from .map.keeping import cells_are_counts

        plan_sections.register()
        invariants.register("I10", figures_are_counts)
        invariants.register("I10", cells_are_counts)
