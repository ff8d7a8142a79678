"""Sentences about measuring."""

SENTENCES = {
    "probe-failed": "The latency could not be taken: {why}",
    "speed-batch": "A batch of {batch} cannot be timed with {samples} samples. Give at least as many as the batch.",
    "speed-threads": "{threads} threads cannot be timed here: between 1 and {cores} are possible.",
    "no-answers": "The file gives {found} outputs of {samples} samples, the metrics need one answer a sample.",
    "answers-not-finite": "The file answers with NaN or infinity on {count} of {samples} samples of {split}. Nothing was kept.",
    "no-validation": "The task has no {split} samples, so nothing can be measured on them. Give the split some data.",
}
