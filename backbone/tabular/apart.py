"""Reading a file in a process apart, with little memory and little time: whatever a file does, its reader's caller lives.

A small server without threads, started when the first file comes, forks a child for each file; the child limits
itself and then reads. It tells how many rows it has, and at the end the table, or what is wrong, over a socket of its
own. Where a system has no fork, the file is read in this process.

    read_apart(content, filename, columns, limits, form=…, on_rows=…)      as `read_table`, and as safe as can be
"""

from __future__ import annotations

import atexit
import io
import math
import os
import pickle
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from backbone.problems import Problem, Refused, gettext_noop
from backbone.tabular.columns import Columns
from backbone.tabular.faults import out_of_memory, out_of_time
from backbone.tabular.reading import read_table
from backbone.tabular.table import DEFAULT, Form, Limits, Table

SERVE = "import sys; from backbone.tabular import apart; apart.serve(int(sys.argv[1]))"
PATIENCE = 3  # how many times its own seconds a reader may take by the clock, when the machine is busy
_LENGTH = struct.Struct("!Q")
_MODULES = ("backbone.tabular.", "backbone.problems")
_NAMES = {
    ("builtins", "set"), ("builtins", "frozenset"), ("datetime", "date"), ("datetime", "datetime"),
    ("datetime", "time"), ("datetime", "timedelta"), ("datetime", "timezone"), ("operator", "itemgetter"),
}  # fmt: skip
# Written before memory is short, so that saying so needs none.
_OUT_OF_MEMORY, _OUT_OF_TIME = pickle.dumps(("out of memory", None)), pickle.dumps(("out of time", None))


class _TimeIsUp(Exception):
    pass


class _Answers(pickle.Unpickler):
    """Reads what a child answers: tables and problems, and nothing else that a hostile file could have made of it."""

    def find_class(self, module: str, name: str) -> Any:
        if module.startswith(_MODULES) or (module, name) in _NAMES:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} is no part of a table")


def read_apart(
    content: bytes,
    filename: str,
    columns: Columns,
    limits: Limits = DEFAULT,
    *,
    form: Form | None = None,
    on_rows: Callable[[int], None] | None = None,
) -> Table:
    """Read a whole uploaded file as `read_table` does, in a process of its own.

    Raises Refused as it does, and when the file would take too much memory or time (`file.too_large_to_read`,
    `file.too_slow`), or ends its reader (`file.unreadable`).
    """
    if not hasattr(os, "fork"):
        return read_table(content, filename, columns, limits, form=form, on_rows=on_rows)
    answers = _server.job()
    with answers:
        answers.settimeout(limits.seconds * PATIENCE + 5)
        try:
            _send(answers, pickle.dumps((filename, columns, limits, form)))
            _send(answers, content)
            while True:
                kind, what = _Answers(io.BytesIO(_receive(answers))).load()
                if kind != "rows":
                    break
                if on_rows is not None:
                    on_rows(what)
        except (OSError, EOFError, pickle.UnpicklingError):  # it was killed, or hangs: its own limits end it
            raise Refused(_unreadable()) from None
    if kind == "table":
        return what
    if kind == "refused":
        raise Refused(*what)
    if kind == "out of memory":
        raise Refused(out_of_memory(limits))
    if kind == "out of time":
        raise Refused(out_of_time(limits))
    raise RuntimeError(f"The reader of a file failed:\n{what}")


def _unreadable() -> Problem:
    text = gettext_noop("The file could not be read: whatever it holds ended the reader.")
    return Problem("file.unreadable", text, hint=gettext_noop("Copy the table alone into a new file."))


def _send(line: socket.socket, message: bytes) -> None:
    line.sendall(_LENGTH.pack(len(message)))
    line.sendall(message)


def _receive(line: socket.socket) -> bytes:
    return bytes(_exactly(line, _LENGTH.unpack(_exactly(line, _LENGTH.size))[0]))


