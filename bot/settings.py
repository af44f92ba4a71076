"""What an operator sets: environment variables named ``COVGATE_*``, read once at start and refused if any is wrong.

There is no default secret, and no message repeats a value. ``docs/configuration.md`` holds this table for readers.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.core.model.errors import CovgateError
from bot.core.model.policy import Mode

PREFIX = "COVGATE_"
SHORTEST_SECRET = 32
"""Bytes that a webhook secret must have."""

_WELL_KNOWN = ("development", "changeme", "password", "testing", "webhook", "default", "example", "secret")
"""Words that stand in examples and in the defaults that other services ship."""

_SHIPPED = "testixik"
"""How the webhook secret begins that another coverage service has as its default."""

_LEAST_OWN = 16
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")


class SettingsError(CovgateError):
    """A setting that is missing or wrong, by name, in one line that says what it must be."""


# --- values: text in, checked ------------------------------------------------------------------------------------


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise ValueError("is not a URL") from None
    if not parts.hostname or parts.username is not None or parts.query or parts.fragment:
        raise ValueError("must be a plain URL: scheme, host and perhaps a path, without a user, query or fragment")
    return parts


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _api_url(url: str) -> str:
    parts = _split(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(parts.hostname or "")):
        raise ValueError("must begin with https:// (http:// only for this machine)")
    if parts.hostname == "github.com":
        raise ValueError("is the website; the API is at https://api.github.com")
    return url.rstrip("/")


def _public_url(url: str) -> str:
    if url and _split(url).scheme not in ("http", "https"):
        raise ValueError("must begin with https:// or http://")
    return url.rstrip("/")


def _proxy(url: str) -> str:
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise ValueError("must be a URL such as http://proxy.example:3128")
    return url


def _port(value: Any) -> Any:
    if isinstance(value, str) and value.startswith("tcp://"):
        raise ValueError("is what Kubernetes sets for a service named covgate; set it yourself, or rename the service")
    return value


def _secret(secret: SecretStr) -> SecretStr:
    """At least 32 bytes, and not made of words that everybody knows or of one thing repeated."""
    text = secret.get_secret_value()
    if text != text.strip():
        raise ValueError("begins or ends with white space; a copied line break, perhaps")
    if len(text.encode()) < SHORTEST_SECRET:
        raise ValueError(f"must be {SHORTEST_SECRET} bytes or more; make one with: openssl rand -hex 32")
    own = text.casefold()
    for word in _WELL_KNOWN:
        own = own.replace(word, "")
    period = (own + own).find(own, 1) if own else 0
    if min(len(own), period) < _LEAST_OWN or own.startswith(_SHIPPED):
        raise ValueError("can be guessed; make one with: openssl rand -hex 32")
    return secret


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise ValueError("names no file that can be read")
    return path


def _hosts(value: object) -> object:
    """Host names, addresses or networks, separated by commas."""
    if not isinstance(value, str):
        return value
    hosts = tuple(part.strip() for part in value.split(",") if part.strip())
    for host in hosts:
        if not _HOST.fullmatch(host) and not _is_network(host):
            raise ValueError("must be host names, addresses or networks, separated by commas")
    return hosts


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _pem(secret: SecretStr) -> SecretStr:
    """An RSA private key as GitHub hands it out. A line break may be written as a backslash and an n."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    text = secret.get_secret_value().replace("\\n", "\n").strip() + "\n"
    try:
        key = load_pem_private_key(text.encode(), password=None)
    except (ValueError, TypeError):
        raise ValueError("is not a private key in PEM form without a passphrase") from None
    if not isinstance(key, RSAPrivateKey) or key.key_size < 2048:
        raise ValueError("is not an RSA key of 2048 bits or more, as GitHub makes them")
    return SecretStr(text)


Port = Annotated[int, BeforeValidator(_port), Field(ge=1, le=65535)]
File = Annotated[Path, AfterValidator(_existing)]
WebhookSecret = Annotated[SecretStr, AfterValidator(_secret)]
Pem = Annotated[SecretStr, AfterValidator(_pem)]


# --- the settings ------------------------------------------------------------------------------------------------


