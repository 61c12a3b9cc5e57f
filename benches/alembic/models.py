"""200 tables of 10 columns and 3 indexes: the same ones as in crates/autogenerate/examples/check.rs."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Double,
    Identity,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()

for number in range(200):
    name = f"t{number:03}"
    Table(
        name,
        metadata,
        Column("id", BigInteger, Identity(), primary_key=True),
        Column("parent_id", BigInteger),
        Column("name", String(200), nullable=False),
        Column("note", Text),
        Column("quantity", Integer, nullable=False, server_default=text("0")),
        Column("price", Double),
        Column("active", Boolean, nullable=False, server_default=text("true")),
        Column("attributes", JSONB, nullable=False, server_default=text("'{}'")),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
        Column("updated_at", DateTime(timezone=True)),
        Index(f"{name}_parent_id_idx", "parent_id"),
        Index(f"{name}_name_idx", "name"),
        Index(f"{name}_created_at_id_idx", text("created_at DESC"), text("id DESC")),
    )
