"""The kernels of `workbench dashboard`: one that waited long for its visitor is not taken for an abandoned one, and none that
has died meanwhile is handed out."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from jupyter_client.session import utcnow
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.ioloop import PeriodicCallback
from traitlets import Float

Waiting = asyncio.Task[dict[str, Any]]

RETRY = 5
"""Seconds until another kernel is started after one that could not be."""


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
        self._look = asyncio.Lock()
        self._watch = PeriodicCallback(self.replace_the_dead, self.watch_interval * 1000)
        self._watch.start()
        hand_out = getattr(self, "get_rendered_notebook", None)
        if hand_out is not None:  # Voila makes a class of this one, so that its method cannot be overridden here
            self.get_rendered_notebook = partial(self._alive, hand_out)

    async def _alive(self, hand_out: Callable[..., Any], notebook_name: str, **kwargs: Any) -> Any:
        await self.replace_the_dead()
        voila: Any = self
        if voila.get_pool_size(notebook_name) == 0:  # others came meanwhile
            voila.fill_if_needed(delay=0, notebook_name=notebook_name)
        return await hand_out(notebook_name=notebook_name, **kwargs)

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        if kernel_id not in self._handed_out:
            self._handed_out = self._handed_out.intersection(self.list_kernel_ids()) | {kernel_id}
            kernel: Any = self.get_kernel(kernel_id)
            kernel.last_activity = utcnow()
        await super().cull_kernel_if_idle(kernel_id)

    async def replace_the_dead(self) -> None:
        """Has Voila's pools rid of kernels that do not live, and filled again."""
        pools: dict[str, list[Waiting]] = getattr(self, "_pools", {})
        async with self._look:
            for notebook, pool in list(pools.items()):
                states = [(waiting, await self._state(waiting)) for waiting in list(pool)]
                gone = [(waiting, state) for waiting, state in states if state and waiting in pool]  # else a visitor has it
                for waiting, _ in gone:
                    pool.remove(waiting)
                if gone:
                    voila: Any = self
                    voila.fill_if_needed(
                        delay=0 if all(state == "dead" for _, state in gone) else RETRY, notebook_name=notebook
                    )
                for waiting, state in gone:
                    if state == "dead":
                        await self._end(**waiting.result())
                    else:
                        self.log.warning("A kernel for the next visitor could not be started: %s", waiting)

    async def _state(self, waiting: Waiting) -> str:
        """ "dead" of a kernel that does not live any more, "failed" of one that could not be started, else ""."""
        if not waiting.done():
            return ""
        if waiting.cancelled() or waiting.exception() is not None:
            return "failed"
        return "" if await self._lives(waiting.result()["kernel_id"]) else "dead"

    async def _lives(self, kernel_id: str) -> bool:
        kernel: Any = self.get_kernel(kernel_id) if kernel_id in self else None
        return kernel is not None and bool(await kernel.is_alive())

    async def _end(self, kernel_id: str, task: asyncio.Task[Any], **_: Any) -> None:
        task.cancel()  # its page is not asked for any more
        if kernel_id in self:
            await self.shutdown_kernel(kernel_id, now=True)
