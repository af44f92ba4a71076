"""Names of files out of URIs, as SARIF and Dart write them (RFC 8089, RFC 3986)."""

from __future__ import annotations

import re

SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
"""How an absolute URI begins; one letter and a colon are a drive of Windows."""

_FILE = re.compile(r"file:(?://([^/]*))?(/.*)?", re.IGNORECASE | re.DOTALL)
_DRIVE = re.compile(r"/[A-Za-z]:(?:/|\Z)")
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")


def path_of(uri: str) -> str:
    """The name of the file that *uri* means: decoded where it is a relative reference or of the scheme ``file``, as
    written where it is of another.
    """
    found = _FILE.fullmatch(uri)
    if found is None:
        return uri if SCHEME.match(uri) else _decoded(uri)
    host, path = found[1] or "", _decoded(found[2] or "/")
    if host and host.lower() != "localhost":
        return f"//{host}{path}"
    return path[1:] if _DRIVE.match(path) else path


def _decoded(uri: str) -> str:
    if "%" not in uri:
        return uri
    plain = _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), uri.encode())
    return plain.decode(errors="replace")
