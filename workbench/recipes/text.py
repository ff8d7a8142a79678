"""A recipe as YAML: a list of names, each with its fields. A field that is left out has its default.

    - StructuredPruning:
        ratio: 0.5
    - StaticQuantization

What is read may come from anywhere, so it is read narrowly: plain values only, no tags, no anchors and aliases, no key
twice, no more than 64 KiB.
"""

from collections.abc import Iterable
from typing import Any

from workbench.errors import InputError
from workbench.words import Part, part

LARGEST = 65_536
"""So many characters at most."""

_LINE_ENDS = "\x85\u2028\u2029"


def write(steps: Iterable[tuple[str, dict[str, Any]]]) -> str:
    import yaml

    told = [{name: fields} if fields else name for name, fields in steps]
    text = str(yaml.safe_dump(told, sort_keys=False, allow_unicode=True, default_flow_style=False, width=1000))
    if any(line_end in text for line_end in _LINE_ENDS):  # unescaped, they are read back as a space
        text = str(yaml.safe_dump(told, sort_keys=False, default_flow_style=False, width=1000))
    return text


def read(source: str) -> list[tuple[str, dict[str, Any]]]:
    """Names and fields, in order. Raises `InputError` for everything else."""
    if not isinstance(source, str):
        raise InputError("recipe-shape", why=part("text-of-type", found=type(source).__name__))
    if len(source) > LARGEST:
        raise InputError("recipe-shape", why=part("text-long", count=len(source), most=LARGEST))
    found = _loaded(source)
    if not isinstance(found, list):
        raise InputError("recipe-shape", why=part("text-no-list"))
    return [_step(entry) for entry in found]


def _step(entry: Any) -> tuple[str, dict[str, Any]]:
    if isinstance(entry, str):
        return entry, {}
    if isinstance(entry, dict) and len(entry) == 1:
        ((name, fields),) = entry.items()
        fields = {} if fields is None else fields
        if isinstance(name, str) and isinstance(fields, dict) and all(isinstance(k, str) for k in fields):
            return name, fields
    raise InputError("recipe-shape", why=part("text-entry", entry=repr(entry)[:60]))


def _loaded(source: str) -> Any:
    import yaml

    class Narrow(yaml.SafeLoader):
        """No anchors, no aliases, and no key twice."""

        def compose_node(self, parent: Any, index: Any) -> Any:
            event = self.peek_event()
            if getattr(event, "anchor", None) is not None:
                raise _Refused(part("text-anchors"))
            if getattr(event, "tag", None) is not None:
                raise _Refused(part("text-tags"))
            return super().compose_node(parent, index)

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            keys = [key.value for key, _ in node.value]
            twice = next((k for n, k in enumerate(keys) if k in keys[:n]), None)
            if twice is not None:
                raise _Refused(part("text-twice", key=str(twice)))
            return super().construct_mapping(node, deep=deep)

    try:
        return yaml.load(source, Loader=Narrow)  # a SafeLoader
    except _Refused as refused:
        raise InputError("recipe-shape", why=refused.why) from None
    except Exception as error:  # a parser that meets hostile text fails in many ways: depth, digits, dates
        raise InputError("recipe-shape", why=_why(error)) from error


class _Refused(Exception):
    """What YAML allows, and a recipe does not."""

    def __init__(self, why: Part) -> None:
        self.why = why


def _why(error: Exception) -> str | Part:
    """What is wrong, and in which line where the parser knows."""
    why = (str(getattr(error, "problem", None) or error).splitlines() or [type(error).__name__])[0][:160]
    mark = getattr(error, "problem_mark", None)
    return why if mark is None else part("text-line", line=mark.line + 1, why=why)
