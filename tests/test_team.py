"""The team's profile: what Compose starts, who is published, and how secrets come to be."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from backend.serve.team_secrets import FOR_DATABASE, FOR_MASKLET, LINE, WrongSecret, keep_secrets, main

ME = os.getuid()
CAPABILITIES = {"https": ["NET_BIND_SERVICE"], "secrets": ["CHOWN", "DAC_OVERRIDE"]}


@pytest.fixture(scope="module")
def services(repository: Path) -> dict[str, Any]:
    return yaml.safe_load((repository / "docker-compose.yaml").read_text())["services"]


def of_team(services: dict[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in services.items() if one.get("profiles") == ["team"]}


# What Compose starts


def test_the_team_has_four_services_and_one_is_reached_from_outside(services: dict[str, Any]) -> None:
    team = of_team(services)
    assert team.keys() == {"secrets", "db", "team", "https"}
    assert {name for name, one in team.items() if "ports" in one} == {"https"}
    assert services.keys() - team.keys() == {"masklet"}


def test_every_service_is_confined(services: dict[str, Any]) -> None:
    for name, one in services.items():
        assert one["read_only"] and one["cap_drop"] == ["ALL"], name
        assert one["security_opt"] == ["no-new-privileges:true"], name
        assert one.get("cap_add", []) == CAPABILITIES.get(name, []), name
    assert services["secrets"]["network_mode"] == "none"  # who may do most talks to nobody
    assert "inside" not in services["https"]["networks"]  # the proxy does not reach the database


def test_no_secret_is_in_what_docker_inspect_shows(services: dict[str, Any]) -> None:
    """Environments and commands are shown to whoever may ask the engine; files are not."""
    for name, one in services.items():
        shown = {**one.get("environment", {}), "command": str(one.get("command", ""))}
        for variable, value in shown.items():
            hidden = re.search(r"PASS|SECRET|KEY|TOKEN", variable)
            assert not hidden or str(value).startswith("/secrets/"), (name, variable)
            assert not re.search(r"://[^/@]*:[^/@]*@", str(value)), (name, variable)  # user:password@


def test_only_the_proxy_says_who_a_client_is(services: dict[str, Any]) -> None:
    proxy = services["https"]["networks"]["door"]["ipv4_address"]
    assert services["team"]["environment"]["FORWARDED_ALLOW_IPS"] == proxy
    assert "HOST" not in services["team"]["environment"]  # the image's 0.0.0.0: closed


def test_users_of_files_are_those_that_the_secrets_are_made_for(
    services: dict[str, Any], repository: Path
) -> None:
    command = services["secrets"]["command"]
    assert f"--database-uid {services['db']['user'].split(':')[0]} " in command
    assert re.search(r"useradd --uid (\d+)", (repository / "Dockerfile").read_text())[1] in command


@pytest.mark.parametrize("files", [[], ["docker-compose.gpu.yaml"]])
def test_compose_takes_the_file(repository: Path, files: list[str]) -> None:
    found = [["docker", "compose"], ["docker-compose"]]
    usable = [one for one in found if shutil.which(one[0]) and runs([*one, "version"])]
    if not usable:
        pytest.skip("neither `docker compose` nor docker-compose is installed")
    chosen = [f"--file={name}" for name in ["docker-compose.yaml", *files]]
    for compose in usable:
        listed = {}
        for profile in ((), ("--profile=team",)):
            command = [*compose, *chosen, *profile, "config", "--services"]
            done = subprocess.run(command, cwd=repository, capture_output=True, text=True, timeout=60)
            assert done.returncode == 0, done.stderr
            listed[profile] = set(done.stdout.split())
        assert "masklet" in listed[()]  # the first Compose names the other profile's too
        assert listed[("--profile=team",)] == {"masklet", "secrets", "db", "team", "https"}


def runs(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, timeout=60).returncode == 0


# The front door's own settings


def adapted(repository: Path, **environment: str) -> dict[str, Any]:
    caddy = shutil.which("caddy")
    if caddy is None:
        pytest.skip("Caddy is not installed (Debian, Ubuntu: apt-get install caddy)")
    command = [caddy, "adapt", "--adapter", "caddyfile", "--config", str(repository / "Caddyfile")]
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(command, env=kept | environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "not formatted" not in done.stderr, "run `caddy fmt --overwrite Caddyfile`"
    return json.loads(done.stdout.splitlines()[-1])


def test_caddy_takes_its_file_and_has_no_other_door(repository: Path) -> None:
    config = adapted(repository, MASKLET_DOMAIN="masklet.example.com")
    assert config["admin"] == {"disabled": True}
    by_port = {server["listen"][0]: server for server in config["apps"]["http"]["servers"].values()}
    assert by_port.keys() == {":443", ":80"}
    text = json.dumps(by_port[":443"])
    assert '"dial": "team:7262"' in text and '"max-age=31536000"' in text
    assert "trusted_proxies" not in text  # so what a client says of X-Forwarded-* is dropped
    redirect = json.dumps(by_port[":80"])
    assert "https://masklet.example.com:443{http.request.uri}" in redirect
    assert "{http.request.host}" not in redirect


@pytest.mark.parametrize("certificate", ["automatic", "internal"])
def test_a_name_that_only_the_company_knows_gets_an_inner_certificate(
    repository: Path, certificate: str
) -> None:
    config = adapted(repository, MASKLET_DOMAIN="masklet.corp.example", MASKLET_CERTIFICATE=certificate)
    policies = config["apps"].get("tls", {}).get("automation", {}).get("policies", [])
    issuers = [issuer["module"] for one in policies for issuer in one.get("issuers", [])]
    assert issuers == (["internal"] if certificate == "internal" else [])


# The secrets


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_first_start_makes_them_and_the_second_keeps_them(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "backend.serve.team_secrets", str(tmp_path)]
    command += ["--database-uid", str(ME), "--masklet-uid", str(ME)]
    first = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert first.returncode == 0, first.stderr
    made = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert made.keys() == {FOR_DATABASE, FOR_MASKLET}
    password = made[FOR_DATABASE].strip()
    assert len(password) == 43 and made[FOR_MASKLET].strip() == LINE + password
    assert {mode_of(path) for path in tmp_path.iterdir()} == {0o600}
    second = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == made
    for done in (first, second):
        assert password not in done.stdout + done.stderr
    assert first.stdout != second.stdout


def test_two_servers_have_two_passwords(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        assert keep_secrets(tmp_path / name, ME, ME)
    assert (tmp_path / "a" / FOR_DATABASE).read_text() != (tmp_path / "b" / FOR_DATABASE).read_text()


@pytest.mark.parametrize("lost", [FOR_DATABASE, FOR_MASKLET])
def test_a_start_that_was_cut_off_between_the_two_is_finished(tmp_path: Path, lost: str) -> None:
    keep_secrets(tmp_path, ME, ME)
    before = (tmp_path / lost).read_text()
    (tmp_path / lost).unlink()
    (tmp_path / f"{lost}.new").write_text("half a pass")
    assert keep_secrets(tmp_path, ME, ME) is False
    assert (tmp_path / lost).read_text() == before
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("name", [FOR_DATABASE, FOR_MASKLET])
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_one_that_others_can_read_is_refused(
    tmp_path: Path, name: str, mode: int, capsys: pytest.CaptureFixture[str]
) -> None:
    keep_secrets(tmp_path, ME, ME)
    (tmp_path / name).chmod(mode)
    assert main([str(tmp_path), "--database-uid", str(ME), "--masklet-uid", str(ME)]) == 1
    said = capsys.readouterr()
    assert said.out == "" and f"mode {mode:o}" in said.err and said.err.count("\n") == 1
    assert (tmp_path / FOR_DATABASE).read_text().strip() not in said.err


def test_one_of_somebody_else_is_refused(tmp_path: Path) -> None:
    keep_secrets(tmp_path, ME, ME)
    with pytest.raises(WrongSecret, match=f"user {ME}"):
        keep_secrets(tmp_path, ME + 1, ME)


def test_one_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / FOR_DATABASE).symlink_to("/etc/hostname")
    with pytest.raises(WrongSecret, match="cannot be read"):
        keep_secrets(tmp_path, ME, ME)


@pytest.mark.parametrize("text", ["", "masklet", "postgres\n", "x" * 42, "é" * 43])
def test_a_password_that_somebody_chose_is_refused(tmp_path: Path, text: str) -> None:
    keep_secrets(tmp_path, ME, ME)
    (tmp_path / FOR_DATABASE).write_text(text)
    with pytest.raises(WrongSecret, match="delete it"):
        keep_secrets(tmp_path, ME, ME)


def test_two_passwords_are_refused(tmp_path: Path) -> None:
    keep_secrets(tmp_path, ME, ME)
    (tmp_path / FOR_DATABASE).write_text("y" * 43)
    with pytest.raises(WrongSecret, match="two passwords"):
        keep_secrets(tmp_path, ME, ME)


def test_libpq_takes_the_file(tmp_path: Path) -> None:
    """As Masklet's driver reads it: the password for any host, from a file that only its reader can read."""
    conninfo = pytest.importorskip("psycopg.conninfo", reason="psycopg is not installed")
    keep_secrets(tmp_path, ME, ME)
    assert conninfo.conninfo_to_dict("postgresql://masklet@db/masklet") == {
        "user": "masklet", "host": "db", "dbname": "masklet",
    }  # fmt: skip
    host, port, database, user, password = (tmp_path / FOR_MASKLET).read_text().strip().split(":")
    assert (host, port, database, user) == ("*", "*", "*", "*") and len(password) == 43


