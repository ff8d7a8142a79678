"""What is public is complete: names, type checkers' names, the drawn tree of errors."""

import ast
import importlib
import inspect
import re

import pytest

import workbench
from workbench import errors


def test_every_public_name_is_there():
    assert [name for name in workbench.__all__ if not hasattr(workbench, name)] == []
    assert len(set(workbench.__all__)) == len(workbench.__all__) and dir(workbench) == workbench.__all__


def test_type_checkers_see_the_same_names(library):
    (block,) = [n for n in library["workbench"].body if isinstance(n, ast.If)]
    seen = {alias.name: node.module for node in block.body for alias in node.names}
    expected = {name: f"workbench.{room}" for name, room in workbench._NAMES.items()}
    assert seen == expected | dict.fromkeys(workbench._ROOMS, "workbench")


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = workbench.no_such_name


@pytest.mark.parametrize("room", workbench._ROOMS)
def test_rooms_name_what_they_offer(room):
    module = importlib.import_module(f"workbench.{room}")
    if not hasattr(module, "__path__"):
        return
    offered = {n for n, v in vars(module).items() if not n.startswith("_") and (inspect.isclass(v) or inspect.isfunction(v))}
    assert all(hasattr(module, name) for name in module.__all__)
    own = {n for n in offered if getattr(module, n).__module__.startswith("workbench.")}
    assert own - set(module.__all__) == set(), f"workbench.{room} imports these and leaves them out of __all__"


def test_the_tree_of_errors_is_drawn_as_it_is():
    drawn, path = {}, []
    for line in errors.__doc__.splitlines():
        found = re.match(r"( {4}[ │├└─]*)(\w+) {2,}\S", line)
        if found:
            depth = (len(found[1]) - 4) // 4
            drawn[found[2]] = path[depth - 1] if depth else "Exception"
            path[depth:] = [found[2]]
    real = {n: c.__base__.__name__ for n, c in vars(errors).items() if inspect.isclass(c) and issubclass(c, Exception)}
    assert drawn == real


def test_every_error_crosses_as_json_and_as_pickle():
    import pickle

    for kind in [c for c in vars(errors).values() if inspect.isclass(c) and issubclass(c, errors.WorkbenchError)]:
        error = kind("not-json", path="a.json", why="it ends early")
        for copy in (errors.from_json(error.to_json()), pickle.loads(pickle.dumps(error))):
            assert (
                type(copy) is kind
                and copy.code == "not-json"
                and str(copy) == str(error) == "a.json is not JSON that can be read: it ends early."
            )
