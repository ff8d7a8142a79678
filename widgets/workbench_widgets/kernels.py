"""The kernels of `workbench dashboard`: one that waited long for its visitor is not taken for an abandoned one."""

from typing import Any

from jupyter_client.session import utcnow
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager


class Kernels(AsyncMappingKernelManager):
    """Counts a kernel's idle time from when it is first looked at, and Voila has only those looked at that have left its pool.

    A kernel that leaves the pool has been idle as long as it waited, and has no connection until its visitor's page is
    loaded; a look in between would shut it down, and the page would never come.
    """

    def __init__(self, **kwargs: Any) -> None:
        self._handed_out: set[str] = set()
        super().__init__(**kwargs)

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        if kernel_id not in self._handed_out:
            self._handed_out = self._handed_out.intersection(self.list_kernel_ids()) | {kernel_id}
            kernel: Any = self.get_kernel(kernel_id)
            kernel.last_activity = utcnow()
        await super().cull_kernel_if_idle(kernel_id)
