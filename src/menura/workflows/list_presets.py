"""The presets of a recipe: the sizes and forms in which it comes."""

from menura import recipes


def list_presets(recipe: str) -> list[str]:
    """Names that `--preset` takes for this recipe.

    Raises UsageError, listing the recipes, when there is no such recipe.
    """
    return list(recipes.load(recipe).presets)
