"""From a wish to a proved choice: what is asked for, what nothing forbids, and what holds when it is tried.

All groups are tried at once, which is one forward of the cut and one of the whole network. Only where that does not
hold are the groups at fault found by halving, asked of the network itself (`tracing`), and tried again, together with
layers that torch-pruning lost sight of; those that still do not hold stay whole, for the named reason `would-break`.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from workbench.errors import StepFailed
from workbench.techniques.pruning.criterion import CRITERIA
from workbench.techniques.pruning.cutting import halves, holds
from workbench.techniques.pruning.grouping import Group, groups
from workbench.techniques.pruning.layers import is_producer, unsupported
from workbench.techniques.pruning.selection import Removed, Wish, removed, select
from workbench.techniques.pruning.tracing import traced_groups
from workbench.techniques.technique import Context
from workbench.training.device import is_out_of_memory

Reason = tuple[str, str]
"""A code, and the name of the layer that it is about."""


class Proof:
    """What can go from `module`, proved: `removal` is what goes, `reason(name)` why a layer stays as it is."""

    def __init__(
        self, module: nn.Module, inputs: dict[str, Tensor], wish: Wish, spared: Sequence[str], criterion: str, context: Context
    ) -> None:
        self._module, self._inputs, self._wish = module, inputs, wish
        self._spared, self._criterion, self._context = spared, criterion, context
        self._layers = dict(module.named_modules())
        self._shared = shared(module)
        self._reasons: dict[str, Reason] = {}
        self._reached: set[str] = set()
        self.prunable, units = self._proved()
        self.removal: Removed = removed(self.prunable, units)

    def reason(self, name: str) -> Reason:
        """Why the layer is not cut."""
        if name in self._reasons:
            return self._reasons[name]
        outer = [n for n, part in self._layers.items() if isinstance(part, nn.MultiheadAttention) and name.startswith(f"{n}.")]
        if outer:  # it computes with the weights of its parts and does not call them
            return "not-supported", outer[0]
        why = unsupported(self._layers[name])
        return why or ("nothing-to-remove" if name in self._reached else "not-reached"), name or type(self._module).__name__

    @property
    def reasons(self) -> dict[str, list[str]]:
        """The layers with weights that stay whole, by the code of the reason; the reason's own layer, where it names one."""
        found: dict[str, list[str]] = {}
        for name, part in self._layers.items():
            if next(part.parameters(recurse=False), None) is not None:
                code, because = self.reason(name)
                layer = because if code in ("not-supported", "normalised-together") else name or because
                if layer not in found.setdefault(code, []):
                    found[code].append(layer)
        return found

    def _proved(self) -> tuple[list[Group], list[list[int]]]:
        found = _found(self._module, self._inputs)
        allowed, scores = self._allowed(found)
        chosen, broken = self._tried(allowed, scores)
        asked = self._unseen(found).union(*(allowed[k].narrowed for k in broken))
        if asked:
            again = self._asked_again(asked)
            self._blame([allowed[k] for k in broken], ("would-break", ""))
            traced, more = self._allowed(again)
            allowed = [g for k, g in enumerate(allowed) if k not in broken] + traced
            scores = [s for k, s in enumerate(scores) if k not in broken] + more
            chosen, broken = self._tried(allowed, scores)
            self._blame([allowed[k] for k in broken], ("would-break", ""))
        kept = [k for k in range(len(allowed)) if k not in broken]
        return [allowed[k] for k in kept], [chosen[k] for k in kept]

    def _asked_again(self, names: set[str]) -> list[Group]:
        """The groups of these layers as the network itself tells them; none where samples are not what its layers count first
        (attention that puts the sequence before the batch)."""
        try:
            return traced_groups(self._module, self._inputs, [name for name in self._layers if name in names])
        except Exception:  # an index beyond the samples, or a network that cannot bear so many of them
            return []

    def _unseen(self, found: Iterable[Group]) -> set[str]:
        """Layers that could be cut and are in no group: torch-pruning lost sight of them."""
        seen = {name for group in found for name in group.narrowed}
        return {n for n, part in self._layers.items() if is_producer(part) and unsupported(part) is None} - seen

    def _allowed(self, found: Iterable[Group]) -> tuple[list[Group], list[np.ndarray]]:
        """The groups that nothing forbids to cut, and their scores; why the others are forbidden is noted."""
        allowed, scores = [], []
        for group in found:
            self._reached |= {name for name, _ in group.places}
            for name in group.narrowed:
                self._reasons.pop(name, None)
            score = CRITERIA[self._criterion](group, self._layers, self._context.seed)
            why = self._forbidden(group) or (("no-batch-norm", group.root) if np.isnan(score).any() else None)
            if why:
                self._blame([group], why)
            else:
                allowed.append(group)
                scores.append(score)
        return allowed, scores

    def _forbidden(self, group: Group) -> Reason | None:
        if group.blocked:
            return group.blocked
        named = [n for n in self._spared if any(f"{layer}.".startswith(f"{n}.") for layer in group.narrowed)]
        if named:
            return "left-alone", named[0]
        tied = sorted({layer for layer, _ in group.places} & self._shared)
        if tied:
            return "shared-weights", tied[0]
        return ("coupled", group.root) if len(group.units) < 2 else None

    def _tried(self, allowed: Sequence[Group], scores: Sequence[np.ndarray]) -> tuple[list[list[int]], set[int]]:
        """The units that go from each group, and which groups' cuts do not hold."""
        chosen = select(allowed, scores, self._wish)

        def work(asked: Sequence[int]) -> bool:
            self._context.check()
            together = removed([allowed[k] for k in asked], [chosen[k] for k in asked])
            return not together or holds(self._module, together, self._inputs)

        return chosen, set(range(len(allowed))) - set(halves(range(len(allowed)), work))

    def _blame(self, stay: Iterable[Group], why: Reason) -> None:
        for group in stay:
            for name in sorted(group.narrowed):
                self._reasons.setdefault(name, (why[0], why[1] or group.root))


def _found(module: nn.Module, inputs: dict[str, Tensor]) -> list[Group]:
    """The groups as torch-pruning sees them; where it stumbles over the network, the network itself is asked."""
    with torch.random.fork_rng(devices=[]):
        try:
            return groups(module, inputs)
        except Exception as error:  # a recurrent layer's autograd graph, for one, ends it in several ways
            if is_out_of_memory(error):
                raise
            return _asked(module, inputs)


def _asked(module: nn.Module, inputs: dict[str, Tensor]) -> list[Group]:
    try:
        return traced_groups(module, inputs, [name for name, _ in module.named_modules()])
    except Exception as error:  # whatever a network says to NaN
        if is_out_of_memory(error):
            raise
        raise StepFailed("not-traceable") from error


def shared(module: nn.Module) -> set[str]:
    """The names of layers that hold a weight together with another layer."""
    owners: dict[int, list[str]] = {}
    for name, part in module.named_modules():
        for weight in part.parameters(recurse=False):
            owners.setdefault(id(weight), []).append(name)
    return {name for names in owners.values() if len(names) > 1 for name in names}
