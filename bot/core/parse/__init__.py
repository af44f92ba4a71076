"""Bytes into model, one file a format, chosen by content."""
