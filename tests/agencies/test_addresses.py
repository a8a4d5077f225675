"""Whose address the journal and the log-in lock know (T34: a forged X-Forwarded-For)."""

from __future__ import annotations

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from agencies.addresses import client_address


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "", "10.0.0.1"),
        (0, "6.6.6.6", "10.0.0.1"),
        (1, "6.6.6.6, 192.168.3.4", "192.168.3.4"),
        (2, "6.6.6.6, 192.168.3.4, 10.0.0.9", "192.168.3.4"),
        (1, "", "10.0.0.1"),
        (1, "not an address", "10.0.0.1"),
    ],
)
def test_the_address_that_the_outermost_trusted_proxy_saw(
    settings: Settings, proxies: int, forwarded: str, expected: str
) -> None:
    settings.PROXY_COUNT = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)
    assert client_address(request) == expected
