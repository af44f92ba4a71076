"""What covgate keeps: the inbox, the jobs, what it has said and what it has measured, on SQLite or PostgreSQL.

``opening.open_store`` is the one way in. SQLAlchemy, Alembic, psycopg and dbos are known here alone.
"""
