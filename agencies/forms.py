"""Forms of log-in, passwords and accounts."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.http import QueryDict

from . import passwords
from .models import Agency, DutyClass, Person, Role
from .services import USERNAME, USERNAME_RULE


def helper(verb: str, error_title: str = "") -> FormHelper:
    """A posted form with one button that says what it does; `error_title` stands over what is wrong."""
    made = FormHelper()
    made.attrs = {"novalidate": ""}
    made.form_error_title = error_title
    made.add_input(Submit("", verb))
    return made


def password_field(label: str, autocomplete: str, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=passwords.MAX_LENGTH,
        strip=False,
        help_text=help_text,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
        error_messages={"required": f"请填写{label}。", "max_length": f"密码最多 {passwords.MAX_LENGTH} 个字符。"},
    )


class LoginForm(forms.Form):
    """Name and password; the lengths are limited before anything is hashed."""

    username = forms.CharField(
        label="登录名",
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True, "spellcheck": "false"}),
        error_messages={"required": "请填写登录名。", "max_length": "登录名最多 60 个字符。"},
    )
    password = password_field("密码", "current-password")
    next = forms.CharField(required=False, widget=forms.HiddenInput)

    helper = helper("登录", "没有登录")


class NewPassword(forms.Form):
    """A password typed twice, judged for `person`."""

    new_password = password_field("新密码", "new-password", passwords.HELP)
    repeated = password_field("再输一次新密码", "new-password")

    def __init__(self, *args: Any, person: Person, action: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        self.helper = helper("设置新密码")
        self.helper.form_action = action

    def clean_new_password(self) -> str:
        password: str = self.cleaned_data["new_password"]
        passwords.check(password, self.person)
        return password

    def clean_repeated(self) -> str:
        repeated: str = self.cleaned_data["repeated"]
        if repeated != self.data.get(self.add_prefix("new_password")):
            raise forms.ValidationError("两次输入的密码不一样，请重新输入。")
        return repeated


class OwnPassword(NewPassword):
    """One's own: the present one first."""

    old_password = password_field("现在的密码", "current-password")
    field_order = ["old_password", "new_password", "repeated"]

    def clean_old_password(self) -> str:
        old: str = self.cleaned_data["old_password"]
        if not self.person.check_password(old):
            raise forms.ValidationError("现在的密码不对，请重新输入。")
        return old


class AccountForm(forms.Form):
    """A new account: a post in an agency, of one class for good."""

    agency = forms.ModelChoiceField(
        label="单位",
        queryset=Agency.objects.filter(active=True),
        to_field_name="code",
        empty_label="请选择单位",
        error_messages={"required": "请选择单位。", "invalid_choice": "没有这个单位，请从列表里选。"},
    )
    display_name = forms.CharField(
        label="岗位",
        max_length=60,
        help_text="写岗位，不写姓名和单位，例如“填报员”。",
        error_messages={"required": "请填写岗位。", "max_length": "岗位最多 60 个字。"},
    )
    username = forms.RegexField(
        USERNAME,
        label="登录名",
        help_text=USERNAME_RULE,
        error_messages={"required": "请填写登录名。", "invalid": USERNAME_RULE},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    duty_class = forms.ChoiceField(
        label="人员类别",
        choices=DutyClass.choices,
        initial=DutyClass.BUSINESS,
        help_text="建好后不能改。系统管理员、安全管理员、审计员互相独立，也不能办业务（三员分立）。",
        error_messages={"required": "请选择人员类别。", "invalid_choice": "没有这个类别，请从列表里选。"},
    )
    password = password_field("初始密码", "new-password", f"{passwords.HELP}首次登录时必须改掉。")

    helper = helper("新建账号")

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        if not USERNAME.fullmatch(username):
            raise forms.ValidationError(USERNAME_RULE)
        if Person.objects.filter(username=username).exists():
            raise forms.ValidationError(f"登录名“{username}”已经有人使用，请换一个。")
        return username

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if password := cleaned.get("password"):
            person = Person(username=cleaned.get("username", ""), display_name=cleaned.get("display_name", ""))
            try:
                passwords.check(password, person)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned


class PeopleFilter(forms.Form):
    """The list's filters, as they stand in the URL."""

    q = forms.CharField(label="登录名或岗位", required=False, max_length=60)
    agency = forms.ModelChoiceField(
        label="单位", queryset=Agency.objects.all(), to_field_name="code", required=False, empty_label="全部单位"
    )
    role = forms.ChoiceField(label="角色", choices=[("", "全部角色"), *Role.choices], required=False)
    state = forms.ChoiceField(
        label="状态",
        choices=[("", "全部状态"), ("active", "启用"), ("disabled", "停用"), ("locked", "已锁定")],
        required=False,
    )

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data, label_suffix="")
        for field in self.fields.values():
            select = isinstance(field.widget, forms.Select)
            field.widget.attrs["class"] = "form-select" if select else "form-control"


class ActiveForm(forms.Form):
    active = forms.TypedChoiceField(choices=[("1", "启用"), ("0", "停用")], coerce=lambda told: told == "1")


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Role.choices)
    step = forms.ChoiceField(choices=[("grant", "授予"), ("revoke", "撤销")])
