"""Sentences of the room `export`."""

SENTENCES: dict[str, str] = {}
