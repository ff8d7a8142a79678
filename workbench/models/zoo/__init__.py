"""The networks, one file a family: `build(...)` makes one. The table of names is `workbench.models.catalogue`."""
