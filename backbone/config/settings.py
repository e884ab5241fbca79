"""Django's settings, read from the environment; safe when nothing is said.

`bin/*` set what is needed to run on one machine; docs/deploy.md lists what production sets.
"""

import os
from pathlib import Path

import environ
import pghistory
from csp.constants import NONCE

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parents[2]

# --- what kind of run -------------------------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
SITE_URL = env("SITE_URL", default="http://127.0.0.1:8000")  # what addresses in mails begin with
IS_HTTPS = SITE_URL.startswith("https://")
STATE_DIR = Path(env("BACKBONE_STATE_DIR", default=str(BASE_DIR / ".state")))

# --- apps: the five conditions and what they stand on -----------------------------------------------------------------
CONDITIONS = ["backbone", "agenda", "measures", "activities", "comms"]
INSTALLED_APPS = [
    *CONDITIONS,
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",  # the widgets' own templates, for the renderer below
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_celery_beat",
    "django_htmx",
    "csp",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "pghistory",
    "pgtrigger",
    "rest_framework",
    "django_prometheus",
]
MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "csp.middleware.CSPMiddleware",
    "backbone.middleware.LinkManners",
    "backbone.middleware.ReaderLocaleMiddleware",
    "backbone.middleware.BoundsMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "backbone.accounts.SessionLimits",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "backbone.middleware.TenantMiddleware",
    "backbone.middleware.OpenDoorMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]
ROOT_URLCONF = "backbone.config.urls"
WSGI_APPLICATION = "backbone.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "backbone.frame.frame",
            ],
        },
    }
]
FORM_RENDERER = "backbone.renderers.BackboneFormRenderer"

# --- data -------------------------------------------------------------------------------------------------------------
# `owner` migrates; everything else connects as a role that owns nothing and cannot pass row-level security.
DATABASES = {
    "default": env.db("APP_DATABASE_URL"),
    "owner": env.db("DATABASE_URL"),
}
for _database in DATABASES.values():
    _database |= {
        "ENGINE": "backbone.database",
        "CONN_MAX_AGE": 300,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,  # PgBouncer in transaction mode cannot keep one
        "OPTIONS": {
            "connect_timeout": 5,
            **({} if env.bool("BACKBONE_POOLED", default=False) else {"options": "-c lock_timeout=3000 -c jit=off"}),
        },
    }
DATABASES["owner"]["CONN_MAX_AGE"] = 0
DATABASE_ROUTERS = ["backbone.database.routing.OwnerMigrates"]

REDIS_URL = env("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_FUNCTION": "backbone.caching.scoped_key",
        "OPTIONS": {"socket_timeout": 0.25, "socket_connect_timeout": 0.25},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 60 * 60

PGHISTORY_INSTALL_CONTEXT_FUNC_ON_MIGRATE = False  # who and why are columns of the row
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(db_index=False)  # one index by tenant, row and time is enough

# --- people -----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "backbone.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "backbone.accounts.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if IS_HTTPS else "http"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_HTTPS
USERSESSIONS_TRACK_ACTIVITY = False
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)

# --- language and time ------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

# --- files and security -----------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "staticfiles"
WHITENOISE_USE_FINDERS = env.bool("WHITENOISE_USE_FINDERS", default=DEBUG)
if not WHITENOISE_USE_FINDERS:
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
DATA_UPLOAD_MAX_MEMORY_SIZE = 11 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 11 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # a report of thirty rates, each split by sex and age, is one form
# Uploaded spreadsheets that wait to be checked or applied, of each tenant.
UPLOADS_KEPT_MB = env.int("UPLOADS_KEPT_MB", default=200)
UPLOADS_WAITING = env.int("UPLOADS_WAITING", default=100)

SECURE_SSL_REDIRECT = False  # the proxy's to do
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_HTTPS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = True
SECURE_REFERRER_POLICY = "same-origin"
SILENCED_SYSTEM_CHECKS = [
    "security.W002",  # the content policy's frame-ancestors says it, and lets a page say otherwise
    "security.W008",  # the redirect to HTTPS is the proxy's
] + ([] if IS_HTTPS else ["security.W004", "security.W012", "security.W016"])

_SELF, _NONE = "'self'", "'none'"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [_SELF],
        "script-src": [_SELF, NONCE],
        "style-src": [_SELF, NONCE],
        "img-src": [_SELF, "data:"],
        "object-src": [_NONE],
        "base-uri": [_NONE],
        "form-action": [_SELF],
        "frame-ancestors": [_NONE],
    }
}

