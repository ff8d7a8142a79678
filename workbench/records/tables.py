"""What is read from and written to the tables of studies, candidates, measurements and published versions.

SQLite in WAL mode under the home by default; the variable WORKBENCH_RECORDS names a PostgreSQL URL instead. The
objects are the truth: a row says where they are and what was found.
"""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from workbench.errors import Conflict, StorageError
from workbench.files import home, storage
from workbench.records.schema import aliases as _aliases
from workbench.records.schema import candidates as _candidates
from workbench.records.schema import meta as _meta
from workbench.records.schema import notes as _notes
from workbench.records.schema import studies as _studies
from workbench.records.schema import versions as _versions
from workbench.records.texts import shared_texts
from workbench.records.values import Measurement, Report, Status
from workbench.words import part

BASELINE = "baseline"
"""Stands where a candidate's recipe digest stands: the model as it came, exported and measured."""


@dataclass(frozen=True)
class StudyRow:
    """A study as it is kept: the task's and the model's descriptions; `identity` holds the digests of "data" and "model"."""

    name: str
    task: Mapping[str, Any]
    model: Mapping[str, Any]
    identity: Mapping[str, str]
    seed: int
    looks: int
    created: float


@dataclass(frozen=True)
class CandidateRow:
    """A candidate as it is kept; `digest` is its recipe's, `object` the key of its finished folder, `job` who works on it."""

    id: int
    study: str
    digest: str
    recipe: Sequence[Mapping[str, Any]]
    status: Status
    reason: Mapping[str, Any] | None
    job: str | None
    object: str | None
    reports: tuple[Report, ...]
    measures: Mapping[str, Measurement]
    lineage: Mapping[str, Any]
    created: float


@dataclass(frozen=True)
class VersionRow:
    """A published version: `digest` is the recipe's, `file_digest` the file's, `path` the folder."""

    name: str
    version: int
    study: str
    digest: str
    file_digest: str
    path: str
    created: float


