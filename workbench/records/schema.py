"""The tables themselves (SQLAlchemy Core): what is kept of studies, candidates, notes and published versions."""

import sqlalchemy as sa

meta = sa.MetaData()

studies = sa.Table(
    "studies",
    meta,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("task", sa.JSON, nullable=False),
    sa.Column("model", sa.JSON, nullable=False),
    sa.Column("identity", sa.JSON, nullable=False),
    sa.Column("seed", sa.Integer, nullable=False),
    sa.Column("looks", sa.Integer, nullable=False, default=0),
    sa.Column("created", sa.Float, nullable=False),
)

candidates = sa.Table(
    "candidates",
    meta,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("study", sa.ForeignKey("studies.name"), nullable=False, index=True),
    sa.Column("digest", sa.String, nullable=False),
    sa.Column("recipe", sa.JSON, nullable=False),
    sa.Column("status", sa.String, nullable=False),
    sa.Column("reason", sa.JSON),
    sa.Column("job", sa.String),
    sa.Column("object", sa.String),
    sa.Column("reports", sa.JSON, nullable=False),
    sa.Column("measures", sa.JSON, nullable=False),
    sa.Column("lineage", sa.JSON, nullable=False),
    sa.Column("created", sa.Float, nullable=False),
    sa.UniqueConstraint("study", "digest"),
)

versions = sa.Table(
    "versions",
    meta,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("study", sa.String, nullable=False),
    sa.Column("digest", sa.String, nullable=False),
    sa.Column("file_digest", sa.String, nullable=False),
    sa.Column("path", sa.String, nullable=False),
    sa.Column("created", sa.Float, nullable=False),
)

aliases = sa.Table(
    "aliases",
    meta,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("alias", sa.String, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
)

notes = sa.Table(
    "notes",
    meta,
    sa.Column("candidate", sa.ForeignKey("candidates.id"), primary_key=True),
    sa.Column("kind", sa.String, primary_key=True),
    sa.Column("value", sa.JSON, nullable=False),
)
