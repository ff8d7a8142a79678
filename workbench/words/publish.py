"""Sentences of the room `publish`."""

SENTENCES: dict[str, str] = {}
