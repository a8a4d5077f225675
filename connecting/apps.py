from django.apps import AppConfig


class ConnectingConfig(AppConfig):
    name = "connecting"
    verbose_name = "接入备案"
