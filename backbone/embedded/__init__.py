"""The private PostgreSQL and Valkey behind bin/start, bin/manage, bin/test and bin/bench.

    with services() as environment:
        subprocess.run([...], env=environment)

Both are real servers from wheels (or the operating system's), on 127.0.0.1, on free ports, with passwords, their
files in the state folder. Any number of launchers may use one state folder at a time: the first starts the servers,
the others join, the last one out stops them. A launcher that was killed leaves its servers running; the next one
finds and joins them, and stops them when it ends.

DATABASE_URL and REDIS_URL in the environment switch this off. Needs no Django.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from backbone.embedded.places import server_account
from backbone.embedded.roles import CannotStart, application_role_url, connect
from backbone.embedded.servers import Postgres, Server, Valkey, redis_answers

try:
    import fcntl
except ImportError:  # Windows: the private servers are not offered there, addresses of other servers work
    fcntl = None  # type: ignore[assignment]

PROJECT = Path(__file__).resolve().parent.parent.parent
# Long enough for another launcher's first start on a slow disk.
PATIENCE = 180
TEST_PREFIX = "backbone-test-"


def state_folder() -> Path:
    """Where the servers' files, secrets and logs live: BACKBONE_STATE_DIR, or .state beside the code."""
    return Path(os.environ.get("BACKBONE_STATE_DIR") or PROJECT / ".state").expanduser().resolve()


def secret(path: Path) -> str:
    """Return the secret in this file, made at first use and readable by this account alone."""
    if not path.exists():
        # Complete before it has its name: a start that was killed here must not leave an empty secret.
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        fresh.rename(path)
    return path.read_text().strip()


@contextlib.contextmanager
def services(state: Path | None = None, *, durable: bool = True) -> Iterator[dict[str, str]]:
    """Yield an environment with DATABASE_URL, APP_DATABASE_URL, REDIS_URL, SECRET_KEY and BACKBONE_STATE_DIR.

    What the caller's environment already names is used as it is. With durable=False the private servers skip every
    fsync: for tests, whose data may be lost. Raises CannotStart with a message for the person at the keyboard.
    """
    if os.environ.get("APP_DATABASE_URL") and not os.environ.get("DATABASE_URL"):
        raise CannotStart("APP_DATABASE_URL is set and DATABASE_URL is not: set both, or neither.")
    state = (state or state_folder()).resolve()
    try:
        (state / "logs").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotStart(
            f"Cannot write to {state}: {error.strerror}. Name another folder in BACKBONE_STATE_DIR."
        ) from error
    environment = dict(os.environ, BACKBONE_STATE_DIR=str(state))
    if not environment.get("SECRET_KEY"):
        environment["SECRET_KEY"] = secret(state / "secret_key")
    needed: list[type[Server]] = [kind for kind in (Postgres, Valkey) if not environment.get(kind.variable)]
    with contextlib.ExitStack() as stack:
        if needed:
            stack.enter_context(_ended_politely())
            environment |= stack.enter_context(_private_servers(state, needed, durable))
        if not environment.get("APP_DATABASE_URL"):
            environment["APP_DATABASE_URL"] = application_role_url(
                environment["DATABASE_URL"], secret(state / "app.secret")
            )
        yield environment


@contextlib.contextmanager
def _private_servers(state: Path, needed: list[type[Server]], durable: bool) -> Iterator[dict[str, str]]:
    if fcntl is None:
        raise CannotStart("On Windows, set DATABASE_URL and REDIS_URL: see docs/deploy.md.")
    account = server_account(state)
    servers = [kind(state, account, durable, secret) for kind in (Postgres, Valkey)]
    with open(state / "users.lock", "a") as users:
        try:
            with _one_launcher_at_a_time(state):
                alone = _try_exclusive(users)
                addresses = _running(state, needed, durable, alone=alone)
                if addresses is None:
                    addresses = {}
                    for server in servers:
                        if type(server) in needed:
                            addresses |= server.start()
                    _record(state, addresses, durable)
                fcntl.flock(users, fcntl.LOCK_SH)
            yield addresses
        finally:
            with _one_launcher_at_a_time(state):
                fcntl.flock(users, fcntl.LOCK_UN)
                if _try_exclusive(users):
                    (state / "services.json").unlink(missing_ok=True)
                    for server in reversed(servers):
                        server.stop()


