"""The same rooms in Chinese: the same codes, with the same fields."""
