"""Sentences about workers and jobs."""

SENTENCES = {
    "worker-crashed": "The worker process ended in the midst of {step}: {signal}. {hint}",
    "worker-memory": "The worker process was stopped in {step}: it held {used} of memory, the limit is {limit}. Lower the batch "
    "size, or give WORKBENCH_MEMORY_BYTES a larger value.",
    "worker-limit": "The worker process was stopped in {step}: its time limit of {limit} s is over. Give a larger limit, or less to do.",
    "worker-interrupted": "The work was interrupted: nobody works on job {job} any more. Run it again: finished steps are kept.",
    "worker-no-start": "The worker process did not start: {why}",
    "step-raised": "{step} raised {what}: {why}",
    "out-of-memory": "{step} ran out of memory. Lower the batch size, or close what else fills the memory.",
    "cancelled": "Cancelled. Finished steps are kept, so a new run starts from there.",
}
