"""Networks and techniques that the tests of the study bring along, as a person brings his own."""

import os
import time

import numpy as np
import torch
from torch import nn

from workbench.knobs import knob
from workbench.records import Line, Report
from workbench.techniques import ModuleTechnique, Plan


class TwoInputs(nn.Module):
    """A picture and a word, added: a float input and an integer one."""

    def __init__(self):
        super().__init__()
        self.picture = nn.Linear(64, 24)
        self.word = nn.Embedding(17, 24)
        self.fc = nn.Linear(24, 10)

    def forward(self, picture, word):
        return self.fc(torch.relu(self.picture(picture.flatten(1)) + self.word(word).mean(1)))


class Tied(nn.Module):
    """Two layers that share one weight."""

    def __init__(self):
        super().__init__()
        self.first, self.second, self.fc = nn.Linear(64, 64), nn.Linear(64, 64), nn.Linear(64, 10)
        self.second.weight = self.first.weight

    def forward(self, x):
        return self.fc(torch.relu(self.second(torch.relu(self.first(x.flatten(1))))))


def factory():
    return Tied()


def meddle():
    """From now on ONNX Runtime answers a little too much, in this process."""
    import onnxruntime as ort

    answered = ort.InferenceSession.run
    ort.InferenceSession.run = lambda *given, **named: [a * np.float32(1.00001) for a in answered(*given, **named)]


class Shift(ModuleTechnique):
    """A plug-in: adds to every bias; aborts, eats memory, loops or raises when it is told to."""

    order = "weights"
    amount: float = knob(0.0, ge=-1, le=1, search=(-1, 1), say="what is added to every bias")
    mood: str = knob("good", say="what goes wrong")

    def plan(self, x, context):
        return Plan(tuple(Line(n, "Linear", True, "shifted", {}) for n, m in x.named_modules() if isinstance(m, nn.Linear)))

    def apply(self, x, plan, context):
        import copy

        held = []
        while self.mood == "eats":
            held.append(bytearray(20_000_000))
        while self.mood == "loops":
            time.sleep(0.01)
        while self.mood == "waits":
            context.check()
            time.sleep(0.01)
        if self.mood == "aborts":
            os.abort()
        if self.mood == "odd":
            return 7
        if self.mood == "poisons":
            os.environ.clear()
            os.chdir("/")
            torch.set_default_dtype(torch.float64)
            torch.nn.functional.relu = None
        if self.mood == "meddles":
            meddle()
        if self.mood == "raises":
            raise RuntimeError("the plug-in is in a bad mood")
        new = copy.deepcopy(x)
        with torch.no_grad():
            for module in new.modules():
                if isinstance(module, nn.Linear):
                    module.bias += float("nan") if self.mood == "spoils" else self.amount
        return new, Report("Shift", plan.lines)
