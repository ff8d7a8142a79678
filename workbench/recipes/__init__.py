"""Recipes: techniques in their order, as a value that can be read, written and compared."""

from workbench.recipes.recipe import Missing, Recipe

__all__ = ["Missing", "Recipe"]
