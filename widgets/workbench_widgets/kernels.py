"""The kernels of `workbench dashboard`: one that waited long for its visitor is not taken for an abandoned one, and none that
has died meanwhile is handed out."""

import asyncio
from typing import Any

from jupyter_client.session import utcnow
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.ioloop import PeriodicCallback
from traitlets import Float

Waiting = asyncio.Task[dict[str, Any]]


class Kernels(AsyncMappingKernelManager):
    """Counts a kernel's idle time from when it is first looked at, and Voila has only those looked at that have left its pool.

    A kernel that leaves the pool has been idle as long as it waited, and has no connection until its visitor's page is
    loaded; a look in between would shut it down, and the page would never come. Nor would it come from a kernel that was
    killed while it waited: such ones leave the pool, and others take their places.
    """

    watch_interval = Float(0.5, config=True, help="Seconds between two looks at the kernels that wait for visitors.")

    def __init__(self, **kwargs: Any) -> None:
        self._handed_out: set[str] = set()
        super().__init__(**kwargs)
        self._watch = PeriodicCallback(self.replace_the_dead, self.watch_interval * 1000)
        self._watch.start()

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        if kernel_id not in self._handed_out:
            self._handed_out = self._handed_out.intersection(self.list_kernel_ids()) | {kernel_id}
            kernel: Any = self.get_kernel(kernel_id)
            kernel.last_activity = utcnow()
        await super().cull_kernel_if_idle(kernel_id)

    async def replace_the_dead(self) -> None:
        """Has Voila's pools rid of kernels that do not live any more, and filled again."""
        pools: dict[str, list[Waiting]] = getattr(self, "_pools", {})
        for notebook, pool in list(pools.items()):
            dead = [waiting for waiting in list(pool) if await self._is_dead(waiting)]
            left = [waiting for waiting in dead if waiting in pool]  # the others a visitor has taken while they were looked at
            for waiting in left:
                pool.remove(waiting)
                await self._end(**waiting.result())
            if left:
                voila: Any = self
                voila.fill_if_needed(delay=0, notebook_name=notebook)

    async def _is_dead(self, waiting: Waiting) -> bool:
        started = waiting.done() and not waiting.cancelled() and waiting.exception() is None
        return started and not await self._lives(waiting.result()["kernel_id"])

    async def _lives(self, kernel_id: str) -> bool:
        kernel: Any = self.get_kernel(kernel_id) if kernel_id in self else None
        return kernel is not None and bool(await kernel.is_alive())

    async def _end(self, kernel_id: str, task: asyncio.Task[Any], **_: Any) -> None:
        task.cancel()  # its page is not asked for any more
        if kernel_id in self:
            await self.shutdown_kernel(kernel_id, now=True)