def _exactly(line: socket.socket, size: int) -> bytearray:
    message = bytearray(size)
    view = memoryview(message)
    while view:
        count = line.recv_into(view)
        if not count:
            raise EOFError
        view = view[count:]
    return message


# ------------------------------------------------------------------------------------- where the file comes from


class _Server:
    """The forking server of this process, started when it is first needed and again when it has gone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen | None = None

    def job(self) -> socket.socket:
        """A socket at whose other end a new child waits for its file."""
        mine, its = socket.socketpair()
        with its, self._lock:
            for _ in range(2):
                try:
                    socket.send_fds(self._control or self._start(), [b"j"], [its.fileno()])
                    return mine
                except OSError:
                    self._forget()
        mine.close()
        raise Refused(_unreadable())

    def _start(self) -> socket.socket:
        control, its = socket.socketpair()
        root = Path(__file__).resolve().parents[2]
        with its:
            os.set_inheritable(its.fileno(), True)
            self._process = subprocess.Popen(
                [sys.executable, "-c", SERVE, str(its.fileno())],
                pass_fds=[its.fileno()],
                cwd=root,
                stdin=subprocess.DEVNULL,
            )
        self._control = control
        return control

    def _forget(self) -> None:
        """Let the server go: it ends when nobody holds the other end of its socket."""
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            try:
                self._process.wait(timeout=2)
            except (subprocess.TimeoutExpired, ChildProcessError):
                self._process.kill()
        self._control = self._process = None


_server = _Server()
atexit.register(_server._forget)


# ------------------------------------------------------------------------------------- where the file is read


def serve(fd: int) -> None:
    """Fork a child for each socket that comes, until nobody can send one any more."""
    control = socket.socket(fileno=fd)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is for whoever started us, and ends us by closing
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children are nobody's to wait for
    while True:
        message, fds, _, _ = socket.recv_fds(control, 1, 1)
        if not message:
            return
        for fd in fds:
            if os.fork() == 0:
                control.close()
                status = 1
                try:
                    _child(socket.socket(fileno=fd))
                    status = 0
                finally:
                    os._exit(status)
            os.close(fd)


def _child(answers: socket.socket) -> None:
    filename, columns, limits, form = pickle.loads(_receive(answers))  # noqa: S301  from the process that started us
    content = _receive(answers)
    last = time.monotonic()

    def on_rows(count: int) -> None:
        nonlocal last
        if time.monotonic() - last > 0.5:
            last = time.monotonic()
            _send(answers, pickle.dumps(("rows", count)))

    try:
        _limit_ourselves(limits)
        message = pickle.dumps(_read(content, filename, columns, limits, form, on_rows), protocol=5)
    except MemoryError:
        message = _OUT_OF_MEMORY
    except _TimeIsUp:
        message = _OUT_OF_TIME
    signal.setitimer(signal.ITIMER_PROF, 0)
    _send(answers, message)


def _read(content: bytes, filename: str, columns: Columns, limits: Limits, form: Form | None, on_rows) -> tuple:
    try:
        return "table", read_table(content, filename, columns, limits, form=form, on_rows=on_rows)
    except Refused as refused:
        return "refused", list(refused.problems)
    except (MemoryError, _TimeIsUp):
        raise
    except Exception:  # ours, whatever it is: raised again where somebody is told of it
        import traceback

        return "failed", traceback.format_exc()


def _limit_ourselves(limits: Limits) -> None:
    """Memory by the address space, time by the processor's: a busy machine makes no file too slow."""

    def time_is_up(*_: object) -> None:
        raise _TimeIsUp

    signal.signal(signal.SIGPROF, time_is_up)
    signal.setitimer(signal.ITIMER_PROF, limits.seconds)
    # Code that never comes back to Python does not hear the signal; the system then ends the process.
    seconds = math.ceil(limits.seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds + 3, seconds + 5))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
