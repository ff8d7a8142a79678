"""Sentences about declared fields."""

SENTENCES = {
    "knob-value": "{owner}: {name} must be {constraint}, not {value}.",
    "knob-entry": "{owner}: {entry} in {name} must be {constraint}, not {value}.",
    "knob-unknown": "{owner} has no field called {name}. The nearest is {nearest}.",
    "knob-position": "{owner} takes its fields by name: {owner}({example}).",
    "knob-none": "{owner} has no fields. Write {owner}().",
    "knob-missing": "{owner} needs {name}: {constraint}.",
}
