"""Everything that the library says to people: a code and its fields give one sentence, in English or in Chinese.

One file per room, so that a sentence is found beside its neighbours; `zh` has the same rooms and the same codes. Voice:
present tense, the fact first, then the way out. What is kept or handed on is the code, and it is said where somebody reads,
in the language of that place (`language`); files, logs and the command are in English.
"""

import difflib
import importlib
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

LANGUAGES = ("en", "zh")

_language: ContextVar[str] = ContextVar("language", default="en")

_FILES: tuple[str, ...] = (
    "parts",
    "files",
    "jobs",
    "knobs",
    "tasks",
    "models",
    "training",
    "techniques",
    "recipes",
    "graphs",
    "export",
    "measure",
)
_FILES += ("plots", "receipts", "study", "publish", "cli", "page")


@contextmanager
def language(name: str) -> Iterator[None]:
    """What is said within it is said in this language, one of `LANGUAGES`. A thread that is begun within it speaks English."""
    if name not in LANGUAGES:
        raise ValueError(f"{name!r} is none of the languages {LANGUAGES}")
    before = _language.set(name)
    try:
        yield
    finally:
        _language.reset(before)


def spoken() -> str:
    """The language in which is said here and now."""
    return _language.get()


@cache
def sentences(language: str = "en") -> dict[str, str]:
    """Every code and its sentence, with `{field}` where a field goes."""
    room = "workbench.words" if language == "en" else f"workbench.words.{language}"
    merged: dict[str, str] = {}
    for name in _FILES:
        for code, sentence in importlib.import_module(f"{room}.{name}").SENTENCES.items():
            if code in merged:
                raise ValueError(f"the code {code!r} has two sentences")
            merged[code] = sentence
    return merged


def say(code: str, /, **fields: Any) -> str:
    """The sentence of a code; a code that has none (a plug-in's own text) is said as it is, with its fields."""
    sentence = sentences(spoken()).get(code)
    if sentence is None:
        return str(fields["text"]) if "text" in fields else " ".join([code, *(f"{k}={v}" for k, v in fields.items())])
    return sentence.format_map(_Fields(fields))


class Part(dict[str, Any]):
    """A field that is words itself: {"code", "fields"}, which is JSON, and is said as late as the sentence that it stands in."""

    def __str__(self) -> str:
        return say(self["code"], **self["fields"])


def part(code: str, /, **fields: Any) -> Part:
    """Words for a field, by their code. Their own fields are JSON values, or parts."""
    return Part(code=code, fields=fields)


class _Fields(dict[str, Any]):
    """A field that was forgotten shows its name: an error that cannot be said would hide what happened."""

    def __getitem__(self, name: str) -> Any:
        value = super().__getitem__(name)
        return Part(value) if isinstance(value, dict) and value.keys() == {"code", "fields"} else value

    def __missing__(self, name: str) -> str:
        return name


def nearest(name: str, options: Iterable[str]) -> str:
    """The option that is spelled most like the name; all of them, joined by commas, when none is near.

    An option that begins with the name, has it as its initials ("lr" of learning_rate), or contains it, goes before one
    that is only spelled alike.
    """
    known, asked = sorted(options), name.lower()
    means: tuple[Callable[[str], bool], ...] = (
        lambda o: o == asked,
        lambda o: o.startswith(asked),
        lambda o: "".join(part[:1] for part in re.split(r"[^a-z0-9]+", o)) == asked,
        lambda o: len(asked) > 2 and asked in o,
    )
    for mean in means if asked else ():
        found = [o for o in known if mean(o.lower())]
        if found:
            return min(found, key=len)
    close = difflib.get_close_matches(asked, [o.lower() for o in known], 1, 0.5)
    return next(o for o in known if o.lower() == close[0]) if close else ", ".join(known)