class Records:
    """The tables at `url` (by default the home's `records.db`). Every method is one transaction."""

    def __init__(self, url: str | None = None) -> None:
        self.url = url or os.environ.get("WORKBENCH_RECORDS") or f"sqlite:///{home() / 'records.db'}"
        self.engine = _engine(self.url)

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        with _spoken(self.url), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        """Reading writes too: SQLite makes files of its own beside the database."""
        with _spoken(self.url), self.engine.connect() as connection:
            yield connection

    # studies

    def found_study(self, name: str, identity: Mapping[str, str], asked: Mapping[str, Any], made: Mapping[str, Any]) -> None:
        """Keeps a study and its measured baseline, in one transaction: there is never one without the other.

        `asked` are the columns of the study, `made` what `finish` takes of the baseline. `Conflict` where a study of that
        name and another identity is there; of the same identity, its baseline is put right.
        """
        study = {"name": name, "identity": dict(identity), "looks": 0, "created": time.time(), **asked}
        row = {"study": name, "digest": BASELINE, "recipe": [], "created": time.time(), **_finished(**made)}
        where = (_candidates.c.study == name) & (_candidates.c.digest == BASELINE)
        try:
            with self._writing() as c:
                c.execute(_studies.insert().values(**study))
                c.execute(_candidates.insert().values(**row))
        except sa.exc.IntegrityError:
            there = self.study(name)
            if there is None or dict(there.identity) != dict(identity):
                raise Conflict("study-differs", name=name, what=part("what-either")) from None
            with self._writing() as c:
                c.execute(_candidates.update().where(where).values(**_finished(**made)))

    def study(self, name: str) -> StudyRow | None:
        with self._reading() as c:
            row = c.execute(_studies.select().where(_studies.c.name == name)).mappings().first()
        return StudyRow(**row) if row else None

    def studies(self) -> list[StudyRow]:
        """All studies, oldest first."""
        with self._reading() as c:
            return [StudyRow(**row) for row in c.execute(_studies.select().order_by(_studies.c.created)).mappings()]

    def count_look(self, study: str) -> int:
        """Adds one to the looks at a study's test split; returns how many there are now."""
        with self._writing() as c:
            c.execute(_studies.update().where(_studies.c.name == study).values(looks=_studies.c.looks + 1))
            return int(c.execute(sa.select(_studies.c.looks).where(_studies.c.name == study)).scalar_one())

    # candidates

    def claim(self, study: str, digest: str, recipe: Sequence[Mapping[str, Any]]) -> CandidateRow:
        """The candidate of a recipe in a study, made when it is not there: one candidate per recipe."""
        found = self.candidate(study, digest)
        if found is not None:
            return found
        row = {"study": study, "digest": digest, "recipe": list(recipe), "status": "interrupted", "created": time.time()}
        try:
            with self._writing() as c:
                c.execute(_candidates.insert().values(**row, reports=[], measures={}, lineage={}))
        except sa.exc.IntegrityError:
            pass  # another process was first: its row is the one
        found = self.candidate(study, digest)
        assert found is not None
        return found

    def candidate(self, study: str, digest: str) -> CandidateRow | None:
        where = (_candidates.c.study == study) & (_candidates.c.digest == digest)
        with self._reading() as c:
            row = c.execute(_candidates.select().where(where)).mappings().first()
        return _candidate(row) if row else None

    def place(self, candidate: CandidateRow) -> int:
        """The candidate's place among those of its study, in the order of their making, from 1 on; the baseline has none."""
        before = (_candidates.c.study == candidate.study) & (_candidates.c.id <= candidate.id)
        counted = before & (_candidates.c.digest != BASELINE)
        with self._reading() as c:
            return int(c.execute(sa.select(sa.func.count()).where(counted)).scalar_one())

    def candidates(self, study: str) -> list[CandidateRow]:
        """A study's candidates in the order of their making. One that is over is read once by this process: it changes only
        by another job."""
        row, over = _candidates.c, _over(self.url, study)
        asked = sa.select(row.id, *(row[name] for name in _STATE)).where(row.study == study).order_by(row.id)
        with self._reading() as c:
            states = {id: tuple(state) for id, *state in c.execute(asked)}
            new = [id for id, state in states.items() if id not in over or over[id][0] != state]
            found: dict[int, CandidateRow] = {}
            for k in range(0, len(new), _AT_ONCE):
                read = c.execute(_candidates.select().where(row.id.in_(new[k : k + _AT_ONCE]))).mappings()
                found |= {r["id"]: _candidate(r) for r in read}
        for id, candidate in found.items():
            if (
                (candidate.job or candidate.status == "measured")
                and candidate.status != "running"
                and candidate.digest != BASELINE
            ):
                over[id] = tuple(getattr(candidate, name) for name in _STATE), candidate
        return [found[id] if id in found else over[id][1] for id in states]

    def running(self, study: str) -> list[CandidateRow]:
        """Those of a study's candidates that somebody works on, in the order of their making."""
        where = (_candidates.c.study == study) & (_candidates.c.status == "running")
        with self._reading() as c:
            return [
                _candidate(row) for row in c.execute(_candidates.select().where(where).order_by(_candidates.c.id)).mappings()
            ]

    def stamp(self, study: str) -> str:
        """Another text whenever a candidate of the study is added, taken up or ends: one small query, whatever their number."""
        row = _candidates.c
        columns = row.status, sa.func.count(), sa.func.max(row.id), sa.func.max(row.job)
        asked = sa.select(*columns).where(row.study == study).group_by(row.status).order_by(row.status)
        with self._reading() as c:
            return repr(c.execute(asked).all())

    def begin(self, candidate: int, job: str) -> None:
        """Says that a job works on the candidate."""
        self._update(candidate, None, {"status": "running", "job": job, "reason": None})

    def finish(
        self,
        candidate: int,
        object: str,
        reports: Sequence[Report],
        measures: Mapping[str, Measurement],
        lineage: Mapping[str, Any],
    ) -> None:
        """Says what the candidate is: its folder, reports and measures, in one transaction."""
        self._update(candidate, None, _finished(object, reports, measures, lineage))

    def fail(self, candidate: int, job: str, status: Status, reason: Mapping[str, Any]) -> None:
        """Says that the candidate failed or was cancelled, and why (`WorkbenchError.to_json()`).

        Nothing is said when another job has taken the candidate on, or has finished it, in the meantime.
        """
        held = (_candidates.c.job == job) & (_candidates.c.status == "running")
        self._update(candidate, held, {"status": status, "reason": dict(reason)})

    def _update(self, candidate: int, where: sa.ColumnElement[bool] | None, values: Mapping[str, Any]) -> None:
        chosen = _candidates.c.id == candidate
        with self._writing() as c:
            c.execute(_candidates.update().where(chosen if where is None else chosen & where).values(**values))

    # what is noted beside candidates

    def note(self, kind: str, values: Mapping[int, Any]) -> None:
        """Keeps a note of a kind beside each of these candidates, in the place of an earlier one."""
        with self._writing() as c:
            for candidate, value in values.items():
                c.execute(_notes.delete().where((_notes.c.candidate == candidate) & (_notes.c.kind == kind)))
                c.execute(_notes.insert().values(candidate=candidate, kind=kind, value=value))

    def notes(self, study: str) -> dict[int, dict[str, Any]]:
        """For each candidate of a study that has notes: their values by kind."""
        asked = sa.select(_notes).join(_candidates).where(_candidates.c.study == study)
        found: dict[int, dict[str, Any]] = {}
        with self._reading() as c:
            for row in c.execute(asked):
                found.setdefault(row.candidate, {})[row.kind] = row.value
        return found

    def stamp_of_notes(self, study: str, kinds: Sequence[str]) -> str:
        """Another text whenever a note of these kinds changes: one query for as many rows as there are such notes."""
        columns = _notes.c.candidate, _notes.c.kind, _notes.c.value
        asked = sa.select(*columns).join(_candidates).where(_candidates.c.study == study, _notes.c.kind.in_(kinds))
        with self._reading() as c:
            return repr(c.execute(asked.order_by(_notes.c.candidate, _notes.c.kind)).all())

    # published versions

    def add_version(self, row: VersionRow) -> None:
        """Keeps a published version; `Conflict` when that number is taken meanwhile."""
        try:
            with self._writing() as c:
                c.execute(_versions.insert().values(**row.__dict__))
        except sa.exc.IntegrityError:
            raise Conflict("version-taken", name=row.name, version=row.version) from None

    def versions(self, name: str) -> list[VersionRow]:
        """The versions under a name, oldest first."""
        asked = _versions.select().where(_versions.c.name == name).order_by(_versions.c.version)
        with self._reading() as c:
            return [VersionRow(**row) for row in c.execute(asked).mappings()]

    def names(self) -> list[str]:
        """Every published name."""
        with self._reading() as c:
            return list(c.execute(sa.select(_versions.c.name).distinct().order_by(_versions.c.name)).scalars())

    def alias(self, name: str, alias: str) -> int | None:
        """The version that an alias of a name stands for."""
        where = (_aliases.c.name == name) & (_aliases.c.alias == alias)
        with self._reading() as c:
            return c.execute(sa.select(_aliases.c.version).where(where)).scalar()

    def aliases(self, name: str) -> dict[str, int]:
        with self._reading() as c:
            rows = c.execute(_aliases.select().where(_aliases.c.name == name)).mappings()
            return {row["alias"]: row["version"] for row in rows}

    def move_alias(self, name: str, alias: str, version: int, expected: int | None) -> bool:
        """Compare and swap: moves the alias only while it still stands for `expected` (None: is not there)."""
        where = (_aliases.c.name == name) & (_aliases.c.alias == alias)
        with self._writing() as c:
            if expected is not None:
                swapped = _aliases.update().where(where & (_aliases.c.version == expected)).values(version=version)
                return c.execute(swapped).rowcount == 1
        try:
            with self._writing() as c:
                c.execute(_aliases.insert().values(name=name, alias=alias, version=version))
            return True
        except sa.exc.IntegrityError:
            return False


