"""The store stays bounded: steps that no study refers to go, oldest first, when it is larger than it may be."""

import os
import time

from workbench.objects import Objects
from workbench.records import Records

LIMIT = 20_000_000_000
"""Bytes, unless WORKBENCH_STORE_BYTES says another number."""

PAUSE = 3600.0
"""Seconds from one look at the store to the next: looking reads the size of every file."""


def sweep(records: Records, objects: Objects, pause: float = PAUSE) -> int:
    """Takes away what nothing refers to, down to the limit; returns how many bytes went."""
    stamp = objects.root / ".swept"
    if stamp.exists() and time.time() - stamp.stat().st_mtime < pause:
        return 0
    stamp.touch()
    return objects.sweep(int(os.environ.get("WORKBENCH_STORE_BYTES", LIMIT)), referred(records))


def referred(records: Records) -> set[str]:
    """The keys that rows name: candidates' folders, studies' weights, networks and data."""
    keys = set()
    for study in records.studies():
        keys |= {study.model["weights"], study.model["code"], *_digests(study.task["source"])}
        keys |= {row.object for row in records.candidates(study.name)}
    return {key for key in keys if key}


def _digests(source: object) -> list[str]:
    """Every text in a task's source that is long enough to be a key."""
    if isinstance(source, dict):
        return [d for value in source.values() for d in _digests(value)]
    if isinstance(source, list):
        return [d for value in source for d in _digests(value)]
    return [source] if isinstance(source, str) and len(source) == 64 else []
