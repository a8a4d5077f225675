"""Django's PostgreSQL back end, which starts the project's own server on the first connection.

Management commands that need no database therefore start none.
"""

from __future__ import annotations

from typing import Any

import psycopg2
from django.conf import settings
from django.db.backends.postgresql import base

from . import server


class DatabaseWrapper(base.DatabaseWrapper):
    """As Django's, with HOST and PORT found out on connecting and the database made when missing."""

    def get_connection_params(self) -> dict[str, Any]:
        host, port = server.ensure(settings.POSTGRES_DATA, throwaway=settings.POSTGRES_THROWAWAY)
        self.settings_dict["HOST"], self.settings_dict["PORT"] = host, str(port)
        params: dict[str, Any] = super().get_connection_params()
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        try:
            return super().get_new_connection(conn_params)
        except psycopg2.OperationalError as error:
            if f'database "{settings.POSTGRES_NAME}" does not exist' not in str(error):
                raise
            _create(conn_params)
            return super().get_new_connection(conn_params)


def _create(conn_params: dict[str, Any]) -> None:
    connection = psycopg2.connect(
        host=conn_params["host"], port=conn_params["port"], user=conn_params["user"], dbname="postgres"
    )
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{conn_params["dbname"]}"')
    except psycopg2.errors.DuplicateDatabase:
        pass
    finally:
        connection.close()