_STATE = ("status", "job", "object", "created")
_AT_ONCE = 500
"""Values of one query: SQLite takes so many anywhere."""


@lru_cache(maxsize=2)
def _over(url: str, study: str) -> dict[int, tuple[tuple[Any, ...], CandidateRow]]:
    """Candidates of a study that are over, by their row's id, each with the state in which it was read."""
    return {}


@cache
def _engine(url: str) -> sa.Engine:
    given = {"timeout": 30} if url.startswith("sqlite") else {}
    engine = sa.create_engine(url, connect_args=given, json_deserializer=shared_texts)
    if url.startswith("sqlite"):
        event.listen(engine, "connect", _prepare_sqlite)
    with _spoken(url), engine.begin() as connection:
        for table in _meta.sorted_tables:  # not create_all: it looks first, and another process may make them meanwhile
            connection.execute(sa.schema.CreateTable(table, if_not_exists=True))
            for index in table.indexes:
                connection.execute(sa.schema.CreateIndex(index, if_not_exists=True))
    return engine


@contextmanager
def _spoken(url: str) -> Iterator[None]:
    """Turns what a database says about its disk into a `StorageError` for people."""
    path = url.removeprefix("sqlite:///") if url.startswith("sqlite") else sa.make_url(url).render_as_string()
    with storage(Path(path)):
        try:
            yield
        except sa.exc.OperationalError as error:
            said = str(error.orig)
            if "disk is full" in said or "disk I/O" in said:
                raise StorageError("disk-full", path=path) from error
            if "unable to open" in said or "readonly" in said:
                raise StorageError("not-writable", path=path, why=said) from error
            raise


def _prepare_sqlite(connection: Any, _: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _finished(
    object: str, reports: Sequence[Report], measures: Mapping[str, Measurement], lineage: Mapping[str, Any]
) -> dict[str, Any]:
    """The columns of a candidate that is measured."""
    figures = {name: m.to_json() for name, m in measures.items()}
    told = [r.to_json() for r in reports]
    made = {"object": object, "reports": told, "measures": figures, "lineage": dict(lineage)}
    return {"status": "measured", "reason": None, **made}


def _candidate(row: Any) -> CandidateRow:
    fields = dict(row)
    fields["reports"] = tuple(Report.from_json(r) for r in fields["reports"])
    fields["measures"] = {name: Measurement.from_json(m) for name, m in fields["measures"].items()}
    return CandidateRow(**fields)
