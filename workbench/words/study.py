"""Sentences about studies and candidates."""

SENTENCES = {
    "no-study": "There is no study called {name}. The nearest is {nearest}.",
    "no-study-yet": "There is no study called {name}, and no other one yet. Open one with its task and model: "
    "Study.open({name!r}, task=task, model=model).",
    "study-differs": "The study {name} was made with another {what}. Open it by its name alone, or choose another name.",
    "study-needs": "The study {name} is new: give its task and its model.",
    "study-name": "{name!r} cannot be a study's name: use 1 to 80 letters, digits, dots, dashes, underscores and spaces.",
    "baseline-gone": "The study {name} has no measured baseline. Open it with its task and model to measure it again.",
    "no-candidate": "The study {study} has no candidate {candidate}. It has {known}.",
    "not-measured": "{candidate} has no file to be used: it is {status}. {reason}",
    "nan-after-step": "{step} left NaN or infinite values in {layer}. Lower its learning rate or strength.",
}
