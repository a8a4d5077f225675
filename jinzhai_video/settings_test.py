"""The same settings over a throw-away database server; nothing that a test could not see in production."""

import os
from pathlib import Path

_VAR = Path(__file__).resolve().parent.parent / "var" / "test"
os.environ.setdefault("VAR_DIR", str(_VAR))
os.environ.setdefault("POSTGRES_THROWAWAY", "on")
os.environ.setdefault("DEBUG", "off")
os.environ.setdefault("DEMO", "off")
os.environ.setdefault("AUDIT_SINK", "off")
for name in ("DATABASE_URL", "HTTPS", "ALLOWED_HOSTS", "PROXY_COUNT", "NOTICE_CHANNELS", "EMAIL_URL", "SMS_URL"):
    os.environ[name] = {"HTTPS": "off", "ALLOWED_HOSTS": "127.0.0.1,localhost,testserver", "PROXY_COUNT": "0"}.get(
        name, ""
    )
os.environ.setdefault(
    "SECRET_KEY", "a key for tests only, long enough to please every check of the framework 0123456789"
)

from jinzhai_video.settings import *

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
"""Argon2 costs 50 ms a log-in by design; one test checks that production uses it."""
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
"""Static files are looked for when asked: every test client would go through them all."""
AXES_ENABLED = env.bool("AXES_ENABLED", default=True)
DATABASES["default"]["CONN_MAX_AGE"] = 0
"""A test's own database goes away under a server that kept its connections."""
STORAGES["default"]["OPTIONS"]["location"] = str(VAR_DIR / "files" / os.environ.get("PYTEST_XDIST_WORKER", "alone"))
"""Each of several test processes keeps its own originals, so that a test may count them."""
