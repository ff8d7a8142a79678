"""`python -m workbench.jobs HOME SOCKET`: the foreman."""

import sys

from workbench.jobs.foreman import main

main(*sys.argv[1:3])
