"""When the page's server shuts down a kernel that nobody is connected to."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from jupyter_client.session import utcnow
from workbench_widgets.kernels import Kernels

LONG_AGO = timedelta(hours=1)


def test_a_kernel_that_waited_long_is_left_to_its_visitor_and_an_abandoned_one_is_not():
    with ThreadPoolExecutor(1) as apart:  # in this thread a browser's loop may be running, from the tests before
        assert apart.submit(asyncio.run, _there_after_each_look()).result(60) == [True, True, False]


async def _there_after_each_look():
    kernels, there = Kernels(cull_idle_timeout=120, cull_interval=3600), []
    name = await kernels.start_kernel()
    try:
        kernel: Any = kernels.get_kernel(name)
        _idle(kernel)
        for _ in range(2):  # it has just left the pool; its visitor's page is loading
            await kernels.cull_kernel_if_idle(name)
            there.append(name in kernels)
        _idle(kernel)
        await kernels.cull_kernel_if_idle(name)
        return [*there, name in kernels]
    finally:
        await kernels.shutdown_all(now=True)


def _idle(kernel: Any) -> None:
    """As if its last word was long ago; what it says while it starts may have come in between."""
    kernel.execution_state = "idle"
    kernel.last_activity = utcnow() - LONG_AGO
