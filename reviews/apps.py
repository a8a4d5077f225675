from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "reviews"
    verbose_name = "双审"

    def ready(self) -> None:
        from . import permissions

        permissions.register()
