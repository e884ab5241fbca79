"""Running one command in the foreground, and keeping several in the background."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

from backbone.embedded.ports_and_logs import tail, trim_log
from backbone.embedded.servers import ended

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

RECORD = "processes.json"
FORGIVING = 30  # seconds after database or queue came back


def run(command: list[str], environment: dict[str, str], folder: Path | None = None) -> int:
    """Run in the foreground and return the exit status. Signals reach the command, and we wait for it."""
    child = subprocess.Popen(command, env=environment, cwd=folder)
    passed_on = {number: signal.signal(number, lambda n, _: child.send_signal(n)) for number in _ENDING}
    # Ctrl-C goes to the whole foreground group, the command included: what it means is the command's to say.
    passed_on[signal.SIGINT] = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        status = child.wait()
    finally:
        for number, handler in passed_on.items():
            signal.signal(number, handler)
    return status if status >= 0 else 128 - status


_ENDING = [signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]


class Stopped(SystemExit):
    """A background process ended by itself; the message shows which, and the end of its log."""


class Background:
    """Processes that belong together: started in order, stopped in the opposite order, none outlives another.

    Their numbers are written to state/processes.json, so that the next start can end what a killed one left behind.
    """

    def __init__(self, state: Path, environment: dict[str, str], folder: Path):
        self.state, self.environment, self.folder = state, environment, folder
        self.record = state / RECORD
        self.running: dict[str, subprocess.Popen] = {}
        self.commands: dict[str, list[str]] = {}

    def __enter__(self) -> Background:
        return self

    def __exit__(self, *_: object) -> None:
        for child in reversed(self.running.values()):
            if child.poll() is None:
                _end(psutil.Process(child.pid), patience=20)
                child.wait()
        self.record.unlink(missing_ok=True)

    def start(self, name: str, command: list[str]) -> None:
        """Start one, its output appended to logs/<name>.log."""
        trim_log(self.log(name))
        self.commands[name] = command
        with open(self.log(name), "ab") as log:
            self.running[name] = subprocess.Popen(
                command,
                env=self.environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is ours: we stop them in order
            )
        numbers = {name: [child.pid, psutil.Process(child.pid).create_time()] for name, child in self.running.items()}
        self.record.write_text(json.dumps(numbers))

    def check(self) -> None:
        """Raise Stopped if one of them has ended."""
        for name in self.ended():
            raise Stopped(
                f"\nThe {name} process ended (status {self.running[name].returncode}); stopping the others. "
                f"The end of {self.log(name)}:\n\n{tail(self.log(name))}"
            )

    def watch(self, revive: Callable[[], object]) -> None:
        """Until Ctrl-C, SIGTERM, or one of them ending: keep an eye on them and on the size of the logs.

        `revive` starts again what they stand on and answers whether it had to. Who falls together with that, as the
        clock does when it is just starting, is started again too.
        """
        looked = time.monotonic()
        forgiving_until = 0.0
        while True:
            if revive() or (self.ended() and revive()):
                forgiving_until = time.monotonic() + FORGIVING
            if time.monotonic() < forgiving_until:
                for name in self.ended():
                    self.start(name, self.commands[name])
            self.check()
            time.sleep(0.5)
            if time.monotonic() - looked > 60:
                looked = time.monotonic()
                for log in (self.state / "logs").glob("*.log"):
                    trim_log(log)

    def ended(self) -> list[str]:
        """Which of them are not running any more."""
        return [name for name, child in self.running.items() if child.poll() is not None]

    def log(self, name: str) -> Path:
        return self.state / "logs" / f"{name}.log"


def end_leftovers(state: Path) -> None:
    """End the background processes that a killed launcher of this state folder left behind."""
    with contextlib.suppress(FileNotFoundError, ValueError):
        for pid, created in json.loads((state / RECORD).read_text()).values():
            with contextlib.suppress(psutil.Error):
                process = psutil.Process(pid)
                if abs(process.create_time() - created) < 0.1:  # the number may belong to another program by now
                    _end(process, patience=10)
    (state / RECORD).unlink(missing_ok=True)


def _end(process: psutil.Process, patience: float) -> None:
    """Ask a process to end; when it has not after so many seconds, end it and its children."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process.terminate()
        if ended(process, patience):
            return
        for part in [*process.children(recursive=True), process]:
            with contextlib.suppress(psutil.NoSuchProcess):
                part.kill()


@contextlib.contextmanager
def hold_alone(state: Path, who: str) -> Iterator[None]:
    """One `who` at a time per state folder: two workers are fine, two beats and two addresses are not."""
    state.mkdir(parents=True, exist_ok=True)
    with open(state / "start.lock", "a+") as lock:
        if fcntl is not None:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                lock.seek(0)
                raise Stopped(
                    f"{who} already runs on {state} (process {lock.read().strip() or 'unknown'}).\n"
                    "Stop that one first, or give this one a folder of its own: BACKBONE_STATE_DIR=..."
                ) from None
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
        yield


def run_step(title: str, command: list[str], state: Path, environment: dict[str, str]) -> None:
    """Run to its end, saying how long it took; its output goes to logs/setup.log, and here when it fails."""
    log = state / "logs" / "setup.log"
    trim_log(log)
    print(f"{title} ... ", end="", file=sys.stderr, flush=True)
    began = time.monotonic()
    with open(log, "ab") as file:
        status = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=file, stderr=file, check=False
        ).returncode
    print(f"{time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    if status:
        raise Stopped(f"That failed (status {status}). The end of {log}:\n\n{tail(log, 40)}")
