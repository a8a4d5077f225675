"""What a password must be, and which ones a person may not take up again."""

from __future__ import annotations

import re

from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from .models import FormerPassword, Person

MAX_LENGTH = 128
"""Longer ones are refused before anything is hashed."""
KEPT = 5
HELP = (
    f"至少 10 个字符，最多 {MAX_LENGTH} 个；不能只有数字，不能含登录名，不能是“一个单词加数字”，"
    f"也不能与最近 {KEPT} 次用过的相同。用几个词连起来最好记。"
)
WORDS = {
    "password_too_short": "密码太短，至少 {min_length} 个字符。",
    "password_too_similar": "密码与登录名或岗位太像，请换一个。",
    "password_too_common": "这是很多人用的常见密码，请换一个。",
    "password_entirely_numeric": "密码不能只有数字。",
}
"""The framework's reasons by their codes, in this house's words."""
_WORD_AND_NUMBER = re.compile(r"[A-Za-z]+[\W_]*\d{1,8}[\W_]*")


def check(password: str, person: Person) -> None:
    """Raise ValidationError with every reason why this cannot be the person's next password.

    The person may be unsaved; then there is no history.
    """
    if not password:
        raise ValidationError("请填写密码。")
    if len(password) > MAX_LENGTH:
        raise ValidationError(f"密码最多 {MAX_LENGTH} 个字符。")
    reasons: list[str] = []
    try:
        validate_password(password, person)
    except ValidationError as error:
        reasons += [WORDS[found.code or ""].format(**found.params or {}) for found in error.error_list]
    if person.username and person.username.casefold() in password.casefold():
        reasons.append("密码里不能含登录名。")
    if _WORD_AND_NUMBER.fullmatch(password):
        reasons.append("“一个单词加数字”太容易被猜到，请换成几个不相干的词。")
    if not reasons and is_former(password, person):
        reasons.append(f"这个密码最近用过，请换一个（不能与最近 {KEPT} 次的相同）。")
    if reasons:
        raise ValidationError(reasons)


def is_former(password: str, person: Person) -> bool:
    """Whether it is the present password or one of the latest few."""
    if person.pk is None:
        return False
    hashes = [person.password, *person.former_passwords.values_list("hash", flat=True)[:KEPT]]
    return any(check_password(password, known) for known in dict.fromkeys(hashes) if known)


def remember(person: Person) -> None:
    """Keep the present hash, forget all but the latest few. Call within the transaction that set it."""
    FormerPassword.objects.create(person=person, hash=person.password)
    kept = person.former_passwords.values_list("pk", flat=True)[:KEPT]
    person.former_passwords.exclude(pk__in=list(kept)).delete()
