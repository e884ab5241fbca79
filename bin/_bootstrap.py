"""What bin/start, bin/manage, bin/test and bin/bench share: a virtual environment with the right packages in it.

Runs on any Python 3.7 or later with nothing installed, so that it can say what is missing. `enter()` returns inside
.venv's Python.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
VENV = Path(os.environ.get("BACKBONE_VENV") or PROJECT / ".venv").expanduser().absolute()
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
LOWEST_PYTHON = (3, 11)
UV = "0.13.9"
LIGHT = "chromium-headless-shell"  # Chromium without its windows: a third of the work
BROWSERS = [LIGHT, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
APT_GET = ["apt-get", "-o", "DPkg::Lock::Timeout=120", "-o", "Acquire::Retries=3", "--yes"]


def enter(requirements: str) -> None:
    """Make .venv hold requirements/<requirements>.txt and continue this script in its Python."""
    if sys.version_info < LOWEST_PYTHON:
        sys.exit(
            "Backbone needs Python {}.{} or later; {} is {}.{}.\nRun it with a newer one: python3.12 {}".format(
                *LOWEST_PYTHON, sys.executable, *sys.version_info[:2], " ".join(sys.argv)
            )
        )
    _prepare(requirements)
    if not _inside():
        arguments = [str(PYTHON), *sys.argv]
        if os.name == "nt":
            sys.exit(subprocess.call(arguments))
        os.execv(PYTHON, arguments)  # noqa: S606  (the point is to become it)
    if str(PROJECT) not in sys.path:
        sys.path.insert(0, str(PROJECT))


def _inside() -> bool:
    return Path(sys.prefix).resolve() == VENV.resolve()


def say(text: str) -> None:
    """Tell the person at the keyboard, on standard error: standard output belongs to the command that is run."""
    print(text, file=sys.stderr, flush=True)


def _may_install() -> bool:
    """Whether we are root on Debian or one of its kind."""
    return bool(hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"))


def is_offered(package: str) -> bool:
    """Whether this system is known to have a package that we may install."""
    if not _may_install():
        return False
    return subprocess.run(["apt-cache", "show", package], capture_output=True, check=False).returncode == 0


def install_debian_packages(packages: list[str]) -> bool:
    """Install them when we are root on Debian. False when we are not, or when it did not work."""
    if not _may_install():
        return False
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    say(f"Installing {' '.join(packages)} ...")
    for command in (["update"], ["install", "--no-install-recommends", *packages]):
        done = subprocess.run([*APT_GET, *command], env=environment, capture_output=True, text=True, check=False)
        if done.returncode and command[0] == "install":
            say(done.stdout + done.stderr)
            return False
    return True


def find_browser() -> str | None:
    """The Chromium that tests and benchmarks drive: BACKBONE_CHROMIUM, else the system's."""
    wish = os.environ.get("BACKBONE_CHROMIUM")
    return wish or next(filter(None, map(shutil.which, BROWSERS)), None)


def _prepare(requirements: str) -> None:
    """Create .venv if need be, install what changed; one launcher at a time."""
    try:
        VENV.mkdir(parents=True, exist_ok=True)
        lock = open(VENV / ".bootstrap.lock", "a")  # noqa: SIM115  (uv has a .lock of its own there)
    except OSError as error:
        sys.exit(f"Cannot write to {VENV}: {error.strerror}. Name another folder in BACKBONE_VENV.")
    with lock:
        with contextlib.suppress(ImportError):
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX)
        if not _inside() and not _works():
            _create()
        wanted = PROJECT / "requirements" / f"{requirements}.txt"
        stamp = VENV / f".installed-{requirements}"
        fingerprint = hashlib.sha256(wanted.read_bytes() + sys.version.encode()).hexdigest()
        if not stamp.exists() or stamp.read_text() != fingerprint:
            stamp.unlink(missing_ok=True)
            _install(wanted)
            stamp.write_text(fingerprint)


def _works() -> bool:
    """Is there a Python in .venv, and is it recent enough? No longer when the folder was moved or Python upgraded."""
    if not PYTHON.exists():
        return False
    question = f"import sys; assert sys.version_info >= {LOWEST_PYTHON}; print(sys.prefix)"
    answer = subprocess.run([PYTHON, "-c", question], capture_output=True, text=True, check=False)
    return answer.returncode == 0 and Path(answer.stdout.strip()).resolve() == VENV.resolve()


def _create() -> None:
    say(f"Making {VENV} ...")
    make = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    made = subprocess.run(make, capture_output=True, text=True, check=False)
    if made.returncode and install_debian_packages(["python3-venv"]):
        made = subprocess.run(make, capture_output=True, text=True, check=False)
    if made.returncode:
        sys.exit(
            f"{made.stdout}{made.stderr}\nPython could not make a virtual environment in {VENV}.\n"
            "On Debian and Ubuntu: sudo apt-get install python3-venv. Then try again."
        )


def _install(wanted: Path) -> None:
    say(f"Installing {wanted.relative_to(PROJECT)} ...")
    environment = dict(os.environ)
    if not _writable(Path.home()):
        # Both tools keep a cache below the home folder; we write only below the project.
        environment.setdefault("UV_CACHE_DIR", str(VENV / ".cache" / "uv"))
        environment.setdefault("PIP_CACHE_DIR", str(VENV / ".cache" / "pip"))
    environment.setdefault("UV_LINK_MODE", "copy")
    environment.setdefault("UV_SYSTEM_CERTS", "true")  # trust whom pip and the rest of the machine trust
    pip = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
    uv = [PYTHON, "-m", "uv", "pip", "install", "--quiet", "--python", PYTHON]
    if subprocess.run([PYTHON, "-c", "import pip"], capture_output=True, check=False).returncode:
        subprocess.run([PYTHON, "-m", "ensurepip", "--upgrade"], env=environment, capture_output=True, check=False)
    if _has_uv() or subprocess.run([*pip, f"uv=={UV}"], env=environment, check=False).returncode == 0:
        if subprocess.run([*uv, "-r", wanted], env=environment, check=False).returncode == 0:
            return
        say("uv could not install them; trying pip.")
    if subprocess.run([*pip, "-r", wanted], env=environment, check=False).returncode:
        sys.exit(f"The packages in {wanted} could not be installed: the lines above say why. Is the network reachable?")


def _has_uv() -> bool:
    answer = subprocess.run([PYTHON, "-m", "uv", "--version"], capture_output=True, text=True, check=False)
    return answer.stdout.split()[1:2] == [UV]


def _writable(folder: Path) -> bool:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