# --- mail -------------------------------------------------------------------------------------------------------------
# Every mail of a tenant goes through its outbox, which staff read in the browser; DELIVERY takes it from there: by SMTP
# where EMAIL_URL is set, else by the service of EMAIL_PROVIDER (a name that anymail knows, such as postmark; its keys are
# ANYMAIL_…), else nothing leaves the machine. With ANYMAIL_WEBHOOK_SECRET the provider may report bounces to
# /hooks/mail/<provider>/.
EMAIL_URL = env("EMAIL_URL", default="")
EMAIL_PROVIDER = env("EMAIL_PROVIDER", default="")
DELIVERY = ""
if EMAIL_URL:
    vars().update(env.email("EMAIL_URL"))
    DELIVERY = vars()["EMAIL_BACKEND"]
elif EMAIL_PROVIDER:
    DELIVERY = f"anymail.backends.{EMAIL_PROVIDER}.EmailBackend"
ANYMAIL = {
    "REQUESTS_TIMEOUT": 30,
    "IGNORE_UNSUPPORTED_FEATURES": True,
    **{name.removeprefix("ANYMAIL_"): value for name, value in os.environ.items() if name.startswith("ANYMAIL_")},
}
EMAIL_BACKEND = "comms.outbox.OutboxBackend"
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=60)
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="Backbone <no-reply@backbone.example>")
# Seconds after which whoever claimed a mail is taken for dead: longer than a worker may live on one task.
MAIL_LEASE = env.int("MAIL_LEASE", default=600)
# Drills only: where processes are to die, and the file that counts it (comms/faults.py).
FAULT_POINTS = env("FAULT_POINTS", default="")
FAULT_LOG = env("FAULT_LOG", default="")

# --- workers ----------------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 270
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 300_000
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_timeout": 5,
    "socket_connect_timeout": 0.5,
    "retry_policy": {"timeout": 1.0},
}
CELERY_TASK_PUBLISH_RETRY = False  # a lost nudge is found by the next sweep; a filing must not wait for Redis
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE = {
    "beat-heartbeat": {"task": "backbone.tasks.heartbeat", "schedule": 30.0},
    "backbone-take-stock": {"task": "backbone.tasks.take_stock", "schedule": 300.0},
    "backbone-sweep-publications": {"task": "backbone.tasks.sweep_publications", "schedule": 60.0},
    "backbone-sweep-documents": {"task": "backbone.tasks.sweep_documents", "schedule": 60.0},
    "backbone-sweep-health": {"task": "backbone.tasks.sweep_health", "schedule": 1800.0},
    "backbone-sweep-erasures": {"task": "backbone.tasks.sweep_erasures", "schedule": 60.0},
    "backbone-let-go": {"task": "backbone.tasks.let_go", "schedule": 24 * 3600.0},
    "backbone-sweep-seals": {"task": "backbone.tasks.sweep_seals", "schedule": 60.0},
    "backbone-sweep-deliveries": {"task": "backbone.tasks.sweep_deliveries", "schedule": 60.0},
    "agenda-sweep-loops": {"task": "agenda.tasks.sweep_loops", "schedule": 60.0},
    "measures-sweep": {"task": "measures.tasks.sweep", "schedule": 20.0},
    "measures-sweep-uploads": {"task": "measures.tasks.sweep_uploads", "schedule": 30.0},
    "measures-nightly-check": {"task": "measures.tasks.nightly_check", "schedule": 24 * 3600.0},
    "comms-check-evidence": {"task": "comms.tasks.check_evidence", "schedule": 300.0},
    "activities-watch": {"task": "activities.tasks.watch", "schedule": 24 * 3600.0},
    "comms-tick": {"task": "comms.tasks.tick", "schedule": 60.0},
}

# --- API --------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "backbone.api.authentication.BearerKey",
        "backbone.api.authentication.BrowserSession",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["backbone.api.authentication.MemberCan"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["backbone.api.bodies.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "backbone.api.refusals.problem_response",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,  # `format` in an address names a file's format, not the answer's
}
SPECTACULAR_SETTINGS = {
    # Two fields of one choice: an activity's status, and the same held against its dates.
    "ENUM_NAME_OVERRIDES": {
        "ActivityStatusEnum": "activities.models.Activity.Status",
        "MeetingStateEnum": "comms.models.Meeting.State",
        "TopicStateEnum": "comms.models.Topic.State",
        "DecisionStateEnum": "comms.models.Decision.State",
        "ActionStateEnum": "comms.models.Action.State",
    },
    "TITLE": "Backbone API",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1/",
}

# --- logs: ids, never names, bodies or tokens -------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"class": "backbone.logs.MaskedFormatter", "format": "%(asctime)s %(levelname)s %(name)s %(message)s"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
    "loggers": {"django.request": {"level": "ERROR"}, "fontTools": {"level": "WARNING"}},
}

# --- monitoring -------------------------------------------------------------------------------------------------------
METRICS_TOKEN = env("METRICS_TOKEN", default="")  # /metrics asks for it as a bearer token when it is set
