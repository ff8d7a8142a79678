"""Sentences of the room `recipes`."""

SENTENCES: dict[str, str] = {
    "step-is-a-class": "{name} stands in the recipe as a class. Call it: {name}().",
    "step-is-none": "{value} is no technique. A recipe is a list of techniques, like Recipe([StructuredPruning(ratio=0.5)]).",
    "not-a-recipe": "{value} is no recipe. Wrap its techniques in one: wb.Recipe([wb.StructuredPruning(ratio=0.5)]).",
    "step-missing": "The technique {name} is not known here as it was when the recipe was written. Import its package first.",
    "step-version": "The recipe was written for version {written} of {name}, and here is version {here}. Write it anew.",
    "recipe-long": "The recipe has {steps} steps, and {most} are the most.",
    "recipe-json": "{value} is no recipe in JSON. A recipe is a list of steps as Recipe.to_json() writes it.",
    "recipe-shape": "The text is no recipe: {why}. A recipe is a YAML list of names, each with its fields below it.",
    "numerics-first": "{then} cannot follow {first}: {first} works on the exported file, and is the last. Put {then} first.",
    "numerics-twice": "{then} cannot follow {first}: numbers are stored in one way. Keep one of the two.",
    "weights-first": "{then} cannot follow {first}: it changes shapes, and would undo the work on weights. Put {then} first.",
    "step-needs-labels": '{step} needs labels, and {task} has none: its kind is "outputs". Distillation(alpha=0) needs no labels.',
    "needs-module": "{step} needs a PyTorch module, and {model} is an ONNX file. Use techniques that work on files.",
}
