"""Settings say in one sentence what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.settings import Settings, SettingsError, from_environment, is_loopback


def test_an_empty_environment_is_a_newcomers() -> None:
    settings = from_environment({})
    assert settings == Settings()
    assert settings.open_here and settings.address == "http://localhost:7262"
    assert settings.database == f"sqlite:///{Path('data').absolute() / 'masklet.sqlite'}"


def test_everything_can_be_set() -> None:
    settings = from_environment(
        {
            "HOST": "0.0.0.0",
            "PORT": "8000",
            "MASKLET_DATA": "/srv/masklet",
            "DATABASE_URL": "postgresql://masklet@db/masklet",
            "CHECKPOINTS_DIR": "/srv/weights",
            "MAX_UPLOAD_BYTES": "1000",
            "MASKLET_ALLOWED_ORIGINS": "https://Team.example:443, http://10.0.0.2:8080",
            "MASKLET_ALLOWED_HOSTS": "Masklet.example",
            "MASKLET_GALLERY": "no",
            "MASKLET_SOFT_EDGES": "no",
            "API_URL": "https://masklet.example/",
            "DEFAULT_VIDEO_PATH": "gallery/x.mp4",
        }
    )
    assert not settings.open_here and not settings.sqlite and not settings.gallery
    assert not settings.soft_edges and Settings().soft_edges
    assert settings.allowed_origins == ("https://team.example", "http://10.0.0.2:8080")
    assert settings.allowed_hosts == ("masklet.example",)
    assert settings.public_url == "https://masklet.example"
    assert (settings.port, settings.data, settings.max_upload_bytes) == (8000, Path("/srv/masklet"), 1000)


@pytest.mark.parametrize(
    ("host", "published_on", "is_open"),
    [
        ("127.0.0.1", None, True),
        ("::1", None, True),
        ("localhost", None, True),
        ("0.0.0.0", None, False),
        ("192.0.2.7", None, False),
        ("0.0.0.0", "127.0.0.1", True),
        ("0.0.0.0", "0.0.0.0", False),
        ("127.0.0.1", "0.0.0.0", False),
    ],
)
def test_who_can_reach_it_decides_whether_it_is_open(
    host: str, published_on: str | None, is_open: bool
) -> None:
    environment = {"HOST": host} | ({"MASKLET_PUBLISHED_ON": published_on} if published_on else {})
    assert from_environment(environment).open_here is is_open


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "http", "PORT='http' is not a whole number from 1 to 65535."),
        ("PORT", "70000", "from 1 to 65535"),
        ("PORT", "-1", "from 1 to 65535"),
        ("PORT", "٣", "from 1 to 65535"),
        ("HOST", "everywhere", "HOST='everywhere' is not an address: use 127.0.0.1"),
        ("MASKLET_PUBLISHED_ON", "me", "MASKLET_PUBLISHED_ON='me' is not an address"),
        ("MAX_UPLOAD_BYTES", "8GB", "MAX_UPLOAD_BYTES='8GB' is not a whole number"),
        ("DATABASE_URL", "mysql://x", "DATABASE_URL must begin with sqlite:// or postgresql://."),
        ("MASKLET_ALLOWED_ORIGINS", "team.example", "is not of the form https://name:port."),
        ("MASKLET_ALLOWED_ORIGINS", "*", "is not of the form https://name:port."),
        ("API_URL", "localhost:1", "API_URL='localhost:1' is not of the form"),
        ("MASKLET_MEMORY_BUDGET", "8", "MASKLET_MEMORY_BUDGET='8' is neither an amount such as 8GB nor"),
        ("MASKLET_MEMORY_BUDGET", "0%", "MASKLET_MEMORY_BUDGET='0%' is no share: use 1% to 100%."),
        ("MASKLET_GALLERY", "maybe", "MASKLET_GALLERY='maybe' is neither yes nor no."),
    ],
)
def test_a_value_that_cannot_be_meant_is_refused(name: str, value: str, sentence: str) -> None:
    with pytest.raises(SettingsError) as refused:
        from_environment({name: value})
    assert sentence in str(refused.value) and "\n" not in str(refused.value)


def test_a_memory_budget_is_bytes_or_a_share() -> None:
    assert from_environment({"MASKLET_MEMORY_BUDGET": "8GB"}).memory_budget == 8 * 10**9
    assert from_environment({"MASKLET_MEMORY_BUDGET": "75%"}).memory_budget == 0.75
    assert from_environment({}).memory_budget is None


def test_loopback_is_told_from_the_rest() -> None:
    assert all(is_loopback(host) for host in ("localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]"))
    assert not any(is_loopback(host) for host in ("0.0.0.0", "::", "10.0.0.1", "localhost.evil", ""))


def test_a_providers_secret_may_lie_in_a_file(tmp_path: Path) -> None:
    """Which, unlike the environment of a container, is shown to nobody else."""
    kept = tmp_path / "secret"
    kept.write_text("from the provider\n")
    given = {"MASKLET_OIDC_ISSUER": "https://login.example", "MASKLET_OIDC_CLIENT_ID": "masklet"}
    settings = from_environment(given | {"MASKLET_OIDC_CLIENT_SECRET_FILE": str(kept)})
    assert settings.oidc is not None and settings.oidc.client_secret == "from the provider"
    assert "from the provider" not in repr(settings)
    kept.write_text("")
    with pytest.raises(SettingsError, match="MASKLET_OIDC_CLIENT_SECRET is missing"):
        from_environment(given | {"MASKLET_OIDC_CLIENT_SECRET_FILE": str(kept)})
    with pytest.raises(SettingsError, match="cannot be read"):
        from_environment(given | {"MASKLET_OIDC_CLIENT_SECRET_FILE": str(tmp_path / "none")})