def revive(state: Path) -> list[str]:
    """Start again, at its old address, whichever private server of this state folder has ended; returns their names.

    For a launcher that holds them up and looks from time to time. Raises CannotStart when one does not come up.
    """
    try:
        record = json.loads((state / "services.json").read_text())
    except (FileNotFoundError, ValueError):
        return []
    revived = []
    account = server_account(state)
    for server in (kind(state, account, record["durable"], secret) for kind in (Postgres, Valkey)):
        address = record["addresses"].get(server.variable)
        if address is None or server.process() is not None:
            continue
        with _one_launcher_at_a_time(state):
            if server.process() is None:  # another launcher may have looked at the same moment
                _start_again(server, urlsplit(address).port)
                revived.append(server.name)
    return revived


def _start_again(server: Server, port: int | None) -> None:
    """PostgreSQL does not start while a process of the one before it still holds its memory: within moments."""
    for patience in (1, 2, 4, 0):
        try:
            server.start(port)
            return
        except CannotStart:
            if not patience:
                raise
            time.sleep(patience)


def _running(state: Path, needed: list[type[Server]], durable: bool, *, alone: bool) -> dict[str, str] | None:
    """The addresses that an earlier launcher left in the state folder, if its servers answer and suit us."""
    try:
        record = json.loads((state / "services.json").read_text())
    except (FileNotFoundError, ValueError):
        record = {"durable": durable, "addresses": {}}
    addresses = record["addresses"]
    suits = record["durable"] == durable and all(kind.variable in addresses for kind in needed)
    if suits and _answer(addresses):
        return addresses
    if not alone:
        raise CannotStart(
            f"Another launcher uses {state}, and its servers do not answer or do not suit (durable={durable}).\n"
            f"Stop it first; its logs are in {state / 'logs'}. Or use another folder: BACKBONE_STATE_DIR=..."
        )
    return None


def _record(state: Path, addresses: dict[str, str], durable: bool) -> None:
    fresh = state / ".services.json.new"
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump({"durable": durable, "addresses": addresses}, file)
    fresh.rename(state / "services.json")


def _answer(addresses: dict[str, str]) -> bool:
    for variable, address in addresses.items():
        if variable == "REDIS_URL":
            if not redis_answers(address):
                return False
        else:
            try:
                connect(address, timeout=3).close()
            except Exception:
                return False
    return True


def _try_exclusive(file) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextlib.contextmanager
def _one_launcher_at_a_time(state: Path) -> Iterator[None]:
    """Starting, joining and stopping are one launcher's business at a time."""
    with open(state / "launcher.lock", "a") as file:
        end = time.monotonic() + PATIENCE
        while not _try_exclusive(file):
            if time.monotonic() > end:
                raise CannotStart(
                    f"Another launcher has been starting in {state} for {PATIENCE} seconds: stop it first."
                )
            time.sleep(0.05)
        yield


@contextlib.contextmanager
def _ended_politely() -> Iterator[None]:
    """Let SIGTERM and SIGHUP unwind the stack, so that the servers are stopped; their default would skip that."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, frame: object) -> None:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def forget(state: Path) -> bool:
    """Stop the servers of this state folder, and of test folders inside it, and delete it, unless a launcher still uses
    it. True when it is gone."""
    if fcntl is None or not (state / "users.lock").exists():
        return False
    with open(state / "users.lock", "a") as users:
        if not _try_exclusive(users):
            return False
        for inner in state.glob(f"{TEST_PREFIX}*"):
            forget(inner)
        account = server_account(state)
        servers = [kind(state, account, False, secret) for kind in (Valkey, Postgres)]
        for server in servers:
            server.stop()
        for folder in {servers[0].home, state}:
            shutil.rmtree(folder, ignore_errors=True)
    return True


def forget_abandoned_tests() -> None:
    """Clear away what test runs left behind that were killed before they could."""
    for folder in Path(tempfile.gettempdir()).glob(f"{TEST_PREFIX}*"):
        with contextlib.suppress(OSError):
            if folder.stat().st_uid == os.geteuid():
                forget(folder)
