"""Sentences of the command line and the page."""

SENTENCES = {
    "cli-usage": "{call} cannot be done: {why} `{help} --help` says how it is used.",
    "cli-unexpected": "{kind} was raised where nothing is expected to go wrong: {why}. The trace is in {log}.",
    "cli-cancelled": "Cancelled. Finished steps are kept, so the same command goes on from there.",
    "recipe-file": "{path} is not a text file, so it holds no recipe. A recipe is YAML, as Recipe.to_yaml() writes it.",
    "recipe-in-file": "{path}: {why}",
    "demo-failed": "{count} of {of} candidates failed. The first, {name}: {reason}",
    "no-lab": "The page needs the extra lab. Install it by: pip install 'workbench[lab]'",
}
