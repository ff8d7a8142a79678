"""Sentences about measuring."""

SENTENCES = {
    "probe-failed": "The latency could not be taken: {why}",
    "speed-batch": "A batch of {batch} cannot be timed with {samples} samples. Give at least as many as the batch.",
    "timing-processes": "WORKBENCH_TIMING_PROCESSES is {value}: give it a whole number from {least} to {most}, or take it away.",
    "speed-threads": "{threads} threads cannot be timed here: between 1 and {cores} are possible.",
    "speed-slower": "The file is slower than {reference} at batch {batch} (threads: {threads}): ×{ratio} its speed.",
    "speed-unsteady": "The machine's pace changed while this was timed: its processes differ by {drift}, measured again too. Time it when less runs.",
    "few-samples": "{n} samples are too few for an interval of {metric}: its whole range stands there. Give {least} or more.",
    "metric-not-a-number": "{metric} is not a number on these samples.",
    "no-better": "Always answering the most frequent class would be right as often or more often ({share} of {split}). So it is with weights that "
    "were not trained, and where the data's classes are in another order than the model's.",
    "classes-missing": "{missing} of {classes} classes do not occur in {split}: macro figures are the mean over the others.",
    "no-answers": "The file gives {found} outputs of {samples} samples, the metrics need one answer a sample.",
    "batch-share": "Dynamically quantized, so an answer depends on who else is in the batch: of {n} samples {share} ({low} to {high}) are answered alike alone and in batches of {batch}, in which quality is counted.",
    "batch-error": "Dynamically quantized, so an answer depends on who else is in the batch: of {n} samples the answers alone are {share} ({low} to {high}) off those in batches of {batch}, in which quality is counted.",
    "thread-share": "Its LSTM in 8 bits answers by the number of threads: of {n} samples {share} ({low} to {high}) are answered alike by 1 thread and by the runtime's default on {cores} cores, which is what is counted.",
    "thread-error": "Its LSTM in 8 bits answers by the number of threads: of {n} samples the answers of 1 thread are {share} ({low} to {high}) off those of the runtime's default on {cores} cores, which is what is counted.",
    "reload": "Opened from disk in a fresh process, {path} answers otherwise on {count} of {samples} samples than where it was made. {where} Nothing was kept.",
    "differs-in-form": "What is on disk is another graph ({why}).",
    "differs-no-more": "Run again, both answer alike.",
    "answers-not-finite": "The file answers with NaN or infinity on {count} of {samples} samples of {split}. Nothing was kept.",
    "no-validation": "The task has no {split} samples, so nothing can be measured on them. Give the split some data.",
}
