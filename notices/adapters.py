"""The ways out: one interface, a mail server and an SMS gateway behind it. Off unless settings.NOTICE_CHANNELS says so.

What leaves this way may leave the county's network: nobody hands more than counts to an adapter (notices/digests.py).
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import re
import smtplib
import socket
import ssl
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from typing import ClassVar, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from .models import Channel

MOBILE: Final = re.compile(r"1[3-9][0-9]{9}")


class NotSent(Exception):
    """This message was not taken; the exception's text says why, for the record. May be tried again."""


class Down(NotSent):
    """Nothing would have been taken: the way out itself does not work just now."""


class Adapter(ABC):
    """One way out. `check` refuses an address that cannot be one; `send` hands over one message or raises NotSent."""

    channel: ClassVar[Channel]
    example: ClassVar[str]

    @abstractmethod
    def check(self, address: str) -> bool: ...

    @abstractmethod
    def send(self, address: str, subject: str, text: str, *, reference: str) -> None:
        """`reference` is the same at every attempt at the same message, so that a receiver can drop a repeated one."""


class Email(Adapter):
    """Through the mail server that settings.EMAIL_URL names."""

    channel = Channel.EMAIL
    example = "name@example.gov.cn"

    def check(self, address: str) -> bool:
        try:
            validate_email(address)
        except ValidationError:
            return False
        return address.isascii()

    def send(self, address: str, subject: str, text: str, *, reference: str) -> None:
        message = mail.EmailMessage(subject, text, to=[address], headers={"X-Reference": reference})
        try:
            taken = message.send()
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, ValueError) as error:
            raise NotSent(f"{type(error).__name__}: {error}") from error
        except OSError as error:
            raise Down(f"{type(error).__name__}: {error}") from error
        if taken != 1:
            raise NotSent("the mail server did not take it")


class Sms(Adapter):
    """One POST of JSON {to, text, reference} to settings.SMS_URL, signed; taken when the answer is a 2xx.

    X-Signature is the hex HMAC-SHA256, with settings.SMS_SECRET, of X-Timestamp (Unix seconds), a full stop and the
    body. No proxy is used and no redirect followed, and the exchange ends within settings.SMS_TIMEOUT seconds, however
    slowly the answer drips.
    """

    channel = Channel.SMS
    example = "13800000000"

    def check(self, address: str) -> bool:
        return MOBILE.fullmatch(address) is not None

    def send(self, address: str, subject: str, text: str, *, reference: str) -> None:
        body = json.dumps({"to": address, "text": text, "reference": reference}, ensure_ascii=False).encode()
        stamp = str(int(datetime.now(UTC).timestamp()))
        signed = hmac.new(settings.SMS_SECRET.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", "X-Timestamp": stamp, "X-Signature": signed}
        try:
            status = _post(settings.SMS_URL, body, headers, settings.SMS_TIMEOUT)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Down(f"{type(error).__name__}: {error}") from error
        if status >= 500:
            raise Down(f"the gateway answered {status}")
        if not 200 <= status < 300:
            raise NotSent(f"the gateway answered {status}")


def _post(url: str, body: bytes, headers: dict[str, str], seconds: float) -> int:
    """The status of the answer."""
    parts = urlsplit(url)
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context()
        connection = http.client.HTTPSConnection(parts.hostname or "", parts.port, timeout=seconds, context=context)
    else:
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=seconds)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    with closing(connection):
        connection.connect()
        with _at_most(connection.sock, seconds):
            connection.request("POST", target, body, headers)
            return connection.getresponse().status


@contextmanager
def _at_most(sock: socket.socket, seconds: float) -> Iterator[None]:
    """Cut the line when the time is up: a socket's own time-out begins anew with every byte. Raises TimeoutError."""
    is_up = threading.Event()

    def cut() -> None:
        is_up.set()
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
    if is_up.is_set():
        raise TimeoutError(f"no whole answer within {seconds} s")


ADAPTERS: Final[dict[str, Adapter]] = {adapter.channel.value: adapter for adapter in (Email(), Sms())}


def in_use() -> list[Adapter]:
    """The adapters that the settings name, in their order; none by default."""
    return [ADAPTERS[name] for name in settings.NOTICE_CHANNELS]
