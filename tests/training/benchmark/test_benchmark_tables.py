"""Tables of tests whose counts are written by hand: every number can be worked out beside the table."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dis2_core.contract.errors import InputError
from dis2_training.benchmark.plan import BenchmarkRecipe, ScoringRecipe, changed
from dis2_training.benchmark.plots import _line, _robustness, _scenarios
from dis2_training.benchmark.results import Results, Spread, short
from dis2_training.benchmark.run_scores import FILE, Facts, RunScores
from dis2_training.benchmark.tables import markdown, write_csv
from dis2_training.fitting.recipe import DataRecipe, ModelRecipe, Recipe, plain
from dis2_training.methods.registry import method_names

SCENARIOS = ("optical+sar", "optical", "sar")
TILES = 30


def recipe() -> Recipe:
    return Recipe(data=DataRecipe("nowhere"), model=ModelRecipe("flood", window=32, width=8))


def benchmark(**changes: object) -> BenchmarkRecipe:
    methods = ["dis2", "concat_dropout", "single_sar", "shaspec"]
    made = BenchmarkRecipe("toy", recipe(), methods, seeds=[0, 1], focus="flooded")
    return replace(made, focus_name="flood", title="Toy", caveats=["Toy numbers."], **changes)


def counts(flood_found: int, false_alarms: int) -> np.ndarray:
    """(K, K + 1): 100 dry and 50 flooded pixels."""
    return np.array([[100 - false_alarms, false_alarms, 0], [50 - flood_found, flood_found, 0]])


def toy(method: str, seed: int, found: dict[str, tuple[int, int]]) -> RunScores:
    facts = Facts(
        made={"recipe": plain(replace(recipe(), method=method, seed=seed)), "test": {}},
        steps=10,
        parameters=1234,
        gflop=dict.fromkeys(SCENARIOS, 0.5),
        seconds_a_window=dict.fromkeys(SCENARIOS, 0.02),
        seconds=100.0,
        cpu_seconds=90.0,
        validation_miou=0.5,
        device="CPU",
        test_device="CPU",
    )
    matrices = np.stack([np.stack([counts(*pair)] * TILES) for pair in found.values()])
    bins = np.tile([[10.0, 30.0], [5.0, 27.0], [4.0, 27.0]], (len(found), 1, 1))  # errors of 1 and 0 of 40 pixels
    tiles = tuple(f"t{i}" for i in range(TILES))
    return RunScores(facts, ("dry", "flooded"), tiles, tuple(found), matrices, bins)


SHARED_AND_PAPER = ("**DIS2, shared**", "**DIS2**")
FULL, SHIFTED = "optical+sar", "optical+sar, shift 2"
TESTS = [
    toy("dis2", 0, {FULL: (50, 0), "optical": (40, 0), "sar": (30, 10), SHIFTED: (25, 0)}),
    toy("dis2", 1, {FULL: (45, 0), "optical": (40, 0), "sar": (30, 10), SHIFTED: (25, 0)}),
    toy("concat_dropout", 0, {FULL: (50, 0), "optical": (40, 0), "sar": (20, 0), SHIFTED: (10, 0)}),
    toy("single_sar", 0, {"sar": (25, 0)}),
]


def rows_of(text: str) -> dict[str, list[list[str]]]:
    """Cells of all table rows by what stands first in them."""
    found: dict[str, list[list[str]]] = {}
    for line in text.splitlines():
        if line.startswith("|"):
            first, *cells = (cell.strip() for cell in line.strip("|").split("|"))
            found.setdefault(first, []).append(cells)
    return found


def test_the_table_says_what_was_counted() -> None:
    rows = rows_of(markdown(Results(benchmark(), TESTS)))
    flood, miou = rows["**DIS2**"][:2]
    # flooded: 50 of 50, then 45 of 50; 40 of 50 twice; 30 of 50 with 10 false alarms
    assert flood[:3] == [".950 ± .071", ".800 ± .000", ".500 ± .000"] and flood[5:] == [".150", ".450"]
    # Avg of seed 0 is (1 + .8 + .5) / 3; E weighs .81, .09 and .09, without the .01 of nothing at all
    assert flood[3] == f"{short((2.3 + 2.2) / 6)} ± {short(0.1 / 3 / 2**0.5)}"
    assert flood[4].startswith(short((0.81 * 0.95 + 0.09 * 0.8 + 0.09 * 0.5) / 0.99))
    assert miou[1] == f"{short((100 / 110 + 0.8) / 2)} ± .000"
    once = [f"{score} (1 of 2 seeds)" for score in ("1.000", ".800", ".400")]
    assert rows["concatenation, modality dropout"][0][:3] == once
    assert rows["ShaSpec in 2-D"][0][:3] == ["*not run*"] * 3
    assert rows["sar alone"][0][:5] == ["–", "–", ".500 (1 of 2 seeds)", "–", "–"]  # it saw SAR in every scenario
    assert rows["ShaSpec in 2-D"][0][3:5] == ["*not run*"] * 2
    ece = next(cells for cells in rows["**DIS2**"] if cells[0].startswith(".025"))
    assert ece[:3] == [".025 ± .000"] * 3


def test_differences_are_marked_where_the_interval_leaves_zero_out() -> None:
    results = Results(benchmark(), TESTS)
    rows = rows_of(markdown(results))
    against_dropout = next(cells for cells in rows["**DIS2**"] if "p " in cells[0])
    assert against_dropout[1].startswith("+.000 (")  # alike in every tile
    assert against_dropout[2].startswith("**+.100** (.100 to .100")
    floor = next(cells for cells in rows["concatenation, modality dropout"] if "p " in cells[0])
    assert floor == ["**−.100** (−.100 to −.100, p 0.0002) (1 of 2 seeds)"]
    found = results.difference("dis2", "concat_dropout", "sar")
    assert found is not None and found.estimate == pytest.approx(0.5 - 0.4)


def test_dis2_is_compared_with_every_method_on_the_seeds_they_share() -> None:
    shaspec = toy("shaspec", 1, {FULL: (45, 0), "optical": (30, 0), "sar": (20, 0)})
    text = markdown(Results(benchmark(), [*TESTS, shaspec]))
    table = text.split("| how far **DIS2** is ahead of |")[1].split("\n\n")[0]
    (cells,) = rows_of(table)["ShaSpec in 2-D"]  # neither the reference nor the single modality is in it
    assert [cell.split(" (")[0] for cell in cells] == ["+.000", "**+.200**", "**+.100**", "**+.100**"]
    assert all(cell.endswith(" (1 of 2 seeds)") for cell in cells)


def test_seeds_are_drawn_where_there_are_three() -> None:
    """Of tiles that are all alike the interval over tiles is a point, that over seeds is not."""
    found = {seed: (50 - 5 * seed, 0) for seed in range(3)}
    ours = [toy("dis2", seed, {FULL: pair, "optical": (40, 0), "sar": (30, 0)}) for seed, pair in found.items()]
    theirs = [toy("shaspec", seed, {FULL: (35, 0), "optical": (35, 0), "sar": (25, 0)}) for seed in range(3)]
    results = Results(benchmark(seeds=[0, 1, 2]), [*ours, *theirs])
    text = markdown(results)
    table = text.split("| how far **DIS2** is ahead of |")[1].split("\n\n")[0]
    assert table.startswith(" optical+sar | optical | sar | Avg | Avg, over seeds and tiles |")
    (cells,) = rows_of(table)["ShaSpec in 2-D"]
    assert cells[3].startswith("**+.133** (.133 to .133")
    assert cells[4].startswith("**+.133** (.100 to .167")  # three times seed 2, three times seed 0
    alone = Results(benchmark(), [*ours[:2], *theirs[:2]])
    assert alone.average_difference("dis2", "shaspec", over_seeds=True) is None
    assert "over seeds and tiles |" not in markdown(alone)


def test_what_is_expected_where_modalities_go_missing_by_chance() -> None:
    results = Results(benchmark(), TESTS)
    assert results.weights("E") == pytest.approx(np.array([0.81, 0.09, 0.09]) / 0.99)
    assert results.weights("Avg") == pytest.approx([1 / 3] * 3)


def test_both_forms_of_dis2_are_compared_with_every_method() -> None:
    shared = toy("dis2_shared", 0, {FULL: (50, 0), "optical": (45, 0), "sar": (35, 0)})
    methods = [*benchmark().methods, "dis2_shared"]
    text = markdown(Results(benchmark(methods=methods), [*TESTS, shared]))
    ours, paper = (text.split(f"| how far {name} is ahead of |")[1].split("\n\n")[0] for name in SHARED_AND_PAPER)
    assert set(rows_of(ours)) == {"---", "**DIS2**"} and set(rows_of(paper)) == {"---", "**DIS2, shared**"}
    assert rows_of(ours)["**DIS2**"][0][2].startswith("**+.200**")


def test_degradations_stand_between_full_and_missing() -> None:
    rows = rows_of(markdown(Results(benchmark(test=ScoringRecipe(degraded="optical")), TESTS)))
    assert rows["nothing done to it"] == [[".950 ± .071", "1.000 (1 of 2 seeds)"]]
    assert rows["shift 2"] == [[".500 ± .000", ".200 (1 of 2 seeds)"]]


def test_the_rows_say_which_run_and_which_scenario(tmp_path: Path) -> None:
    write_csv(Results(benchmark(), TESTS), tmp_path / "rows.csv")
    with (tmp_path / "rows.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {"method", "width", "seed", "scenario", "miou", "flood_iou", "f1", "oa", "parameters", "gflop"} <= set(
        rows[0]
    )
    assert len(rows) == 4 + 4 + 4 + 1 + 3 * 2  # and both means of what answers all scenarios
    means = {row["scenario"]: row for row in rows if (row["method"], row["scenario"]) == ("concat_dropout", "Avg")}
    assert float(means["Avg"]["flood_iou"]) == pytest.approx((1.0 + 0.8 + 0.4) / 3, abs=1e-4)
    assert (means["Avg"]["gflop"], means["Avg"]["ece"], means["Avg"]["steps"]) == ("", "", "10")
    (row,) = [row for row in rows if (row["method"], row["scenario"]) == ("concat_dropout", "sar")]
    assert float(row["flood_iou"]) == 0.4
    assert float(row["oa"]) == pytest.approx(120 / 150, abs=1e-4)
    assert float(row["f1"]) == pytest.approx((2 * 100 / 230 + 2 * 20 / 70) / 2, abs=1e-4)


def test_the_plots_show_the_numbers_of_the_table() -> None:
    results = Results(benchmark(test=ScoringRecipe(degraded="optical")), TESTS)
    panel = _scenarios(results).axes[SCENARIOS.index("sar")]
    assert [list(line.get_xdata()) for line in panel.lines[:2]] == [[0.5, 0.5], [0.5, 0.5]]
    shifts = _robustness(results).axes[0]
    assert list(shifts.lines[0].get_xdata()) == [0, 2]
    assert shifts.lines[1].get_ydata()[1] == pytest.approx((100 / 140 + 0.2) / 2)


def test_no_two_of_our_methods_have_the_same_line() -> None:
    methods = method_names(("optical", "sar"))
    lines = [tuple(_line(methods, method).values()) for method in methods]
    assert len(set(lines)) == len(methods) >= 16


def test_scores_come_back_as_they_were_saved(tmp_path: Path) -> None:
    TESTS[0].save(tmp_path)
    again = RunScores.load(tmp_path)
    assert (again.facts, again.classes, again.tiles) == (TESTS[0].facts, TESTS[0].classes, TESTS[0].tiles)
    assert np.array_equal(again.counts, TESTS[0].counts) and np.array_equal(again.bins, TESTS[0].bins)
    assert list(tmp_path.iterdir()) == [tmp_path / FILE]


def test_a_file_with_a_pickle_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / FILE, facts=np.array({"method": "dis2"}, dtype=object))
    with pytest.raises(InputError, match="damaged"):
        RunScores.load(tmp_path)


@pytest.mark.parametrize("damage", ["half", "flipped", "empty", "another shape"])
def test_a_damaged_file_is_one_clear_error(damage: str, tmp_path: Path) -> None:
    whole = TESTS[0].save(tmp_path).read_bytes()
    middle = len(whole) // 3
    if damage == "another shape":
        replace(TESTS[0], tiles=("a", "b")).save(tmp_path)
    else:
        damaged = {"half": whole[: len(whole) // 2], "empty": b""}
        flipped = whole[:middle] + bytes([whole[middle] ^ 0xFF]) + whole[middle + 1 :]
        (tmp_path / FILE).write_bytes(damaged.get(damage, flipped))
    with pytest.raises(InputError, match="damaged"):
        RunScores.load(tmp_path)


def test_spreads_are_sample_deviations() -> None:
    assert str(Spread((0.1, 0.2, 0.3))) == ".200 ± .100"
    assert str(Spread((0.25,))) == ".250"
    assert str(Spread((0.25, 0.25), 3)) == ".250 ± .000 (2 of 3 seeds)"
    assert (short(-0.0412), short(1.0)) == ("−.041", "1.000")


def test_a_method_can_have_values_of_its_own() -> None:
    made = benchmark(changes={"dis2": {"optimizer.lr": 2e-3, "schedule.epochs": 3}})
    runs = {(run.method, run.seed): run.recipe for run in made.runs()}
    assert len(runs) == 8
    assert (runs["dis2", 1].optimizer.lr, runs["dis2", 1].schedule.epochs, runs["dis2", 1].seed) == (2e-3, 3, 1)
    assert runs["single_sar", 1].optimizer.lr == recipe().optimizer.lr
    assert [run.seed for run in made.runs()] == [0, 0, 0, 0, 1, 1, 1, 1]  # a first table after a third of the time
    with pytest.raises(InputError, match=r"optimizer\.speed"):
        changed(recipe(), {"optimizer.speed": 1})
    with pytest.raises(InputError, match="mmformer"):
        benchmark(changes={"mmformer": {}}).runs()


def test_a_method_can_have_several_rows() -> None:
    """A variant trains its method with its own values, and is told apart from it in folders, facts and tables."""
    made = benchmark(variants={"slow_dis2": "dis2"}, changes={"slow_dis2": {"optimizer.lr": 1e-5}})
    made = replace(made, methods=["dis2", "slow_dis2"])
    made.check(("optical", "sar"), ("dry", "flooded"))
    own, variant = made.runs()[:2]
    assert [run.place for run in (own, variant)] == ["dis2/seed0", "slow_dis2/seed0"]
    assert [run.recipe.method for run in (own, variant)] == ["dis2", "dis2"]
    assert [run.recipe.optimizer.lr for run in (own, variant)] == [recipe().optimizer.lr, 1e-5]
    assert "variant" not in own.plain()  # what was trained before there were variants stays what it is
    tests = [replace(TESTS[0], facts=replace(TESTS[0].facts, made=run.plain())) for run in (own, variant)]
    assert [test.facts.place for test in tests] == [own.place, variant.place]
    assert {"**DIS2**", "slow_dis2"} <= set(rows_of(markdown(Results(made, tests))))


def test_what_does_not_fit_the_data_is_named() -> None:
    modalities, classes = ("optical", "sar"), ("dry", "flooded")
    benchmark().check(modalities, classes)
    with pytest.raises(InputError, match="single_ndsm"):
        replace(benchmark(), methods=["single_ndsm"]).check(modalities, classes)
    with pytest.raises(InputError, match="ndsm"):
        replace(benchmark(), test=ScoringRecipe(degraded="ndsm")).check(modalities, classes)
    with pytest.raises(InputError, match="wet"):
        replace(benchmark(), focus="wet").check(modalities, classes)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"reference": "concat_drop"}, "concat_drop"),
        ({"seeds": [0, 1, 0]}, "seed 0 is named twice"),
        ({"methods": ["dis2", "dis2"]}, "method dis2 is named twice"),
        ({"name": "../elsewhere"}, "no name for a folder"),
        ({"name": "a/b"}, "no name for a folder"),
        ({"variants": {"../x": "dis2"}}, "no name for a folder"),
        ({"variants": {"concat": "dis2"}}, "'concat' is a method already"),
        ({"variants": {"mine": "dis3"}, "methods": ["mine"]}, "no method 'dis3'"),
        ({"test": ScoringRecipe(split="validation")}, "trained on or chosen by"),
        ({"test": ScoringRecipe(shifts=[0, 2])}, "clean scenario"),
        ({"recipe": replace(recipe(), devices=2)}, "one process"),
    ],
)
def test_what_would_make_a_false_table_is_refused(changes: dict[str, object], named: str) -> None:
    with pytest.raises(InputError, match=named):
        replace(benchmark(), **changes).check(("optical", "sar"), ("dry", "flooded"))


def test_some_runs_are_named_by_method_or_by_place() -> None:
    assert [run.place for run in benchmark().only(["single_sar/seed1", "dis2"])] == [
        "single_sar/seed1",
        "dis2/seed0",
        "dis2/seed1",
    ]
    with pytest.raises(InputError, match="no run 'dis2/seed7'"):
        benchmark().only(["dis2/seed7"])


def test_runs_on_other_tiles_are_not_compared() -> None:
    other = replace(TESTS[2], tiles=tuple(f"other{i}" for i in range(TILES)))
    with pytest.raises(InputError, match="different tiles"):
        Results(benchmark(), [TESTS[0], other])


def test_with_few_tiles_no_difference_is_called_significant() -> None:
    few = [replace(test, tiles=test.tiles[:5], counts=test.counts[:, :5]) for test in TESTS]
    text = markdown(Results(benchmark(), few))
    assert "no difference here is called significant" in text and "**+" not in text
    assert "+.100" in text


def test_the_head_says_what_was_done() -> None:
    rate = {"optimizer.lr": 0.002}
    changes = {"dis2": rate, "concat_dropout": rate}
    text = markdown(Results(benchmark(changes=changes), TESTS))
    assert "Width 8, windows of 32 pixels, 10 steps of 8 windows" in text and "trained on CPU" in text
    steps = {"dis2": 10, "concat_dropout": 25, "single_sar": 60, "shaspec": 20}
    equal = markdown(Results(benchmark(minutes=2.5, steps=steps), TESTS))
    assert "2.5 CPU minutes of training and validation for every method" in equal
    assert "DIS2 10, concatenation, modality dropout 25, sar alone 60, seeds 0, 1" in equal
    assert "- optimizer.lr 0.002: **DIS2**, concatenation, modality dropout." in text and "- Toy numbers." in text
    assert rows_of(text)["**DIS2**"][-1] == ["1,234", "0.500", "0.500", "0.500", "20.0", "1.5"]
