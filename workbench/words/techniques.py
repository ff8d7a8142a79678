"""Sentences about techniques: refusals, and the reasons in reports."""

SENTENCES = {
    "no-technique": "There is no technique called {name}. The nearest is {nearest}.",
    "no-layer": "The model has no layer called {name}. The nearest is {nearest}.",
    "no-teacher": "There is no teacher here. Give the context a `teacher_of` that builds one.",
    "no-measures": "Nothing can be evaluated here. Give the context an `evaluate_with`.",
    "not-traceable": "The network cannot be followed from its inputs to its outputs ({why}), so its channels cannot be pruned.",
    "nothing-prunable": "Nothing in this network can be pruned. {why} Another criterion, or no pruning, is what remains.",
    # what structured pruning says of a layer
    "channels-removed": "Keeps {after} of {before} channels.",
    "inputs-removed": "Reads {after} of {before} channels.",
    "output-layer": "Its channels are the network's output.",
    "left-alone": "It stays as it is, as was asked for {because}.",
    "shared-weights": "{because} shares its weights with another layer: a cut here would cut there.",
    "normalised-together": "{because} normalises all channels together: without some of them it would answer otherwise.",
    "not-supported": "{because} is of a kind whose channels cannot be cut.",
    "would-break": "A trial cut of the group of {because} changed what the rest of the network computes.",
    "coupled": "All channels of the group of {because} only go together.",
    "no-batch-norm": "No batch normalisation stands behind {because}, by whose scale its channels could be judged.",
    "nothing-to-remove": "Its share of channels comes to none.",
    "not-reached": "The network's answer does not pass through it.",
    # what weight pruning and clipping say
    "weights-zeroed": "{zeros} of {total} weights are zero.",
    "nothing-zeroed": "None of its {total} weights is among the smallest.",
    "no-weights": "It holds no weight matrix.",
    "shared-before": "Its weights belong to a layer before it.",
    "clipped": "{beyond} of {total} weights lay beyond {bound} and lie on it now.",
    "within-bound": "All its {total} weights lie within {bound}.",
    "no-fan-in": "It is neither a convolution nor a linear layer.",
}
