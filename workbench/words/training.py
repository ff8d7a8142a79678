"""Sentences of the room `training`."""

SENTENCES: dict[str, str] = {}
