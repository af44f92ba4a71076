"""Alembic's folder, inside the package so that an installed covgate can bring its database up to date."""
