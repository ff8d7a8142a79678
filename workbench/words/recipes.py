"""Sentences of the room `recipes`."""

SENTENCES: dict[str, str] = {}
