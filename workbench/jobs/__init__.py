"""Who works: a named entry point and a JSON payload, carried out in a worker process.

    caller ──submit──▶ foreman (one a home, no torch) ──▶ lane "quick" ──▶ worker (torch, warm)
       ▲                                              └─▶ lane "long"  ──▶ worker (torch, warm)
       └────── reads <home>/jobs/<id>/events.jsonl ◀── writes ───────────────┘

A lane has more workers while several processes ask (`lane.WORKERS`). The log is the one truth about a job: progress bars,
widgets, the command line and tests read it from any offset, and a closed tab loses nothing. A worker that crashes, eats the
memory or overruns its limit ends its job with a reason; caller, foreman and study live on.
"""

from workbench.jobs.desk import Desk
from workbench.jobs.exclusive import measuring
from workbench.jobs.job import Job
from workbench.jobs.submit import claimed, new_id, retire, run_job, submit

__all__ = ["Desk", "Job", "claimed", "measuring", "new_id", "retire", "run_job", "submit"]
