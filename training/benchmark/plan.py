"""What is compared, as dataclasses that a YAML file fills."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dis2_core.errors import InputError

from ..methods import method_names
from ..recipe import Recipe


@dataclass
class TestRecipe:
    """How a trained network is tested.

    Attributes:
        split: Name of the split; nothing is chosen by it.
        overlap: Fraction of a window that neighbours share when whole tiles are mapped.
        degraded: Modality that suffers patches, clouds and noise, and is moved and coarsened; empty: none.
        shifts: Pixels by which it is moved.
        factors: By which its pixels are made larger.
        maps: Whether the maps of the clean scenarios are kept.
    """

    __test__ = False  # pytest takes a name like this for a test

    split: str = "test"
    overlap: float = 0.5
    degraded: str = ""
    shifts: list[int] = field(default_factory=lambda: [1, 2, 3, 4, 5, 6, 7, 8])
    factors: list[int] = field(default_factory=lambda: [2, 3, 4, 5, 6, 7, 8])
    maps: bool = True


@dataclass
class BenchmarkRecipe:
    """A comparison.

    Attributes:
        name: Of the comparison; names its folder.
        recipe: What all methods share; ``method`` and ``seed`` in it are not looked at.
        methods: What is compared, in the order of the table (``dis2_training.methods``).
        seeds: Each method is trained once with each.
        planned: Methods that belong to the table and are not trained here: their rows read *not run*.
        changes: Values of the recipe that a method has of its own, by method: ``{dis2: {optimizer.lr: 2e-3}}``.
        test: How trained networks are tested.
        reference: The method that the others are compared with, patch by patch.
        focus: Class whose IoU has a column of its own; empty: none.
        focus_name: What that column is called; empty: as the class.
        title: Of the table.
        caveats: What a reader must know before the first number.
    """

    name: str
    recipe: Recipe
    methods: list[str]
    seeds: list[int] = field(default_factory=lambda: [0, 1, 2])
    planned: list[str] = field(default_factory=list)
    changes: dict[str, dict[str, Any]] = field(default_factory=dict)
    test: TestRecipe = field(default_factory=TestRecipe)
    reference: str = "concat_dropout"
    focus: str = ""
    focus_name: str = ""
    title: str = ""
    caveats: list[str] = field(default_factory=list)

    def runs(self) -> list[Run]:
        """All runs, seed after seed: a table with one seed of every method comes first.

        Raises:
            InputError: A method has changes and is not compared, or a change names no value of a recipe.
        """
        if stray := sorted(set(self.changes) - {*self.methods, *self.planned}):
            raise InputError(f"The benchmark changes the recipe of '{stray[0]}', which it does not train.")
        return [self._run(method, seed) for seed in self.seeds for method in self.methods]

    def check(self, modalities: tuple[str, ...], classes: tuple[str, ...]) -> None:
        """Raise InputError where a method, the degraded modality or the focus does not fit the data set."""
        known = method_names(modalities)
        for method in (*self.methods, *self.planned):
            if method not in known:
                raise InputError(f"There is no method '{method}'.", f"Use some of: {', '.join(known)}.")
        if self.test.degraded and self.test.degraded not in modalities:
            raise InputError(f"'{self.test.degraded}' cannot be degraded: there are {', '.join(modalities)}.")
        if self.focus and self.focus not in classes:
            raise InputError(f"There is no class '{self.focus}' to focus on: there are {', '.join(classes)}.")

    def _run(self, method: str, seed: int) -> Run:
        recipe = changed(self.recipe, self.changes.get(method, {}))
        model = dataclasses.replace(recipe.model, name=recipe.model.name if method == "dis2" else method)
        return Run(method, seed, dataclasses.replace(recipe, method=method, seed=seed, model=model))


@dataclass(frozen=True)
class Run:
    """One training and its test.

    Attributes:
        method, seed: What tells it from the others.
        recipe: Everything that determines the training.
    """

    method: str
    seed: int
    recipe: Recipe

    @property
    def place(self) -> str:
        """Its folder below that of the benchmark."""
        return f"{self.method}/seed{self.seed}"


def changed(recipe: Recipe, changes: Mapping[str, Any]) -> Recipe:
    """Return a recipe with other values, named as on the command line (``optimizer.lr``).

    Raises:
        InputError: There is no such value.
    """
    for name, value in changes.items():
        recipe = _with(recipe, name.split("."), value, name)
    return recipe


def _with(part: Any, path: list[str], value: Any, name: str) -> Any:
    first, *rest = path
    if not dataclasses.is_dataclass(part) or first not in {item.name for item in dataclasses.fields(part)}:
        raise InputError(f"A recipe has no value '{name}'.", "`dis2-train fit --help` lists them.")
    new = _with(getattr(part, first), rest, value, name) if rest else value
    return dataclasses.replace(part, **{first: new})  # type: ignore[type-var]
