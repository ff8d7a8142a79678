"""Arrays of a person's own task in the object store, so that another process finds them by digest.

One object holds train and validation and what is asked of them, another one the test split: what is chosen on
validation does not even know the name of the test data. Files are plain .npy, never a pickle.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import InputError
from workbench.files import Digest, digest_json
from workbench.objects import Objects
from workbench.tasks.assembly import assemble
from workbench.tasks.task import Array, Inputs, Split, StoredSplit, Task


def located(task: Task) -> Task:
    """The task with the keys of its arrays as its source. Nothing is written before somebody asks for its `spec`."""
    key = digest_json({"snapshot": 1, "data": task.digest, **_described(task)})
    test = digest_json({"snapshot": 1, "test": task.test.digest})
    return replace(task, source={"objects": key, "test": test}, keep=keep)


def keep(task: Task) -> None:
    """Writes the task's arrays into the store, where they are not there yet."""
    objects = Objects()
    if not objects.folder(task.source["objects"]).is_dir():
        objects.put(task.source["objects"], lambda folder: _write(folder, (task.train, task.validation), _described(task)))
    if not objects.folder(task.source["test"]).is_dir():
        objects.put(task.source["test"], lambda folder: _write(folder, (task.test,), {}))


def read(name: str, source: Mapping[str, Any]) -> Task:
    """The task whose arrays lie under the keys of `source`; `InputError` where they are gone or damaged."""
    data, test = source["objects"], source["test"]
    asked = json.loads((_folder(name, data) / "task.json").read_text(encoding="utf-8"))
    _folder(name, test)
    splits = (_stored(name, data, "train"), _stored(name, data, "validation"), _stored(name, test, "test"))
    asked["classes"] = tuple(asked["classes"])
    return assemble(splits=splits, source=source, **asked)


def _stored(name: str, key: Digest, split: str) -> Split:
    return StoredSplit(split, lambda: _arrays(_folder(name, key), split))


def _described(task: Task) -> dict[str, Any]:
    asked = {"name": task.name, "kind": task.kind, "classes": list(task.classes)}
    return asked | {"preprocessing": dict(task.preprocessing), "licence": task.licence}


def _folder(name: str, key: Digest) -> Path:
    folder = Objects().get(key)
    if folder is None:
        raise InputError("data-gone", name=name)
    return folder


def _write(folder: Path, splits: tuple[Split, ...], asked: Mapping[str, Any]) -> None:
    for split in splits:
        files = [_save(folder, f"{split.name}-{k}", array) for k, array in enumerate(split.arrays.values())]
        names = list(split.inputs) if isinstance(split.inputs, dict) else None
        targets = None if split.targets is None else _save(folder, f"{split.name}-targets", split.targets)
        index = {"names": names, "inputs": files, "targets": targets}
        (folder / f"{split.name}.json").write_text(json.dumps(index), encoding="utf-8")
    (folder / "task.json").write_text(json.dumps(dict(asked)), encoding="utf-8")


def _save(folder: Path, name: str, array: Array) -> str:
    np.save(folder / f"{name}.npy", array, allow_pickle=False)
    return f"{name}.npy"


def _arrays(folder: Path, name: str) -> tuple[Inputs, Array | None]:
    index = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    arrays = [np.load(folder / file, allow_pickle=False) for file in index["inputs"]]
    inputs: Inputs = arrays[0] if index["names"] is None else dict(zip(index["names"], arrays, strict=True))
    targets = None if index["targets"] is None else np.load(folder / index["targets"], allow_pickle=False)
    return inputs, targets
