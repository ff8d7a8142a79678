"""Panels as anywidgets: each shows one part of a `Session`, and asks it to do what a person wants done."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import traitlets

from workbench import words
from workbench.plots.bundle import ASSETS, script, styles
from workbench_widgets.session import PANELS, Session

OWN = Path(__file__).parent / "assets"
_STYLES = ("tokens.css", "frame.css", "frontier.css", *(f"{name}.css" for name in PANELS if name != "frontier"), "page.css")


class Panel(anywidget.AnyWidget):
    """Panels of one session, by name. Two widgets over one session stay in step.

    Every value that is shown is a trait of the panel's name, a dict of JSON values, and can be observed and linked.
    """

    _esm = script("index.js", (OWN / "js", ASSETS / "js"))
    _css = styles(_STYLES, (OWN / "css", ASSETS / "css"))
    shown: ClassVar[tuple[str, ...]] = ()
    also: ClassVar[tuple[str, ...]] = ()
    """Values of other panels that these ones read."""

    _links: Sequence[traitlets.directional_link] = ()

    panels = traitlets.List(traitlets.Unicode()).tag(sync=True)
    language = traitlets.Unicode("").tag(sync=True)
    """ "en" or "zh"; empty is the browser's, which tells when it is not English. The session's panels are in one language."""

    load = traitlets.Dict().tag(sync=True)
    model = traitlets.Dict().tag(sync=True)
    recipe = traitlets.Dict().tag(sync=True)
    files = traitlets.Dict().tag(sync=True)
    frontier = traitlets.Dict().tag(sync=True)
    run = traitlets.Dict().tag(sync=True)
    compare = traitlets.Dict().tag(sync=True)
    publish = traitlets.Dict().tag(sync=True)
    code = traitlets.Dict().tag(sync=True)

    def __init__(self, session: Session | None = None, **traits: Any) -> None:
        self.session = session or Session()
        super().__init__(panels=list(self.shown), **traits)
        names = [n for n in PANELS if n in (*self.shown, *self.also)]
        names += ["files", "code"] if "frontier" in names else ["code"]
        self._links = [traitlets.dlink((self.session, name), (self, name)) for name in names]
        self.on_msg(self._heard)
        if not self.language and self.session.language != "en":
            self.language = self.session.language
        self.observe(lambda _: self._speak(), "language")
        self.session.observe(self._follow, "language")
        self._speak()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.session.describe(self.shown)})"

    def close(self) -> None:
        """Takes the widget away; the session, which may be shown by others, forgets it."""
        if self._links:
            self.session.unobserve(self._follow, "language")
        for link in self._links:
            link.unlink()
        self._links = ()
        super().close()

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Beside the widget its values as a table, for where no kernel is."""
        bundle = super()._repr_mimebundle_(**kwargs)
        shown = self.session.still(self.shown)
        return ({**bundle[0], "text/html": shown}, bundle[1]) if bundle is not None and shown else bundle

    def _speak(self) -> None:
        if self.language in words.LANGUAGES:
            self.session.language = self.language

    def _follow(self, change: Any) -> None:
        self.language = change["new"]

    def _heard(self, _: Any, content: Any, buffers: list[Any]) -> None:
        if not isinstance(content, dict) or "ask" not in content:
            return
        self.session.watch.wake()
        if content["ask"] == "ping":
            self.send({"pong": True})
            return
        fields = {name: value for name, value in content.items() if name not in ("ask", "number")}
        answer = self.session.do(content["ask"], fields, buffers)
        if "number" in content:
            raw = isinstance(answer, bytes)
            self.send({"answer": content["number"], "value": None if raw else answer}, [answer] if raw else None)


class Load(Panel):
    """What is worked on: an example, or a model and data of one's own."""

    shown = ("load",)


class Model(Panel):
    """The model's layers, and what the recipe would leave of each."""

    shown = ("model",)
    also = ("recipe",)


class Recipe(Panel):
    """The steps, as cards with sliders, and what they would give."""

    shown = ("recipe",)
    also = ("model",)


class Frontier(Panel):
    """Every measured file, any two measures against each other."""

    shown = ("frontier",)
    also = ("recipe", "model", "publish")


class Run(Panel):
    """What is running, waiting and done."""

    shown = ("run",)


class Compare(Panel):
    """Two to five files side by side."""

    shown = ("compare",)


class Publish(Panel):
    """The file in hand becomes an artifact."""

    shown = ("publish",)


class Page(Panel):
    """All panels, one below the other."""

    shown = PANELS
