"""The databases, and the fixed cast that every test may use."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pytest_django.plugin import DjangoDbBlocker

from agencies.models import Person
from tests.factories import make_person

ROOT = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--nightly", action="store_true", help="also run the heavy counts")


def pytest_collection_finish() -> None:
    # What was imported stays: looked through again and again, it costs every twentieth second.
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # The long walks first: begun last, they would leave the other processors with nothing to do.
    items.sort(key=lambda item: "test_pages" not in item.nodeid and "e2e" not in item.keywords)
    if config.getoption("--nightly"):
        return
    heavy = [item for item in items if "nightly" in item.keywords]
    if heavy:
        config.hook.pytest_deselected(items=heavy)
        items[:] = [item for item in items if "nightly" not in item.keywords]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """TEST_DB_SUFFIX keeps two runs on one machine apart."""
    if suffix := os.environ.get("TEST_DB_SUFFIX"):
        from pytest_django.fixtures import _set_suffix_to_test_databases

        _set_suffix_to_test_databases(suffix=suffix)


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: DjangoDbBlocker,
    django_db_keepdb: bool,
    django_db_createdb: bool,
) -> Iterator[None]:
    """One database per run with the reference data in it.

    In place of pytest-django's, which makes none when it sees no mark: the cast and `real_db` ask for it as they go.
    """
    from django.core.management import call_command
    from django.test.utils import setup_databases, teardown_databases

    keep = django_db_keepdb and not django_db_createdb
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, keepdb=keep)
        call_command("load_reference", verbosity=0)
    yield
    if not django_db_keepdb:
        with django_db_blocker.unblock():
            teardown_databases(made, verbosity=0)


@pytest.fixture(autouse=True)
def _no_dead_connection() -> None:
    """A connection into a database that an earlier test dropped (a browser test's second one) is not handed on."""
    from django.db import connection

    if connection.connection is not None and not connection.in_atomic_block and not connection.is_usable():
        connection.close()


@contextmanager
def own_database() -> Iterator[str]:
    """A copy of the prepared database for real commits, threads and processes, gone afterwards; gives its name.

    The journal refuses TRUNCATE, so the framework's way of cleaning up after commits is not for us.
    """
    from django.db import connection

    prepared = connection.settings_dict["NAME"]
    name = f"real_{uuid.uuid4().hex[:12]}"
    connection.close()
    _administer(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{prepared}'")
    _administer(f'CREATE DATABASE "{name}" TEMPLATE "{prepared}"')
    connection.settings_dict["NAME"] = name
    try:
        yield name
    finally:
        connection.close()
        connection.settings_dict["NAME"] = prepared
        _administer(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def real_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A database of this test's own, copied from the prepared one; yields its name."""
    with django_db_blocker.unblock(), own_database() as name:
        yield name


def _administer(sql: str) -> None:
    import psycopg2
    from django.db import connection

    params = connection.get_connection_params()
    admin = psycopg2.connect(host=params["host"], port=params["port"], user=params["user"], dbname="postgres")
    admin.autocommit = True
    try:
        with admin.cursor() as cursor:
            cursor.execute(sql)
    finally:
        admin.close()


@pytest.fixture
def site(real_db: str) -> Iterator[str]:
    """The whole application behind a real socket, over `real_db`; yields its URL."""
    from django.test.testcases import LiveServerThread, _StaticFilesHandler

    thread = LiveServerThread("127.0.0.1", _StaticFilesHandler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait(30)
    if thread.error:
        raise thread.error
    try:
        yield f"http://127.0.0.1:{thread.port}"
    finally:
        thread.terminate()


@pytest.fixture
def worker(real_db: str) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start real workers over `real_db`: call it for each; keyword arguments become environment variables."""
    started: list[subprocess.Popen[bytes]] = []

    def start(**environment: str) -> subprocess.Popen[bytes]:
        told = {"DJANGO_SETTINGS_MODULE": "jinzhai_video.settings_test", "POSTGRES_NAME": real_db} | environment
        process = subprocess.Popen([sys.executable, "manage.py", "work"], cwd=ROOT, env=os.environ | told)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


# --- the cast -------------------------------------------------------------------------------------------------------
# They stand in `real_db` where the test works on a database of its own, else in `db`.
@pytest.fixture
def _stage(request: pytest.FixtureRequest) -> None:
    request.getfixturevalue("real_db" if "real_db" in request.fixturenames else "db")


@pytest.fixture
def meishan_clerk(_stage: None) -> Person:
    """梅山镇's clerk."""
    return make_person("clerk-meishan", "meishan", "clerk")


@pytest.fixture
def meishan_colleague(_stage: None) -> Person:
    """Another clerk of 梅山镇."""
    return make_person("clerk-meishan-2", "meishan", "clerk")


@pytest.fixture
def mabu_clerk(_stage: None) -> Person:
    """The stranger: a clerk of another township."""
    return make_person("clerk-mabu", "mabu", "clerk")


@pytest.fixture
def education_clerk(_stage: None) -> Person:
    """A department's clerk, who supervises the schools."""
    return make_person("clerk-education", "education", "clerk")


@pytest.fixture
def data_reviewer(_stage: None) -> Person:
    return make_person("data-1", "data-bureau", "data_reviewer")


@pytest.fixture
def data_reviewer2(_stage: None) -> Person:
    return make_person("data-2", "data-bureau", "data_reviewer")


@pytest.fixture
def police_reviewer(_stage: None) -> Person:
    return make_person("police-1", "police", "police_reviewer")


@pytest.fixture
def police_reviewer2(_stage: None) -> Person:
    return make_person("police-2", "police", "police_reviewer")


@pytest.fixture
def office(_stage: None) -> Person:
    return make_person("office-1", "office", "office")


@pytest.fixture
def leader(_stage: None) -> Person:
    return make_person("leader", "government-office", "leader")


@pytest.fixture
def sysadmin(_stage: None) -> Person:
    return make_person("sysadmin", "data-bureau", "sysadmin")


@pytest.fixture
def secadmin(_stage: None) -> Person:
    return make_person("secadmin", "data-bureau", "secadmin")


@pytest.fixture
def auditor(_stage: None) -> Person:
    return make_person("auditor", "data-bureau", "auditor")
