"""Settings: read from the environment, refused with one line that names the setting and never its value."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bot.core.model.policy import Mode
from bot.settings import PREFIX, Settings, SettingsError, described, load_settings

SECRET = secrets.token_hex(32)
Environment = Callable[..., Settings]
DOCS = Path(__file__).parents[1] / "docs" / "configuration.md"


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.fixture(scope="module")
def key():
    return pem(rsa.generate_private_key(public_exponent=65537, key_size=2048))


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, key: str):
    """Sets ``COVGATE_*``: what the whole service needs, changed by the keywords; ``None`` takes one away."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)

    def put(**changes: str | None) -> Settings:
        given = {"APP_ID": "4711", "PRIVATE_KEY": key, "WEBHOOK_SECRET": SECRET} | changes
        for name, value in given.items():
            if value is None:
                monkeypatch.delenv(PREFIX + name, raising=False)
            else:
                monkeypatch.setenv(PREFIX + name, value)
        return load_settings()

    return put


def refused(environment: Environment, **changes: str | None):
    with pytest.raises(SettingsError) as caught:
        environment(**changes)
    message = str(caught.value)
    assert "\n" not in message
    assert all(value is None or len(value) < 4 or value not in message for value in changes.values())
    return message


def test_three_settings_are_enough(environment: Environment):
    """The App, its key, the secret; everything else has a default that is safe."""
    settings = environment()
    assert settings.database_url == "sqlite:///covgate.db"
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.github_api_url == "https://api.github.com"
    assert settings.default_mode is Mode.REPORT
    assert settings.webhook_secrets == (SECRET.encode(),)
    assert settings.is_web
    assert settings.is_worker


@pytest.mark.parametrize("missing", ["WEBHOOK_SECRET", "APP_ID", "PRIVATE_KEY"])
def test_T20_nothing_starts_without_a_secret_of_its_own(environment: Environment, missing: str):
    """There is no default for what must be secret; an empty one is none."""
    assert PREFIX + missing in refused(environment, **{missing: None})
    assert PREFIX + missing in refused(environment, **{missing: ""})


@pytest.mark.parametrize(
    "secret",
    [
        "short",
        "x" * 31,
        "x" * 32,
        "0123456789abcd" * 3,
        "development" * 3,
        "changeme-changeme-changeme-changeme",
        "testixik8qdauiab1yiffydimvi72ekq",
        "secret-password-webhook-development",
        "ab" * 40,
    ],
)
def test_T20_a_secret_that_can_be_guessed_is_refused(environment: Environment, secret: str):
    """Too short, repeated, the default of another service, words from examples."""
    assert refused(environment, WEBHOOK_SECRET=secret).startswith("COVGATE_WEBHOOK_SECRET ")
    assert refused(environment, WEBHOOK_SECRET_PREVIOUS=secret).startswith("COVGATE_WEBHOOK_SECRET_PREVIOUS ")


def test_a_copied_line_break_is_pointed_out(environment: Environment):
    """GitHub signs without it, so every delivery would be refused."""
    assert "line break" in refused(environment, WEBHOOK_SECRET=SECRET + "\n")


def test_T20_two_secrets_while_one_is_changed(environment: Environment):
    """The new one first."""
    old = secrets.token_hex(32)
    assert environment(WEBHOOK_SECRET_PREVIOUS=old).webhook_secrets == (SECRET.encode(), old.encode())


def test_a_web_process_needs_no_key_and_a_worker_no_secret(environment: Environment, key: str):
    """T28: each role holds only what it uses."""
    assert environment(ROLE="web", PRIVATE_KEY=None, APP_ID=None).is_worker is False
    assert environment(ROLE="worker", APP_ID="1", WEBHOOK_SECRET=None, PRIVATE_KEY=key).is_web is False


def test_the_key_may_come_from_a_file_or_on_one_line(environment: Environment, key: str, tmp_path: Path):
    """A mounted secret, or PEM with its line breaks written as backslash n."""
    file = tmp_path / "key.pem"
    file.write_text(key)
    from_file = environment(PRIVATE_KEY=None, PRIVATE_KEY_FILE=str(file))
    on_one_line = environment(PRIVATE_KEY=key.replace("\n", "\\n"), PRIVATE_KEY_FILE=None)
    assert from_file.private_key == on_one_line.private_key
    assert from_file.private_key is not None
    assert from_file.private_key.get_secret_value() == key


