"""Sentences of the room `measure`."""

SENTENCES: dict[str, str] = {}