class Settings(BaseSettings):
    """Every setting. Read them with ``load_settings``."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="ignore", hide_input_in_errors=True, validate_default=False
    )

    role: Literal["all", "web", "worker"] = Field(
        default="all", description="What this process does: take deliveries and serve pages, judge, or both."
    )
    host: str = Field(default="127.0.0.1", description="Address to listen at; the container sets 0.0.0.0.")
    port: Port = Field(default=8000, description="Port to listen at.")
    public_url: Annotated[str, AfterValidator(_public_url)] = Field(
        default="",
        description="Where people reach the service, for links; without it check runs and comments have none.",
    )
    database_url: str = Field(
        default="sqlite:///covgate.db",
        repr=False,
        description="`sqlite:///FILE`, or `postgresql://USER:PASSWORD@HOST/NAME` to run several processes.",
    )
    github_api_url: Annotated[str, AfterValidator(_api_url)] = Field(
        default="https://api.github.com",
        description="GitHub's API; for GitHub Enterprise Server `https://HOST/api/v3`.",
    )
    app_id: Annotated[int, Field(gt=0)] | None = Field(
        default=None, description="The GitHub App's number. Worker needs it."
    )
    private_key: Pem | None = Field(default=None, description="The App's private key, as PEM text. Worker needs it.")
    private_key_file: File | None = Field(
        default=None, description="A file that holds the key, instead of the key itself."
    )
    webhook_secret: WebhookSecret | None = Field(
        default=None,
        description="The secret of the App's webhook, 32 bytes or more. Web needs it; there is no default.",
    )
    webhook_secret_previous: WebhookSecret | None = Field(
        default=None, description="The secret before this one, taken as well while it is being changed."
    )
    default_mode: Mode = Field(
        default=Mode.REPORT, description="How a repository without a policy is judged: `report`, `enforce` or `off`."
    )
    floor_file: File | None = Field(
        default=None, description="A policy file whose `floor:` no repository can undercut."
    )
    ca_bundle: File | None = Field(
        default=None, description="Certificates to trust instead of the system's, as a PEM file."
    )
    https_proxy: Annotated[str, AfterValidator(_proxy)] | None = Field(
        default=None,
        repr=False,
        description="Proxy for requests to GitHub; other variables for proxies are not heeded.",
    )
    egress_allow: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_hosts)] = Field(
        default=(),
        description="Hosts or networks inside the firewall that notifications may be sent to, with commas between.",
    )
    admin_host: str = Field(default="127.0.0.1", description="Address of the port for operators (metrics).")
    admin_port: Port = Field(default=8001, description="Port for operators.")
    admin_token: SecretStr | None = Field(
        default=None, description="Bearer token for that port; needed where it listens beyond this machine."
    )

    @property
    def is_web(self) -> bool:
        return self.role in ("all", "web")

    @property
    def is_worker(self) -> bool:
        return self.role in ("all", "worker")

    @property
    def webhook_secrets(self) -> tuple[bytes, ...]:
        """The secrets that a delivery may be signed with, the current one first."""
        given = (self.webhook_secret, self.webhook_secret_previous)
        return tuple(secret.get_secret_value().encode() for secret in given if secret is not None)

    @property
    def html_url(self) -> str:
        """GitHub's website, from its API's address."""
        enterprise = self.github_api_url.removesuffix("/api/v3")
        return enterprise if enterprise != self.github_api_url else enterprise.replace("://api.", "://", 1)

    @model_validator(mode="after")
    def _key_from_file(self) -> Self:
        if self.private_key is not None and self.private_key_file is not None:
            raise SettingsError("set either COVGATE_PRIVATE_KEY or COVGATE_PRIVATE_KEY_FILE, not both")
        if self.private_key_file is not None:
            try:
                text = self.private_key_file.read_text(encoding="utf-8")
                self.private_key = _pem(SecretStr(text))
            except (ValueError, OSError) as error:
                raise SettingsError("COVGATE_PRIVATE_KEY_FILE holds no RSA private key in PEM form") from error
        return self

    @model_validator(mode="after")
    def _enough_for_role(self) -> Self:
        missing = [
            name
            for name, value, needed in (
                ("WEBHOOK_SECRET", self.webhook_secret, self.is_web),
                ("APP_ID", self.app_id, self.is_worker),
                ("PRIVATE_KEY or COVGATE_PRIVATE_KEY_FILE", self.private_key, self.is_worker),
                ("ADMIN_TOKEN", self.admin_token, not _is_loopback(self.admin_host)),
            )
            if needed and value is None
        ]
        if missing:
            names = ", ".join(PREFIX + name for name in missing)
            raise SettingsError(f"{names} must be set (docs/configuration.md says to what)")
        return self


def load_settings() -> Settings:
    """The settings in the environment. Raises ``SettingsError`` for the first that is missing, wrong or misspelt."""
    _refuse_misspelt(os.environ)
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = PREFIX + str(first["loc"][0]).upper() if first["loc"] else "the settings"
        cause = first.get("ctx", {}).get("error")
        reason = str(cause) if isinstance(cause, ValueError) else f"cannot be used: {first['msg'].lower()}"
        raise SettingsError(f"{name} {reason}") from None


def _refuse_misspelt(names: Iterable[str]) -> None:
    """A setting nearly named is one that somebody believes to be in force. Other unknown names are let be:
    Kubernetes makes many up from the names of services.
    """
    known = [PREFIX + name.upper() for name in Settings.model_fields]
    for name in sorted(names):
        if name.startswith(PREFIX) and name not in known:
            meant = difflib.get_close_matches(name, known, n=1, cutoff=0.9)
            if meant:
                raise SettingsError(f"{name} is no setting; {meant[0]} is")


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A setting for readers; *default* is empty where there is none."""

    name: str
    default: str
    meaning: str


def described() -> list[Described]:
    """Every setting in the order in which it is documented."""
    return [
        Described(name=PREFIX + name.upper(), default=_shown(field.default), meaning=field.description or "")
        for name, field in Settings.model_fields.items()
    ]


def _shown(default: object) -> str:
    return "" if default is None or default == () else str(default)
