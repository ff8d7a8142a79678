"""Sentences of the room `jobs`."""

SENTENCES: dict[str, str] = {}