# `make team` where it cannot be


def test_without_docker_one_sentence_says_what_is_needed(repository: Path, tmp_path: Path) -> None:
    done = make_team(repository, tmp_path)
    assert done.returncode == 1 and done.stdout == ""
    assert "needs Docker with Compose" in done.stderr and done.stderr.count("\n") == 1


def test_where_docker_does_not_answer_one_sentence_says_so(repository: Path, tmp_path: Path) -> None:
    done = make_team(repository, tmp_path, docker='[ "$1" = compose ]')
    assert done.returncode == 1 and done.stdout == ""
    assert "Docker does not answer" in done.stderr and done.stderr.count("\n") == 1


def test_it_prints_one_link_under_the_address_that_others_use(repository: Path, tmp_path: Path) -> None:
    says = (
        'case "$*" in *logs*) echo "team_1 | Your link: https://$MASKLET_DOMAIN/join#abc_-9";;'
        f' *"up --build"*) echo "$*" >{tmp_path}/asked;; esac'
    )
    done = make_team(repository, tmp_path, docker=says, ip='echo "192.0.2.1 dev eth0 src 198.51.100.7 uid 0"')
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("https://198.51.100.7/join#abc_-9") == 1
    assert (tmp_path / "asked").read_text().split() == [
        "compose", "--profile", "team", "up", "--build", "--detach", "https",
    ]  # fmt: skip


def make_team(repository: Path, folder: Path, **programs: str) -> subprocess.CompletedProcess[str]:
    """Run .ci/team.sh where only these programs exist; each is a line of shell."""
    for name, line in programs.items():
        program = folder / name
        program.write_text(f"#!{shutil.which('sh')}\n{line}\n")
        program.chmod(0o755)
    for name in ("dirname", "grep", "sed", "tail", "seq", "sleep"):
        (folder / name).symlink_to(shutil.which(name) or name)
    environment = {"PATH": str(folder), **({} if "ip" in programs else {"MASKLET_DOMAIN": "masklet.test"})}
    return subprocess.run(
        [shutil.which("sh") or "sh", str(repository / ".ci" / "team.sh")],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
