"""Sentences of the room `study`."""

SENTENCES: dict[str, str] = {}
