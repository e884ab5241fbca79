"""bin/start and bin/manage as a person meets them."""

import contextlib
import json
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil
import pytest

from backbone.embedded import secret
from backbone.embedded.places import server_account
from backbone.embedded.ports_and_logs import free_port, port_is_taken
from backbone.embedded.servers import Postgres, Valkey
from tests.ground.launcher import PROJECT, clean_environment
from tests.waiting import until


def program(name: str, *arguments: str, state: Path) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, PROJECT / "bin" / name, *arguments],
        cwd="/",  # whatever folder the person is in
        env=clean_environment(BACKBONE_STATE_DIR=str(state)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen) -> tuple[int, str, str]:
    out, error = process.communicate(timeout=120)
    return process.returncode, out, error


def address_of(start: subprocess.Popen) -> str:
    for line in start.stdout:
        if found := re.search(r"http://\S+", line):
            return found[0]
    pytest.fail(f"bin/start gave no address: {start.communicate()[1]}")


def processes_of(state: Path) -> dict[str, int]:
    return {name: pid for name, (pid, _) in json.loads((state / "processes.json").read_text()).items()}


def alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_a_taken_port_is_named_with_the_way_out(state):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        status, _, error = ended(program("start", "--no-demo", "--port", port, state=state))
    assert status == 1
    assert f"Port {port} of 127.0.0.1 is in use" in error
    assert "bin/start --port N" in error
    assert "Traceback" not in error


def test_from_an_empty_folder_through_all_that_may_befall_it(state):
    """One state folder and three starts, since each takes a while: killed, told to stop, and stopped by a part of it."""
    first = program("start", "--no-demo", "--port", str(free_port()), state=state)
    with ending(first):
        address = address_of(first)
        it_serves(address)
        a_second_start_is_refused_and_a_command_joins(first, state)
        killed_servers_come_back(address, state)
        left = processes_of(state)
        assert set(left) == {"web", "worker", "beat"}
        first.kill()
        said = first.communicate()[1]
    assert "postgres had ended and was started again" in said
    assert "valkey had ended and was started again" in said
    assert all(map(alive, left.values()))

    port = address.rpartition(":")[2]
    second = program("start", "--no-demo", "--port", port, state=state)
    with ending(second):
        assert address_of(second) == address
        assert not any(map(alive, left.values()))
        it_stops_as_a_whole(second, state)

    third = program("start", "--no-demo", "--port", port, state=state)
    with ending(third):
        one_process_ending_ends_all(third, state)


@contextlib.contextmanager
def ending(start: subprocess.Popen):
    """Whatever goes wrong inside, this start does not outlive the test."""
    try:
        yield
    finally:
        if start.poll() is None:
            start.terminate()
            start.communicate(timeout=60)


def it_serves(address: str) -> None:
    with urllib.request.urlopen(f"{address}/accounts/login/", timeout=30) as page:
        assert page.status == 200
        assert b"<form" in page.read()


def a_second_start_is_refused_and_a_command_joins(start: subprocess.Popen, state: Path) -> None:
    status, _, error = ended(program("start", "--no-demo", state=state))
    assert status == 1
    assert f"already runs on {state} (process {start.pid})" in error
    services = (state / "services.json").read_text()
    assert ended(program("manage", "migrate", "--check", "--skip-checks", state=state))[0] == 0
    assert (state / "services.json").read_text() == services


def killed_servers_come_back(address: str, state: Path) -> None:
    """At their old addresses, and with them whatever fell when they did."""
    before = (state / "services.json").read_text()
    servers = [kind(state, server_account(state), True, secret) for kind in (Postgres, Valkey)]
    killed = [server.process() for server in servers]
    assert None not in killed
    for process in killed:
        process.kill()

    def are_back() -> bool:
        now = [server.process() for server in servers]
        return None not in now and not set(now) & set(killed) and is_ready(address)

    until(are_back, "the platform did not come back")
    assert (state / "services.json").read_text() == before
    time.sleep(2)  # long enough for whoever fell with the servers to be started again
    assert set(processes_of(state)) == {"web", "worker", "beat"}
    assert all(map(alive, processes_of(state).values()))


def is_ready(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=10) as answer:
            return answer.status == 200
    except OSError:
        return False


def it_stops_as_a_whole(start: subprocess.Popen, state: Path) -> None:
    processes, services = processes_of(state).values(), (state / "services.json").read_text()
    start.send_signal(signal.SIGINT)
    status, _, error = ended(start)
    assert status == 0
    assert "Stopping" in error
    assert not any(map(alive, processes))
    ports = [int(port) for port in re.findall(r":(\d+)/", services)]
    assert len(ports) == 3
    assert not [port for port in ports if port_is_taken(port)]


def one_process_ending_ends_all(start: subprocess.Popen, state: Path) -> None:
    address_of(start)
    running = processes_of(state)
    psutil.Process(running["beat"]).kill()
    status, _, error = ended(start)
    assert status == 1
    assert "The beat process ended (status -9)" in error
    assert str(state / "logs" / "beat.log") in error
    assert not any(map(alive, running.values()))