def test_a_key_that_is_none_is_refused(environment: Environment, key: str, tmp_path: Path):
    """No PEM, not RSA, too short, in no file, in two places."""
    for wrong in ("rubbish", key[:200], pem(ec.generate_private_key(ec.SECP256R1()))):
        assert refused(environment, PRIVATE_KEY=wrong).startswith("COVGATE_PRIVATE_KEY ")
    file = tmp_path / "key.pem"
    file.write_text("rubbish")
    assert "COVGATE_PRIVATE_KEY_FILE" in refused(environment, PRIVATE_KEY=None, PRIVATE_KEY_FILE=str(file))
    assert "no file" in refused(environment, PRIVATE_KEY=None, PRIVATE_KEY_FILE=str(tmp_path / "absent"))
    file.write_text(key)
    assert "not both" in refused(environment, PRIVATE_KEY=key, PRIVATE_KEY_FILE=str(file))


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("PORT", "0", "greater than or equal to 1"),
        ("PORT", "http", "valid integer"),
        ("PORT", "tcp://10.0.0.1:80", "Kubernetes"),
        ("APP_ID", "-1", "greater than 0"),
        ("APP_ID", "my-app", "valid integer"),
        ("ROLE", "boss", "'all', 'web' or 'worker'"),
        ("DEFAULT_MODE", "strict", "'enforce', 'report' or 'off'"),
        ("GITHUB_API_URL", "http://github.example/api/v3", "https://"),
        ("GITHUB_API_URL", "https://github.com", "https://api.github.com"),
        ("GITHUB_API_URL", "https://user:pass@api.github.com", "plain URL"),
        ("GITHUB_API_URL", "api.github.com", "plain URL"),
        ("GITHUB_API_URL", "https://host:99999", "not a URL"),
        ("PUBLIC_URL", "covgate.example", "plain URL"),
        ("PUBLIC_URL", "ftp://covgate.example", "https:// or http://"),
        ("CA_BUNDLE", "/no/such/file", "names no file"),
        ("FLOOR_FILE", "/no/such/file", "names no file"),
        ("HTTPS_PROXY", "proxy:3128", "such as http://"),
        ("EGRESS_ALLOW", "10.0.0.0/8,ex ample", "host names"),
        ("ADMIN_HOST", "0.0.0.0", "COVGATE_ADMIN_TOKEN"),
    ],
)
def test_a_wrong_value_is_named_with_what_it_must_be(environment: Environment, name: str, value: str, reason: str):
    """One line, the setting's name, no value."""
    message = refused(environment, **{name: value})
    assert PREFIX in message
    assert reason in message


def test_githubs_website_follows_from_its_api(environment: Environment):
    """github.com, data residency, a server of one's own, the sandbox."""
    pairs = {
        "https://api.github.com/": "https://github.com",
        "https://api.octocorp.ghe.com": "https://octocorp.ghe.com",
        "https://github.example/api/v3": "https://github.example",
        "https://api.example/api/v3": "https://api.example",
        "http://127.0.0.1:4000": "http://127.0.0.1:4000",
    }
    assert {api: environment(GITHUB_API_URL=api).html_url for api in pairs} == pairs


def test_a_misspelt_setting_is_not_overlooked(environment: Environment):
    """Somebody believes it to be in force. What Kubernetes makes up from a service's name is let be."""
    assert refused(environment, WEBHOOK_SECERT="x").endswith(
        "COVGATE_WEBHOOK_SECERT is no setting; COVGATE_WEBHOOK_SECRET is"
    )
    assert environment(WEBHOOK_SECERT=None, SERVICE_HOST="10.0.0.1", PORT_8000_TCP_ADDR="10.0.0.1", CORPUS="/x")


def test_T26_secrets_are_not_shown(environment: Environment, key: str):
    """Neither when the settings are printed nor in their dump's text."""
    settings = environment(DATABASE_URL="postgresql://u:hunter2@db/covgate", HTTPS_PROXY="http://u:hunter2@proxy:1")
    for text in (repr(settings), str(settings)):
        assert SECRET not in text
        assert "hunter2" not in text
        assert key[100:150] not in text


def test_the_documented_table_is_the_code():
    """Every setting, its default and its meaning, in order."""
    rows = re.findall(r"^\| `(COVGATE_\w+)` \| (.*?) \| (.*) \|$", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == [
        (setting.name, f"`{setting.default}`" if setting.default else "none", setting.meaning)
        for setting in described()
    ]
