"""Settings come from the environment; what is not said is safe for production."""

from __future__ import annotations

import contextlib
import secrets
from datetime import date, time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
if (BASE_DIR / ".env").exists():
    env.read_env(BASE_DIR / ".env")

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
"""Demo mode: an invented county in a database of its own, so that demo accounts never exist beside real data."""
HTTPS = env.bool("HTTPS", default=False)
"""The county network may be plain http; with TLS in front, say HTTPS=on and every secure flag follows."""

VAR_DIR = Path(env("VAR_DIR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)


def _secret_key() -> str:
    """From SECRET_KEY, else made once and kept under var/."""
    if key := env.str("SECRET_KEY", default=""):
        return str(key)
    kept = VAR_DIR / "secret_key"
    if not kept.exists():
        fresh = VAR_DIR / f"secret_key.{secrets.token_hex(4)}"
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(64))
        with contextlib.suppress(FileExistsError):
            kept.hardlink_to(fresh)
        fresh.unlink()
    return kept.read_text()


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.forms",
    "axes",
    "csp",
    "crispy_forms",
    "crispy_bootstrap5",
    "import_export",
    "django_tasks",
    "django_tasks_db",
    "jinzhai_video",
    "audit",
    "files",
    "jobs",
    "notices",
    "agencies",
    "registry",
    "platforms",
    "cameras",
    "reviews",
    "inventory",
    "planning",
    "connecting",
    "dashboards",
    "demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "agencies.sessions.SessionLimits",
    "agencies.sessions.LoginRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "jinzhai_video.errors.Translate",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "jinzhai_video.urls"
WSGI_APPLICATION = "jinzhai_video.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "dashboards.context.frame",
            ],
            "builtins": ["dashboards.templatetags.look"],
        },
    },
]

# --- database -------------------------------------------------------------------------------------------------------
POSTGRES_DATA = VAR_DIR / "postgres"
POSTGRES_NAME = env("POSTGRES_NAME", default="jinzhai_demo" if DEMO else "jinzhai")
POSTGRES_THROWAWAY = env.bool("POSTGRES_THROWAWAY", default=False)
DATABASES: dict[str, dict[str, Any]]
if DEMO and (env.str("DATABASE_URL", default="") or POSTGRES_NAME != "jinzhai_demo"):
    raise ImproperlyConfigured("DEMO=on works on the project's own demo database only, never on a named one.")
if env.str("DATABASE_URL", default=""):
    DATABASES = {"default": env.db("DATABASE_URL")}
else:
    DATABASES = {
        "default": {"ENGINE": "jinzhai_video.postgres", "NAME": POSTGRES_NAME, "USER": "postgres", "HOST": ""},
    }
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- people and sessions --------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "agencies.Person"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "display_name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
SESSION_IDLE_SECONDS = env.int("SESSION_IDLE_SECONDS", default=30 * 60)
SESSION_ABSOLUTE_SECONDS = env.int("SESSION_ABSOLUTE_SECONDS", default=8 * 3600)
SESSION_COOKIE_AGE = SESSION_ABSOLUTE_SECONDS
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
AXES_FAILURE_LIMIT = env.int("AXES_FAILURE_LIMIT", default=5)
AXES_COOLOFF_TIME = 0.25
"""Hours."""
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
LOGIN_SPREAD_LIMIT = env.int("LOGIN_SPREAD_LIMIT", default=20)
"""So many names failing from one address within the lock's time, and the address is held off; so many addresses failing
for one name, and it is noted for the security administrator (locking the name would lock its owner out)."""
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "agencies.login.locked_out"
AXES_CLIENT_IP_CALLABLE = "agencies.addresses.client_address"
PROXY_COUNT = env.int("PROXY_COUNT", default=0)
"""Trusted proxies in front: the client's address is that many places from the right of X-Forwarded-For."""
AXES_VERBOSE = False

# --- maps -----------------------------------------------------------------------------------------------------------
MAP_TILES = env.str("MAP_TILES", default="")
"""Tiles of the county's own map service in WGS-84 or CGCS2000, as in http://map.example.gov.cn/{z}/{x}/{y}.png.

Without it the map is a grid of degrees with the unit's own points; nothing is ever fetched from outside.
"""
MAP_TILES_ORIGIN = ["{0.scheme}://{0.netloc}".format(urlsplit(MAP_TILES))] if "//" in MAP_TILES else []

COUNTY_OUTLINE = str(BASE_DIR / env.str("COUNTY_OUTLINE")) if env.str("COUNTY_OUTLINE", default="") else ""
"""Path of a GeoJSON file with the county's outline in WGS-84 or CGCS2000, asked with 2 km to spare.

Without it a box around the county is asked.
"""

