"""What one person has selected, and what each panel shows of it. Results, jobs and names belong to the study, which outlives
the page.

A command comes from a control and returns at once; what takes longer is done by the session's one thread, in order, since a
widget's callback that waits keeps every other callback waiting. Each panel's values are made anew by its view, from the
session and the study as it is on disk.
"""

import threading
import weakref
from collections.abc import Callable, Mapping, Sequence
from queue import Queue
from typing import TYPE_CHECKING, Any

import traitlets

from workbench import words
from workbench_widgets.refusals import kept, sentence
from workbench_widgets.watch import Watch

if TYPE_CHECKING:
    from workbench.recipes import Recipe
    from workbench.study import Study

PANELS = ("load", "model", "recipe", "frontier", "run", "compare", "publish")


class Session(traitlets.HasTraits):
    """`example` or `study_name` is what is worked on ("" before anything is), `steps` the recipe as its cards stand, `chosen`
    the ids of the candidates in hand, the first one before all others.

    A step is {"technique": name, "on": bool, "fields": {...}}. The dict of each panel's name is what that panel shows, in the
    session's `language`; memory and study keep codes, and `repr`, code and saved notebooks are in English.
    """

    example = traitlets.Unicode("")
    study_name = traitlets.Unicode("")
    steps = traitlets.List(traitlets.Dict())
    chosen = traitlets.List(traitlets.Unicode())
    device = traitlets.Unicode("auto")
    language = traitlets.Enum(words.LANGUAGES, "en")

    load = traitlets.Dict()
    model = traitlets.Dict()
    recipe = traitlets.Dict()
    files = traitlets.Dict()
    """What the chart is drawn from: every file's point and its figures. `frontier` says what is looked at, and is small."""
    frontier = traitlets.Dict()
    run = traitlets.Dict()
    compare = traitlets.Dict()
    publish = traitlets.Dict()
    code = traitlets.Dict()

    @traitlets.default("steps")
    def _first_steps(self) -> list[dict[str, Any]]:
        from workbench_widgets.cards import first_steps

        return first_steps()

    def __init__(self, **selected: Any) -> None:
        super().__init__(**selected)
        self.memory: dict[str, Any] = {}
        """What views and commands keep between two calls: a preview in hand, words typed, the last error of a panel."""
        self._lock = threading.RLock()
        self._todo: Queue[Callable[[], None] | None] = Queue()
        self._thread: threading.Thread | None = None
        self.watch = Watch(self)
        self.refresh()
        self.observe(lambda _: self.refresh(), "language")

    def __repr__(self) -> str:
        return f"Session({self.study_name or 'nothing loaded'})"

    def describe(self, panels: Sequence[str]) -> str:
        """What these panels show, in a line that is the same whenever they show the same."""
        from workbench_widgets.views import said

        return "; ".join(filter(None, (said(self, name) for name in panels)))

    def still(self, panels: Sequence[str]) -> str:
        """The same as HTML without scripts: tables, and the frontier's picture."""
        from workbench_widgets.still import still

        return "".join(still(self, name) for name in panels)

    def put(self, recipe: "Recipe") -> None:
        """Puts a recipe's steps on the cards, in the place of those that are there."""
        from workbench_widgets.cards import steps_of

        self.steps = steps_of(recipe)
        self.refresh("recipe")

    def study(self) -> "Study | None":
        """The study as it is on disk; None before there is one."""
        import workbench as wb

        if not self.study_name or self.study_name not in wb.studies():
            return None
        return wb.Study.open(self.study_name)

    def steps_on(self, steps: Sequence[Mapping[str, Any]] | None = None) -> "Recipe":
        """The recipe of the cards that are switched on, or of other steps. Raises `InputError` for values that cannot be."""
        from workbench.recipes import Recipe
        from workbench.techniques import technique

        cards = self.steps if steps is None else steps
        return Recipe([technique(s["technique"])(**s["fields"]) for s in cards if s.get("on", True)])

    def do(self, command: str, fields: dict[str, Any], buffers: Sequence[Any] = ()) -> Any:
        """Carries out what a control asks for; returns its answer where it has one.

        A refusal becomes the `error` of the panel that the command belongs to.
        """
        from workbench_widgets.doing import COMMANDS

        if command not in COMMANDS:
            return None
        panel, act = COMMANDS[command]
        if buffers:
            fields = {**fields, "buffers": list(buffers)}
        return self.refusing(panel, lambda: act(self, **fields))

    def refusing(self, panel: str, act: Callable[[], Any], asked: bool = True) -> Any:
        """Does it; what goes wrong is said in the panel, until the next thing there that somebody `asked` for is begun.

        An earlier refusal goes before, not after: what was begun may have been refused by a thread of its own meanwhile.
        """
        earlier = self.memory.pop(f"{panel}-error", None) if asked else None
        try:
            answer = act()
        except Exception as refused:  # nobody else hears of what a callback or a thread raises
            self.memory[f"{panel}-error"] = kept(refused)
            self.refresh(panel)
            return None
        if earlier:
            self.refresh(panel)
        return answer

    def later(self, panel: str, act: Callable[[], None], asked: bool = True) -> None:
        """Has it done by the session's thread, after what was asked before."""
        self._todo.put(lambda: self.refusing(panel, act, asked))
        with self._lock:  # two callbacks may come at once, and what is asked first is done first
            if self._thread is None:
                self._thread = threading.Thread(target=_carry_out, args=(self._todo,), daemon=True)
                weakref.finalize(self, self._todo.put, None)
                self._thread.start()

    def aside(self, panel: str, act: Callable[[], None]) -> None:
        """Has it done by a thread of its own: for what waits, a run's events say."""
        threading.Thread(target=lambda: self.refusing(panel, act), daemon=True).start()

    def refresh(self, *panels: str) -> None:
        """Makes the values of these panels anew (of all, where none is named)."""
        from workbench_widgets.views import codes

        with self._lock, words.language(self.language):
            for name in panels or PANELS:
                self.show(name)
            self.code = codes(self)

    def show(self, panel: str) -> None:
        """Makes the values of one panel anew and nothing else: for what changes several times a second."""
        from workbench_widgets.views import VIEWS
        from workbench_widgets.views.frontier import files

        with self._lock, words.language(self.language):
            try:
                if panel == "frontier":
                    self.set_trait("files", files(self))
                made = VIEWS[panel](self)
            except Exception as unread:  # a study that is damaged under the page: what was seen last stays, and is not lost
                made = {**getattr(self, panel), "error": sentence(unread)}
            error = self.memory.get(f"{panel}-error")
            self.set_trait(panel, {**made, "error": sentence(error) if error else made.get("error")})


def _carry_out(todo: "Queue[Callable[[], None] | None]") -> None:
    """Does what a session asks for until there is no session any more: the thread itself must not keep it alive."""
    while (act := todo.get()) is not None:
        act()
        del act
