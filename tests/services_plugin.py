"""pytest plugin: a PostgreSQL and a Valkey of the test run's own, up before pytest-django reads the settings.

Loaded with `-p tests.services_plugin` (pyproject.toml); a conftest.py would come too late. The servers write nothing
safely to disk and vanish with the run. With DATABASE_URL and REDIS_URL in the environment those are used instead:
the run makes its test databases there. Workers of pytest-xdist inherit the environment.
"""

import atexit
import contextlib
import os
import shutil
import tempfile
from pathlib import Path

from backbone import embedded

_closing = contextlib.ExitStack()

if "PYTEST_XDIST_WORKER" not in os.environ:
    embedded.forget_abandoned_tests()
    state = Path(tempfile.mkdtemp(prefix=embedded.TEST_PREFIX))
    state.chmod(0o755)  # ours alone; when root runs the tests, PostgreSQL runs as another account and must get in
    _closing.callback(shutil.rmtree, state, ignore_errors=True)
    _closing.callback(embedded.forget, state)
    os.environ.update(_closing.enter_context(embedded.services(state, durable=False)))
    os.environ["DJANGO_SETTINGS_MODULE"] = "backbone.config.settings"
    os.environ["WHITENOISE_USE_FINDERS"] = "true"  # pages name files as they lie in static/, nothing is collected
    # Playwright keeps an event loop in the thread it was started in, and Django would then refuse that thread a query.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    atexit.register(_closing.close)  # for a run that ends before pytest is configured


def pytest_unconfigure():
    """Stop the servers and delete their files."""
    _closing.close()
