"""What is compared, as dataclasses that a YAML file fills."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dis2_core.contract.errors import InputError

from ..fitting.recipe import Recipe, defaults, plain
from ..methods.registry import ENSEMBLE, MODEL_METHODS, SINGLE, method_names

MAX_MINUTES = 1_000_000


@dataclass
class ScoringRecipe:
    """How a trained network is tested.

    Attributes:
        split: Name of the split; nothing is chosen by it.
        overlap: Fraction of a window that neighbours share when whole tiles are mapped.
        degraded: Modality that suffers patches, clouds and noise, and is moved and coarsened; empty: none.
        shifts: Pixels by which it is moved, 1 or more each.
        factors: By which its pixels are made larger, 2 or more each.
        maps: Whether the maps of the clean scenarios are kept.
    """

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
        methods: What is compared, in the order of the table (``dis2_training.methods.registry``, and ``variants``).
        seeds: Each method is trained once with each.
        variants: Methods that are compared under names of their own, since ``changes`` tell them apart from others of
            the same method: ``{pretrained: dis2_shared}``.
        changes: Values of the recipe that a method has of its own, by method: ``{dis2: {optimizer.lr: 2e-3}}``.
        minutes: CPU minutes that each method may train for, validation included; None: all do the schedule's steps.
        steps: Optimizer steps of each method in that time, as ``dis2-train benchmark --calibrate`` measures them.
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
    variants: dict[str, str] = field(default_factory=dict)
    changes: dict[str, dict[str, Any]] = field(default_factory=dict)
    minutes: float | None = None
    steps: dict[str, int] = field(default_factory=dict)
    test: ScoringRecipe = field(default_factory=ScoringRecipe)
    reference: str = "concat_dropout"
    focus: str = ""
    focus_name: str = ""
    title: str = ""
    caveats: list[str] = field(default_factory=list)

    def runs(self) -> list[Run]:
        """All runs, seed after seed: a table with one seed of every method comes first.

        Raises:
            InputError: A method has changes and is not compared, a change names no value of a recipe, or there is a
                budget and nobody has measured how many steps it is worth.
        """
        self._check_budget()
        if stray := sorted(set(self.changes) - set(self.methods)):
            raise InputError(f"The benchmark changes the recipe of '{stray[0]}', which it does not train.")
        return [self._run(method, seed) for seed in self.seeds for method in self.methods]

    def only(self, names: Sequence[str]) -> list[Run]:
        """Some of the runs: those of a method (``dis2``) or one of them (``dis2/seed0``), in the order of the names.

        Raises:
            InputError: There is no such run.
        """
        found = []
        for name in names:
            chosen = [run for run in self.runs() if name in (run.method, run.place)]
            if not chosen:
                raise InputError(
                    f"The benchmark has no run '{name}'.", f"It has {', '.join(r.place for r in self.runs())}."
                )
            found += [run for run in chosen if run not in found]
        return found

    def check(self, modalities: tuple[str, ...], classes: tuple[str, ...]) -> None:
        """Raise InputError where something does not fit the data set, or would make the table say what is not so."""
        known = method_names(modalities)
        if taken := sorted(set(self.variants) & set(known)):
            raise InputError(f"'{taken[0]}' is a method already.", "Give the variant another name.")
        for method in (*self.methods, self.reference):
            if (name := self.variants.get(method, method)) not in known:
                raise InputError(f"There is no method '{name}'.", f"Use some of: {', '.join(known)}.")
        self._check_numbers()
        singles = [f"{SINGLE}{name}" for name in modalities]
        if ENSEMBLE in self.methods and (missing := [name for name in singles if name not in self.methods]):
            raise InputError(f"An ensemble needs '{missing[0]}'.", "Compare it, too: it is trained anyway.")
        if self.test.degraded and self.test.degraded not in modalities:
            raise InputError(f"'{self.test.degraded}' cannot be degraded: there are {', '.join(modalities)}.")
        if self.focus and self.focus not in classes:
            raise InputError(f"There is no class '{self.focus}' to focus on: there are {', '.join(classes)}.")

    def _check_budget(self) -> None:
        if self.steps and self.minutes is None:
            raise InputError("Methods have steps of their own, and no budget says why.", "Name it: minutes.")
        if self.minutes is None:
            return
        if not 0 < self.minutes <= MAX_MINUTES:
            raise InputError(f"minutes is {self.minutes}; it must lie between 0 and {MAX_MINUTES:,}.")
        trained = [method for method in self.methods if method != ENSEMBLE]
        if missing := [method for method in trained if method not in self.steps]:
            raise InputError(
                f"Nobody has measured how many steps of '{missing[0]}' take {self.minutes:g} CPU minutes.",
                "`dis2-train benchmark --calibrate` does, and prints the steps for the recipe.",
            )

    def _check_numbers(self) -> None:
        data, test = self.recipe.data, self.test
        for name in (self.name, *self.variants):
            if not re.fullmatch(r"\w[\w.-]*", name):
                raise InputError(f"'{name}' is no name for a folder.", "Use letters, digits, dots and dashes.")
        for kind, values in (("method", self.methods), ("seed", self.seeds)):
            if twice := [value for value in values if values.count(value) > 1]:
                raise InputError(f"The {kind} {twice[0]} is named twice.", "It would count twice.")
        if test.split in (data.train, data.validation):
            raise InputError(f"The split '{test.split}' is trained on or chosen by.", "Test on another (test.split).")
        if not self.recipe.in_one_process:
            raise InputError(
                "A benchmark trains each run in one process.", "Use --processes for several runs at a time."
            )
        if min([1, *test.shifts]) < 1 or min([2, *test.factors]) < 2:
            raise InputError("Shifts begin at 1 and factors at 2: what changes nothing is the clean scenario.")

    def _run(self, method: str, seed: int) -> Run:
        recipe = changed(self.recipe, self.changes.get(method, {}))
        if self.minutes is not None and method != ENSEMBLE:
            recipe = with_steps(recipe, self.steps[method], method)
        trained = self.variants.get(method, method)
        model = dataclasses.replace(recipe.model, name=recipe.model.name if trained in MODEL_METHODS else method)
        singles = [name for name in self.methods if name.startswith(SINGLE)] if method == ENSEMBLE else []
        members = tuple(self._run(name, seed) for name in singles)
        recipe = dataclasses.replace(recipe, method=trained, seed=seed, model=model)
        return Run(method, seed, recipe, self.test, members)


@dataclass(frozen=True)
class Run:
    """One training and its test.

    Attributes:
        method: Its row in the table: a method, or a variant of one, which ``recipe.method`` then names.
        seed: What tells it from the others of the row.
        recipe: Everything that determines the training.
        test: And the test.
        members: The runs of the single networks that an ensemble is put together of instead of being trained.
    """

    method: str
    seed: int
    recipe: Recipe
    test: ScoringRecipe
    members: tuple[Run, ...] = ()

    @property
    def place(self) -> str:
        """Its folder below that of the benchmark."""
        return place_of(self.method, self.seed)

    def plain(self) -> dict[str, Any]:
        """What determines the scores, as JSON holds it."""
        made: dict[str, Any] = {"recipe": plain(self.recipe), "test": dataclasses.asdict(self.test)}
        if self.members:
            made["members"] = {member.method: plain(member.recipe) for member in self.members}
        if self.method != self.recipe.method:
            made["variant"] = self.method
        return made

    def defaults(self) -> dict[str, Any]:
        """What of it nobody needs to give, see ``fitting.recipe.defaults``."""
        return {
            "recipe": defaults(self.recipe),
            "test": dataclasses.asdict(ScoringRecipe()),
            "members": {member.method: defaults(member.recipe) for member in self.members},
        }


def place_of(method: str, seed: int) -> str:
    """Folder of a run below that of its benchmark."""
    return f"{method}/seed{seed}"


def changed(recipe: Recipe, changes: Mapping[str, Any]) -> Recipe:
    """Return a recipe with other values, named as on the command line (``optimizer.lr``).

    Raises:
        InputError: There is no such value.
    """
    for name, value in changes.items():
        recipe = _with(recipe, name.split("."), value, name)
    return recipe


def with_steps(recipe: Recipe, steps: int, method: str) -> Recipe:
    """Return a recipe with another number of optimizer steps in the same number of epochs.

    Raises:
        InputError: They cannot be shared evenly by the epochs.
    """
    schedule = recipe.schedule
    each, rest = divmod(steps, schedule.epochs)
    if each < 1 or rest:
        raise InputError(
            f"{steps} steps of '{method}' are no whole number in each of {schedule.epochs} epochs.",
            f"Give a multiple of {schedule.epochs}.",
        )
    windows = each * schedule.batch_size * schedule.accumulate
    return dataclasses.replace(recipe, schedule=dataclasses.replace(schedule, windows_per_epoch=windows))


def _with(part: Any, path: list[str], value: Any, name: str) -> Any:
    first, *rest = path
    if not dataclasses.is_dataclass(part) or first not in {item.name for item in dataclasses.fields(part)}:
        raise InputError(f"A recipe has no value '{name}'.", "`dis2-train fit --help` lists them.")
    new = _with(getattr(part, first), rest, value, name) if rest else value
    return dataclasses.replace(part, **{first: new})  # type: ignore[type-var]
