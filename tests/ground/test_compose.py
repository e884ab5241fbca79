"""What docker-compose.yml and the Dockerfile say, held against the Compose Specification and what the pages promise."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from check_jsonschema.builtin_schemas import get_builtin_schema
from jsonschema.validators import validator_for

PROJECT = Path(__file__).resolve().parents[2]
TEXT = (PROJECT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load(TEXT)
SERVICES = COMPOSE["services"]
DOCKERFILES = sorted([PROJECT / "Dockerfile", *PROJECT.glob("deploy/*/Dockerfile")])
VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)(?::?([-?+])([^}]*))?\}")
SECRET = re.compile(r"SECRET|PASSWORD|TOKEN|_KEY")


def test_it_is_valid_by_the_compose_specification():
    specification = get_builtin_schema("vendor.compose-spec")
    schema = validator_for(specification)(specification)
    assert [f"{fault.json_path}: {fault.message}" for fault in schema.iter_errors(COMPOSE)] == []
    assert not schema.is_valid(COMPOSE | {"services": {"web": {"imagine": "python"}}}), "the schema refuses nothing"


def test_every_part_of_production_is_there_and_says_whether_it_is_well():
    assert SERVICES.keys() == {"postgres", "redis", "pgbouncer", "migrate", "web", "worker", "beat"}
    assert [name for name, one in SERVICES.items() if "healthcheck" not in one] == ["migrate"], "which ends"
    for name in ("web", "worker", "beat"):
        needs = SERVICES[name]["depends_on"]
        assert needs["migrate"] == {"condition": "service_completed_successfully"}
        assert needs["pgbouncer"] == needs["redis"] == {"condition": "service_healthy"}
        environment = SERVICES[name]["environment"]
        for address in ("DATABASE_URL", "APP_DATABASE_URL"):
            assert "@pgbouncer:" in environment[address]
            assert "backbone_owner" not in environment[address]
        assert environment["BACKBONE_POOLED"] == "true"
    assert "pool_mode = transaction" in (PROJECT / "deploy/pgbouncer/pgbouncer.ini").read_text(encoding="utf-8")


def test_nothing_starts_without_its_secrets_and_none_is_baked_in():
    used = VARIABLE.findall(TEXT)
    must = {name for name, mark, _ in used if mark == "?"}
    secrets = {name for name, _, _ in used if SECRET.search(name)}
    # of a provider of mail, which an installation may do without
    assert secrets - must == {"ANYMAIL_WEBHOOK_SECRET"}
    assert {default for name, mark, default in used if mark == "-" and SECRET.search(name)} == {""}
    example = (PROJECT / "deploy/env.example").read_text(encoding="utf-8")
    offered = dict(re.findall(r"^(\w+)=(.*)$", example, re.MULTILINE))
    assert must <= offered.keys()
    assert [name for name in must if offered[name]] == [], "an example that would be used as it is"
    for path in DOCKERFILES:
        lasting = [
            line for line in path.read_text(encoding="utf-8").splitlines() if re.match(r"(ENV|ARG|LABEL)\b", line)
        ]
        assert not SECRET.search("\n".join(lasting)), path


@pytest.mark.parametrize("path", DOCKERFILES, ids=[path.parent.name for path in DOCKERFILES])
def test_no_image_runs_as_root(path):
    text = path.read_text(encoding="utf-8")
    (user,) = re.findall(r"^USER (\d+)$", text, re.MULTILINE)
    assert int(user) > 0
    assert f"--uid {user}" in text


def test_the_image_installs_what_was_pinned_and_copies_what_is_there():
    text = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
    assert "pip install --require-hashes" in text
    let_in = [line[1:] for line in (PROJECT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert [name for name in let_in if not (PROJECT / name).exists()] == []
    programs = re.findall(r"python manage\.py (\w+)|\"manage\.py\", \"(\w+)\"", text + TEXT)
    assert {first or second for first, second in programs} == {"collectstatic", "migrate"}
    assert re.search(r"deploy/beat_is_well\.py", TEXT)
    for source in re.findall(r"- \./(\S+?):", TEXT):
        assert (PROJECT / source).is_file(), source