MAP_OUTLINE = str(BASE_DIR / env.str("MAP_OUTLINE")) if env.str("MAP_OUTLINE", default="") else ""
"""Path of an outline that maps draw in place of COUNTY_OUTLINE: a sketch by which nothing is judged, as in the demo."""

# --- secure headers -------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", *MAP_TILES_ORIGIN],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CSRF_COOKIE_HTTPONLY = True
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
"""One system must not bind every other host name of the county; subdomains and preloading are the county's decision."""
CSRF_FAILURE_VIEW = "jinzhai_video.errors.csrf_failure"
if HTTPS:
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31536000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_SUBDOMAINS", default=False)
    SECURE_HSTS_PRELOAD = False
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- language and time ----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

# --- files ----------------------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(VAR_DIR / "files"), "base_url": None, "file_permissions_mode": 0o440},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage",
    },
}
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", default=50 * 1024 * 1024)
SCAN_MAX_BYTES = env.int("SCAN_MAX_BYTES", default=20 * 1024 * 1024)
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
WAIVER_MAX_DAYS = env.int("WAIVER_MAX_DAYS", default=366)
"""The longest that a rule may be set aside, from the day it is granted."""
REVIEW_WORKING_DAYS = env.int("REVIEW_WORKING_DAYS", default=5)
"""Working days that both sides have for a round, from the day after it was submitted."""
PLANNING_ANSWER_DAYS = env.int("PLANNING_ANSWER_DAYS", default=10)
"""Working days that owners have to say what they think of a proposal, from the day after they were asked."""
EXTRA_HOLIDAYS = [date.fromisoformat(day) for day in env.list("EXTRA_HOLIDAYS", default=[])]
EXTRA_WORKDAYS = [date.fromisoformat(day) for day in env.list("EXTRA_WORKDAYS", default=[])]
"""Days off and worked weekends that the calendar does not know yet, as in 2027-02-08,2027-02-09."""
DELEGATION_MAX_DAYS = env.int("DELEGATION_MAX_DAYS", default=30)
"""The longest that a reviewer may lend the side's power to a colleague."""
WORK_DIR = VAR_DIR / "work"
"""Scratch folders of the confined readers; swept by the worker."""

# --- the journal's copy ---------------------------------------------------------------------------------------------
_SINK = env.str("AUDIT_SINK", default="")
AUDIT_SINK = None if _SINK == "off" else Path(_SINK or VAR_DIR / "journal" / DATABASES["default"]["NAME"])
"""Folder of the second journal (audit/sink.py), best on another disk; nothing is done without it. `off` for none."""
AUDIT_SINK_SYNC = env.bool("AUDIT_SINK_SYNC", default=True)
"""Whether each line is on the disk before its act is committed; off: a power cut may cost the copy its last lines."""

# --- background work ------------------------------------------------------------------------------------------------
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
JOB_LEASE_SECONDS = env.int("JOB_LEASE_SECONDS", default=60)
JOB_MAX_ATTEMPTS = env.int("JOB_MAX_ATTEMPTS", default=3)
WORKER_NICE = env.int("WORKER_NICE", default=19)
"""How far worker and readers give way to the web servers beside them (nice)."""
INTAKE_WAITING_FILES = env.int("INTAKE_WAITING_FILES", default=20)
"""Workbooks of one unit that may wait or be read at once."""
INTAKE_BYTES_PER_DAY = env.int("INTAKE_BYTES_PER_DAY", default=2 * 1024**3)
"""Bytes of workbooks and scans of one unit in a day."""

# --- notices --------------------------------------------------------------------------------------------------------
NOTICE_KEEP_DAYS = env.int("NOTICE_KEEP_DAYS", default=400)
NOTICE_CHANNELS = env.list("NOTICE_CHANNELS", default=[])
"""Ways out for the daily digest: email, sms. None by default: then nothing ever leaves the system."""
NOTICE_DIGEST_AT = time.fromisoformat(env.str("NOTICE_DIGEST_AT", default="08:00"))
"""Local time of day."""
EMAIL_URL = env.str("EMAIL_URL", default="")
"""As in smtp+tls://user:password@mail.example.gov.cn:25."""
vars().update(env.email_url_config(EMAIL_URL or "dummymail://"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="jinzhai-video@localhost")
SMS_URL = env.str("SMS_URL", default="")
"""The gateway inside the county's network; what is sent is described in docs/operating.md."""
SMS_SECRET = env.str("SMS_SECRET", default="")
SMS_TIMEOUT = env.float("SMS_TIMEOUT", default=5)
"""Seconds for one whole exchange."""

# --- forms ----------------------------------------------------------------------------------------------------------
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True
IMPORT_EXPORT_ESCAPE_ILLEGAL_CHARS_ON_EXPORT = True

# --- logging --------------------------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="WARNING")},
}
