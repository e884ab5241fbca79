import pytest

from tests.comms.server import MailServer


@pytest.fixture
def server(settings):
    """A mail server that the sender is set up to use."""
    running = MailServer()
    settings.DELIVERY = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = running.server_address
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_TIMEOUT = 5
    yield running
    running.shutdown()
    running.server_close()


@pytest.fixture(autouse=True)
def nudged(monkeypatch):
    """What was asked of the workers, which no test has."""
    asked = []
    monkeypatch.setattr("comms.services.ledger.nudge", lambda *args: asked.append(args))
    monkeypatch.setattr("comms.tasks.nudge", lambda *args: asked.append(args))
    return asked


@pytest.fixture
def outbox_backend(settings):
    """The mail backend as in production; the test suite's own keeps mails in memory."""
    settings.EMAIL_BACKEND = "comms.outbox.OutboxBackend"
