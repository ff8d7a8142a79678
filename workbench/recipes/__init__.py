"""Recipes: techniques in their order, as a value that can be read, written and compared."""

from workbench.recipes.recipe import Missing, Recipe, all_recipes

__all__ = ["Missing", "Recipe", "all_recipes"]
