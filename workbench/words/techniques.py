"""Sentences about techniques: refusals, and the reasons in reports."""

SENTENCES = {
    "no-technique": "There is no technique called {name}. The nearest is {nearest}.",
}
