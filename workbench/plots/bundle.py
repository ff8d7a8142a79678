"""Plain ES modules joined into the one text that a widget or a saved page takes: no bundler, no build step.

Modules are files that a browser or node can import as they are. Joined, each is a function that is called once, after those
that it imports, and gives what it exports; its other names stay its own.
"""

import re
from collections.abc import Sequence
from pathlib import Path

ASSETS = Path(__file__).parent / "assets"

_IMPORT = re.compile(r'^import\s+(?:(\{[^}]*\})\s+from\s+)?"\./([\w.-]+\.js)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=((?:async )?function\*?|class|const|let) (\w+))", re.MULTILINE)
_DEFAULT = re.compile(r"^export default (.+);$", re.MULTILINE)


def script(entry: str, folders: Sequence[Path] = (ASSETS / "js",)) -> str:
    """The module `entry` with all that it imports, found by name in `folders`; its default export stays one."""
    done: dict[str, str] = {}
    _add(entry, folders, done)
    end = [f"export default {_called(entry)}.default;"] if _DEFAULT.search(_read(entry, folders)) else []
    return "\n".join([*done.values(), *end, ""])


def styles(names: Sequence[str], folders: Sequence[Path] = (ASSETS / "css",)) -> str:
    """Style sheets one after the other."""
    return "\n".join(_read(name, folders) for name in names)


def _add(name: str, folders: Sequence[Path], done: dict[str, str]) -> None:
    if name in done:
        return
    text = _read(name, folders)
    for _, imported in _IMPORT.findall(text):
        _add(imported, folders, done)
    done[name] = _as_function(name, text)


def _as_function(name: str, text: str) -> str:
    given = [exported for _, exported in _EXPORT.findall(text)]
    body = _IMPORT.sub(lambda m: f"const {m[1]} = {_called(m[2])};" if m[1] else "", text)
    body = _DEFAULT.sub(r"const $default = \1;", _EXPORT.sub("", body))
    given += ["default: $default"] if "const $default" in body else []
    return f"const {_called(name)} = (() => {{\n{body}return {{ {', '.join(given)} }};\n}})();"


def _called(name: str) -> str:
    return "$" + re.sub(r"\W", "_", name.removesuffix(".js"))


def _read(name: str, folders: Sequence[Path]) -> str:
    return next(folder / name for folder in folders if (folder / name).exists()).read_text(encoding="utf-8")
