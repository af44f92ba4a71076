"""covgate: reports come in, are parsed, compared with the base, gated, rendered, and go out."""

__version__ = "0.1.0"
