"""Tells Alembic which models there are, and where the database is."""

import os

from alembic import context
from sqlalchemy import create_engine

from models import metadata

# The table in which sqlx keeps its books is nobody's model.
IGNORED = {"_sqlx_migrations"}

url = os.environ["DATABASE_URL"].replace("postgres://", "postgresql+psycopg://", 1)
with create_engine(url).connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_name=lambda name, kind, _parents: kind != "table" or name not in IGNORED,
    )
    with context.begin_transaction():
        context.run_migrations()
