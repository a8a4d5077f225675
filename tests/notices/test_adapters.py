"""The ways out, against a real HTTP server and Django's own mail back ends."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from notices.adapters import Down, Email, NotSent, Sms, in_use
from tests.notices.gateway import SECRET, Gateway, gateway, is_signed, says

TO = "13800000000"


@pytest.fixture
def sms(settings: Any) -> Iterator[Gateway]:
    with gateway() as here:
        settings.SMS_URL, settings.SMS_SECRET, settings.SMS_TIMEOUT = here.url, SECRET, 10
        yield here


def send(text: str = "您有 3 条未读通知。") -> None:
    Sms().send(TO, "不用的标题", text, reference="digest-7")


def test_the_gateway_gets_one_signed_post(sms: Gateway) -> None:
    send()
    ((first, headers, body),) = sms.asked
    assert first == "POST /send?unit=jinzhai HTTP/1.1"
    assert is_signed(headers, body) and headers["content-type"] == "application/json"
    assert not is_signed(headers, body + b" ") and not is_signed(headers | {"x-timestamp": "0"}, body)
    assert sms.messages == [{"to": TO, "text": "您有 3 条未读通知。", "reference": "digest-7"}]


@pytest.mark.parametrize("status", ["400 Bad Request", "500 Internal Server Error", "304 Not Modified"])
def test_a_refusal_is_told(status: str, sms: Gateway) -> None:
    sms.answer = says(status)
    with pytest.raises(NotSent, match=f"answered {status[:3]}") as raised:
        send()
    assert isinstance(raised.value, Down) == status.startswith("5"), "a refusal of one message says nothing of the next"


def test_a_redirect_is_not_followed(sms: Gateway) -> None:
    with gateway() as elsewhere:
        sms.answer = says("302 Found", f"Location: {elsewhere.url}")
        with pytest.raises(NotSent, match="302"):
            send()
        assert elsewhere.asked == []


def test_no_proxy_of_the_environment_is_used(sms: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    with gateway() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        send()
        assert proxy.asked == [] and len(sms.asked) == 1


@pytest.mark.parametrize("rubbish", [b"", b"\x00\xff\xfe\r\n\r\n", b"HTTP/1.1 " + b"2" * 100_000, b"HTTP/1.1 20"])
def test_rubbish_is_a_failure(rubbish: bytes, sms: Gateway) -> None:
    sms.answer = lambda line: line.sendall(rubbish)
    with pytest.raises(NotSent):
        send()


def test_nobody_there_is_a_failure(settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    settings.SMS_URL, settings.SMS_SECRET = f"http://127.0.0.1:{port}/", SECRET
    with pytest.raises(Down, match="ConnectionRefused"):
        send()


def test_an_answer_that_drips_is_cut(sms: Gateway, settings: Any) -> None:
    """A byte of a header again and again, each within the socket's own time-out: it would never end."""
    settings.SMS_TIMEOUT = 1

    def drip(line: socket.socket) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
        while not sms.stopped.wait(0.05):
            line.sendall(b"a")

    sms.answer = drip
    with pytest.raises(NotSent):
        send()
    assert not sms.stopped.is_set()


def test_an_answer_that_never_comes_is_cut(sms: Gateway, settings: Any) -> None:
    settings.SMS_TIMEOUT = 1

    def keep_silent(line: socket.socket) -> None:
        sms.stopped.wait(60)

    sms.answer = keep_silent
    with pytest.raises(NotSent):
        send()


def test_mail(settings: Any, tmp_path: Path) -> None:
    Email().send("post@example.gov.cn", "未读通知", "您有 3 条未读通知。", reference="digest-7")
    (message,) = mail.outbox
    assert (message.to, message.subject, message.body) == (["post@example.gov.cn"], "未读通知", "您有 3 条未读通知。")
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    Email().send("post@example.gov.cn", "未读通知", "您有 3 条未读通知。", reference="digest-7")
    (written,) = tmp_path.iterdir()
    assert "To: post@example.gov.cn" in written.read_text() and "X-Reference: digest-7" in written.read_text()


def test_a_mail_server_that_is_away_is_a_failure(settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.EMAIL_PORT = server.getsockname()[1]
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.smtp.EmailBackend", "127.0.0.1"
    with pytest.raises(Down, match="ConnectionRefused"):
        Email().send("post@example.gov.cn", "未读通知", "-", reference="digest-7")


@pytest.mark.parametrize(
    ("error", "down"),
    [
        (smtplib.SMTPRecipientsRefused({}), False),
        (smtplib.SMTPDataError(552, b"too much"), False),
        (smtplib.SMTPAuthenticationError(535, b"no"), True),
        (smtplib.SMTPServerDisconnected(), True),
        (TimeoutError(), True),
    ],
    ids=lambda told: type(told).__name__,
)
def test_one_address_refused_or_all_of_them(error: OSError, down: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(message: mail.EmailMessage) -> int:
        raise error

    monkeypatch.setattr(mail.EmailMessage, "send", refuse)
    with pytest.raises(NotSent) as raised:
        Email().send("post@example.gov.cn", "未读通知", "-", reference="digest-7")
    assert isinstance(raised.value, Down) == down


def test_a_mail_server_that_hangs_up_is_a_failure(settings: Any) -> None:
    with gateway() as here:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(here.url.split(":")[2].split("/")[0])
        settings.EMAIL_BACKEND, settings.EMAIL_TIMEOUT = "django.core.mail.backends.smtp.EmailBackend", 2
        with pytest.raises(NotSent):
            Email().send("post@example.gov.cn", "未读通知", "-", reference="digest-7")


@pytest.mark.parametrize(
    "address", ["", "post", "post@", "a@b\nBcc: c@example.gov.cn", "邮箱@example.gov.cn", "a b@c.cn"]
)
def test_what_is_no_mail_address(address: str) -> None:
    assert not Email().check(address)


@pytest.mark.parametrize(
    "address", ["", "12800000000", "1380000000", "138000000000", "１３８００００００００", "13800000000\n"]
)
def test_what_is_no_mobile_number(address: str) -> None:
    assert not Sms().check(address)
    assert Sms().check(TO) and Email().check("post@example.gov.cn")


def test_none_is_in_use_by_default() -> None:
    from django.conf import settings as real

    assert (real.NOTICE_CHANNELS, real.EMAIL_URL, real.SMS_URL) == ([], "", "")
    assert in_use() == []


@pytest.mark.parametrize(
    ("told", "complaint"),
    [
        ({"NOTICE_CHANNELS": ["pigeon"]}, "pigeon"),
        ({"NOTICE_CHANNELS": ["email"]}, "EMAIL_URL"),
        ({"NOTICE_CHANNELS": ["sms"], "SMS_SECRET": SECRET}, "SMS_URL"),
        ({"NOTICE_CHANNELS": ["sms"], "SMS_SECRET": SECRET, "SMS_URL": "file:///etc/passwd"}, "SMS_URL"),
        ({"NOTICE_CHANNELS": ["sms"], "SMS_SECRET": "short", "SMS_URL": "http://sms.example.gov.cn/"}, "SMS_SECRET"),
    ],
)
def test_a_channel_that_lacks_something_is_refused_at_the_start(
    told: dict[str, object], complaint: str, settings: Any
) -> None:
    for name, value in told.items():
        setattr(settings, name, value)
    with pytest.raises(SystemCheckError, match=complaint):
        call_command("check")
