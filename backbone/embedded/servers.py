"""How the two private servers are started and stopped; the package decides when.

PostgreSQL refuses to run as root, so a root launcher runs both servers as another account (BACKBONE_PG_USER, else
`postgres`, else `nobody`). Where that account cannot enter the state folder or reach the programs, their files go to
a folder of their own that it can: nobody's permissions are loosened. No Unix sockets (their paths are limited to
about 100 characters), no password on a command line.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import psutil
import psycopg2

from backbone.embedded.places import Account, find_postgres, find_valkey, home_folder, output_of, run_as
from backbone.embedded.ports_and_logs import HOST, free_port, port_is_taken, tail, trim_log
from backbone.embedded.roles import CannotStart, connect, make_embedded_roles


class Server:
    """One private server: its folder, its log, its process."""

    name: str
    variable: str  # the environment variable that holds its address
    programs: re.Pattern[str]

    def __init__(self, state: Path, account: Account | None, durable: bool, secret: Callable[[Path], str]):
        self.state, self.account, self.durable, self.secret = state, account, durable, secret
        self.home = home_folder(state, account)
        self.log = state / "logs" / f"{self.name}.log"
        self.port = 0

    def start(self, port: int | None = None) -> dict[str, str]:
        """Start on this port or a free one, wait until it answers, return the environment variables that lead to it."""
        self.prepare()
        self.stop()  # what a killed launcher left behind, if it did not answer
        trim_log(self.log)
        for attempt in (1, 2, 3):
            self.port = port or free_port()
            self.child = self.launch()  # kept: a forgotten one would be warned about
            if self.answers_in_time(self.child):
                return self.addresses()
            # Between choosing the port and using it somebody else may have taken it.
            if attempt == 3 or not port_is_taken(self.port):
                break
        raise CannotStart(f"{self.name} did not start. The end of {self.log}:\n{tail(self.log)}")

    def answers_in_time(self, child: subprocess.Popen, seconds: float = 120) -> bool:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if child.poll() is not None:
                return False
            if self.answers():
                return True
            time.sleep(0.03)
        raise CannotStart(f"{self.name} runs but does not answer after {seconds:.0f} s: see {self.log}")

    def stop(self) -> None:
        """Stop the process that runs on our folder, whoever started it."""
        process = self.process()
        if process is None:
            return
        with contextlib.suppress(psutil.NoSuchProcess):
            for send in (self.ask_to_stop, psutil.Process.kill):
                send(process)
                if ended(process, 30):
                    return

    def process(self) -> psutil.Process | None:
        """The server that runs on our folder. A stale process id that now belongs to something else is not it."""
        try:
            process = psutil.Process(int(self.pid_file().read_text().split()[0]))
            if process.status() == psutil.STATUS_ZOMBIE:
                process.wait(0)  # a child of ours that was killed: PostgreSQL takes it for alive until we take notice
                return None
            if self.programs.search(process.name()) and self.is_ours(process):
                return process
        except (FileNotFoundError, ValueError, IndexError, psutil.Error):
            pass
        return None

    def spawn(self, command: list[str | Path], folder: Path, first_lines: str = "") -> subprocess.Popen:
        with open(self.log, "ab") as log:
            child = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=folder,
                # Ctrl-C is the launcher's to handle: it stops the servers after what uses them.
                start_new_session=True,
                **run_as(self.account),
            )
        assert child.stdin is not None
        child.stdin.write(first_lines.encode())
        child.stdin.close()
        return child

    def make_folder(self, folder: Path) -> None:
        folder.mkdir(mode=0o700)
        if self.account:
            os.chown(folder, self.account.uid, self.account.gid)

    # What the two do differently.

    def prepare(self) -> None:
        """Find the program, make the folder."""
        raise NotImplementedError

    def launch(self) -> subprocess.Popen:
        """Start the program on self.port."""
        raise NotImplementedError

    def answers(self) -> bool:
        """Does it take connections with our password?"""
        raise NotImplementedError

    def addresses(self) -> dict[str, str]:
        """The environment variables that lead to it; makes what they name."""
        raise NotImplementedError

    def pid_file(self) -> Path:
        """Where the server itself writes its process id."""
        raise NotImplementedError

    def is_ours(self, process: psutil.Process) -> bool:
        """Does this process, of the right name, work on our folder?"""
        raise NotImplementedError

    def ask_to_stop(self, process: psutil.Process) -> None:
        """The signal after which it writes everything down and ends."""
        process.terminate()


class Postgres(Server):
    """PostgreSQL 15 or later: BACKBONE_PG_BIN, else the wheel's, else the operating system's."""

    name, variable, programs = "postgres", "DATABASE_URL", re.compile("postgres|postmaster")
    superuser, database, owner, app = "postgres", "backbone", "backbone_owner", "backbone_app"

    def data_folders(self) -> list[Path]:
        return sorted(self.home.glob("postgres-[0-9]*"))

    def prepare(self) -> None:
        self.bin = find_postgres(self.account, self.home)
        version = output_of([self.bin / "postgres", "--version"], self.account)
        major = int(re.search(r"\d+", version).group())  # type: ignore[union-attr]
        if major < 15:
            raise CannotStart(f"{self.bin} holds PostgreSQL {major}; 15 or later is needed.")
        # One folder per major version: no version opens another's.
        self.data = self.home / f"postgres-{major}"
        if not self.data.exists():
            self.initdb(major)

    def initdb(self, major: int) -> None:
        # Complete before it has its name: a start that was killed half-way begins again.
        fresh = self.home / f"new-postgres-{major}"
        shutil.rmtree(fresh, ignore_errors=True)
        self.make_folder(fresh)
        password_file = fresh.with_suffix(".password")
        try:
            with open(os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(self.password(self.superuser))
            if self.account:
                os.chown(password_file, self.account.uid, self.account.gid)
            command = [self.bin / "initdb", "-D", fresh, "-U", self.superuser, "--pwfile", password_file]
            command += ["--auth=scram-sha-256", "--encoding=UTF8", "--no-instructions", "--locale=C"]
            if major >= 17:  # one sort order on every operating system
                command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
            else:
                command += ["--lc-ctype=C.UTF-8"]
            if not self.durable:
                command += ["--no-sync"]
            output_of(command, self.account)
        except subprocess.CalledProcessError as failed:
            raise CannotStart(f"initdb could not make {fresh}:\n{failed.stdout}{failed.stderr}") from failed
        finally:
            password_file.unlink(missing_ok=True)
        fresh.rename(self.data)

    def launch(self) -> subprocess.Popen:
        settings = {
            "listen_addresses": HOST,
            "port": self.port,
            "unix_socket_directories": "",
            "max_connections": 100,
            "shared_buffers": os.environ.get("BACKBONE_SHARED_BUFFERS") or "128MB",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "password_encryption": "scram-sha-256",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        command: list[str | Path] = [self.bin / "postgres", "-D", self.data]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        return self.spawn(command, self.data)

    def password(self, role: str) -> str:
        return self.secret(self.home / f"{role}.secret")

    def url(self, role: str, database: str) -> str:
        return f"postgres://{role}:{quote(self.password(role), safe='')}@{HOST}:{self.port}/{database}"

    def answers(self) -> bool:
        try:
            connect(self.url(self.superuser, "postgres"), timeout=2).close()
        except psycopg2.OperationalError as error:
            if "password authentication failed" in str(error):
                raise CannotStart(
                    f"PostgreSQL in {self.data} does not take the password in {self.home}/{self.superuser}.secret.\n"
                    "They belong together: put the file back, or move the data folder away to begin with an empty one."
                ) from None
            return False
        return True

    def addresses(self) -> dict[str, str]:
        make_embedded_roles(
            self.url(self.superuser, "postgres"),
            database=self.database,
            owner=(self.owner, self.password(self.owner)),
            app=(self.app, self.password(self.app)),
        )
        return {
            "DATABASE_URL": self.url(self.owner, self.database),
            "APP_DATABASE_URL": self.url(self.app, self.database),
        }

    def pid_file(self) -> Path:
        running = [folder / "postmaster.pid" for folder in self.data_folders() if (folder / "postmaster.pid").exists()]
        return running[0] if running else self.home / "no-postgres.pid"

    def is_ours(self, process: psutil.Process) -> bool:
        return str(self.pid_file().parent) in process.cmdline()

    def ask_to_stop(self, process: psutil.Process) -> None:
        # "fast": clients are cut off. SIGTERM would wait for every one of them to leave.
        process.send_signal(signal.SIGINT)


class Valkey(Server):
    """Valkey or Redis: BACKBONE_VALKEY_BIN, else the wheel's, else the operating system's."""

    name, variable, programs = "valkey", "REDIS_URL", re.compile("valkey|redis")

    @property
    def folder(self) -> Path:
        return self.home / "valkey"

    def prepare(self) -> None:
        self.program = find_valkey(self.account, self.home)
        if not self.folder.exists():
            self.make_folder(self.folder)

    def launch(self) -> subprocess.Popen:
        # Read from standard input, so that the password stands on no command line and in no second file.
        return self.spawn(
            [self.program, "-"],
            self.folder,
            "\n".join(
                [
                    f"bind {HOST}",
                    f"port {self.port}",
                    f"requirepass {self.password()}",
                    "dir .",
                    "pidfile valkey.pid",
                    "daemonize no",
                    'save ""',
                    f"appendonly {'yes' if self.durable else 'no'}",
                    "appendfsync everysec",
                    "maxmemory-policy noeviction",  # a task queue must never drop a key
                    "protected-mode yes",
                    "",
                ]
            ),
        )

    def password(self) -> str:
        return self.secret(self.home / "valkey.secret")

    def url(self) -> str:
        return f"redis://:{quote(self.password(), safe='')}@{HOST}:{self.port}/0"

    def answers(self) -> bool:
        return redis_answers(self.url())

    def addresses(self) -> dict[str, str]:
        return {"REDIS_URL": self.url()}

    def pid_file(self) -> Path:
        return self.folder / "valkey.pid"

    def is_ours(self, process: psutil.Process) -> bool:
        try:
            return Path(process.cwd()) == self.folder
        except psutil.AccessDenied:
            # In a container root may not look into another account's process: its owner must be enough then.
            return self.account is not None and process.uids().real == self.account.uid


def ended(process: psutil.Process, seconds: float) -> bool:
    """Wait so long for a process to end. One that only waits for its parent to take notice has ended, too."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                break
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    with contextlib.suppress(psutil.TimeoutExpired):
        process.wait(0)  # take notice, if the parent is this process
    return time.monotonic() < end


def redis_answers(url: str) -> bool:
    """Does a server of ours answer at this address, now? Asked by hand: redis-py takes longer to load than it to start."""
    address = urlsplit(url)
    try:
        with socket.create_connection((address.hostname, address.port), timeout=2) as line, line.makefile("rb") as said:
            line.sendall(f"AUTH {unquote(address.password or '')}\r\nPING\r\n".encode())
            return (said.readline(), said.readline()) == (b"+OK\r\n", b"+PONG\r\n")
    except OSError:
        return False
