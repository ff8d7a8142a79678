"""Sentences about declared fields."""

SENTENCES = {
    "knob-value": "{owner}: {name} must be {constraint}, not {value}.",
    "knob-unknown": "{owner} has no field called {name}. The nearest is {nearest}.",
    "knob-missing": "{owner} needs {name}: {constraint}.",
}
