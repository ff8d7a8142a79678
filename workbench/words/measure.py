"""Sentences about measuring."""

SENTENCES = {
    "probe-failed": "The latency could not be taken: {why}",
    "speed-batch": "A batch of {batch} cannot be timed with {samples} samples. Give at least as many as the batch.",
    "speed-threads": "{threads} threads cannot be timed here: between 1 and {cores} are possible.",
    "speed-slower": "The file is slower than {reference} at batch {batch} (threads: {threads}): ×{ratio} its speed.",
    "speed-unsteady": "The machine's pace changed while this was timed: its processes differ by {drift}, measured again too. Time it when less runs.",
    "few-samples": "{n} samples are too few for an interval of {metric}: its whole range stands there. Give {least} or more.",
    "metric-not-a-number": "{metric} is not a number on these samples.",
    "classes-missing": "{missing} of {classes} classes do not occur in {split}: macro figures are the mean over the others.",
    "no-answers": "The file gives {found} outputs of {samples} samples, the metrics need one answer a sample.",
    "answers-not-finite": "The file answers with NaN or infinity on {count} of {samples} samples of {split}. Nothing was kept.",
    "no-validation": "The task has no {split} samples, so nothing can be measured on them. Give the split some data.",
}
