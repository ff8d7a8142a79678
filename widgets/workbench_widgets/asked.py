"""A job of the quick lane that a session waits for, until nobody does."""

from dataclasses import dataclass

from workbench.errors import Cancelled
from workbench.events import Event, Submitted
from workbench.jobs import Job


@dataclass
class Asked:
    """`heard` is the job's `on_event`."""

    job: Job | None = None
    wanted: bool = True

    def heard(self, event: Event) -> None:
        if isinstance(event, Submitted):
            self.job = Job.named(event.job)
        if not self.wanted:
            raise Cancelled("cancelled")

    def drop(self) -> None:
        """Ends it: at once where it runs, and where it is not yet begun when it would be."""
        self.wanted = False
        if self.job is not None:
            self.job.cancel()
