"""Every method through the base tester, and what each says of itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from baseline_tester import THREE, TWO, WINDOW, BaselineTester, tiny_card
from torch import Tensor, nn

from dis2_core import DIS2, DIS2Config
from dis2_core.contract.errors import InputError, NoInput, UnknownModality
from dis2_core.network.efficientnet import EfficientNetLite0
from dis2_core.network.encoder import Encoder
from dis2_training.methods.cross_entropy import cross_entropy
from dis2_training.methods.decoder import MapDecoder
from dis2_training.methods.dis2.losses import segmentation_loss
from dis2_training.methods.registry import ENSEMBLE, OWN_ENCODER, answers, build, build_network, method_names
from dis2_training.methods.rivals.anyseg import cross_modal, similarities, unimodal
from dis2_training.methods.rivals.cmx import CrossPath, Rectification
from dis2_training.methods.rivals.hallucination import Hallucination, imitation
from dis2_training.methods.rivals.m3l import LinearFusion
from dis2_training.methods.rivals.shaspec import ShaSpec
from dis2_training.scoring.cost import count_parameters

NAMES = tuple(name for name, _ in TWO)
METHODS = tuple(name for name in method_names(NAMES) if name != ENSEMBLE)  # it is not trained
DRAWING = ("dis2_shared", "concat_dropout", "shaspec", "mmformer", "anyseg", "cmx", "m3l")


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.mark.slow
@pytest.mark.parametrize("modalities", [TWO, THREE], ids=["two", "three"])
@pytest.mark.parametrize("method", METHODS)
def test_shapes(method: str, modalities: tuple[tuple[str, int], ...]) -> None:
    BaselineTester(method, modalities).check_shapes()


@pytest.mark.slow
@pytest.mark.parametrize("modalities", [TWO, THREE], ids=["two", "three"])
@pytest.mark.parametrize("method", METHODS)
def test_gradients(method: str, modalities: tuple[tuple[str, int], ...]) -> None:
    BaselineTester(method, modalities).check_gradients()


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
def test_batches_and_missing_modalities(method: str) -> None:
    tester = BaselineTester(method)
    tester.check_batch_independence()
    tester.check_blind_to_missing()
    tester.check_layout_and_precision()


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
def test_saving_and_export(method: str, tmp_path: Path) -> None:
    tester = BaselineTester(method)
    tester.check_file(tmp_path / "method.safetensors")
    tester.check_export(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
def test_it_learns(method: str) -> None:
    """Blocks whose class each modality shows: the task's loss falls well below that of guessing."""
    tester = BaselineTester(method)
    objective = tester.objective.train()
    optimizer = torch.optim.AdamW(objective.parameters(), lr=5e-3)
    weight = 0.0 if method == "anyseg" else 1.0  # of 50 to what a teacher says that has learned nothing yet
    blocks = torch.randint(0, 3, (2, 2, 2), generator=torch.Generator().manual_seed(0))
    labels = blocks.repeat_interleave(16, dim=1).repeat_interleave(16, dim=2)
    inputs = {name: 0.1 * x + labels[:, None] - 1 for name, x in tester.inputs(batch=2).items()}
    for step in range(16):
        total = objective(inputs, labels, [tester.scenarios[1 + step % 2]], weight)["total"]
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
    terms = objective(inputs, labels, [tester.scenarios[1]], 1.0)
    task = [value.item() for name, value in terms.items() if name.endswith("cross_entropy")]
    assert max(task) < 0.8 * torch.tensor(3.0).log().item()


@pytest.mark.parametrize("method", [name for name in METHODS if not name.startswith("dis2")])
def test_inputs_that_a_method_does_not_know_are_refused(method: str) -> None:
    network = BaselineTester(method).objective.network
    with pytest.raises(NoInput):
        network({})
    with pytest.raises(UnknownModality, match="lidar"):
        network({"lidar": torch.zeros(1, 1, WINDOW, WINDOW)})


# --- what stands in for a missing modality ---


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
def test_the_encoder_is_the_configurations_or_is_refused(method: str) -> None:
    config = replace(DIS2Config.from_card(tiny_card()), encoder="efficientnet_lite0")
    if method in OWN_ENCODER:
        with pytest.raises(InputError, match="takes no encoder 'efficientnet_lite0'"):
            build_network(method, config)
        return
    network = build_network(method, config).eval()
    modules = list(network.modules())
    assert any(isinstance(module, EfficientNetLite0) for module in modules)
    assert not any(isinstance(module, Encoder) for module in modules)
    inputs = {name: torch.randn(1, bands, 32, 32) for name, bands in config.modalities}
    with torch.no_grad():
        assert network(inputs).shape == (1, config.classes, 32, 32)


@pytest.mark.parametrize("method", ["concat", "single_optical", "single_sar"])
@torch.no_grad()
def test_a_missing_modality_is_normalised_zero(method: str) -> None:
    tester = BaselineTester(method)
    network, inputs = tester.evaluated(), tester.inputs()
    for missing in NAMES:
        kept = {name: inputs[name] for name in NAMES if name != missing}
        zeroed = {**kept, missing: torch.zeros_like(inputs[missing])}
        torch.testing.assert_close(network(kept), network(zeroed))


def zero_maps(module: nn.Module, arguments: object, output: list[Tensor] | Tensor) -> list[Tensor] | Tensor:
    return torch.zeros_like(output) if isinstance(output, Tensor) else [torch.zeros_like(x) for x in output]


@pytest.mark.parametrize(
    ("method", "masked"),
    [("concat_dropout", lambda net, name: [net.encoders[name]]),
     ("mmformer", lambda net, name: [net.encoders[name], net.intra[name]])],
)  # fmt: skip
@torch.no_grad()
def test_maps_of_a_missing_modality_are_zero(method: str, masked: Callable[..., list[nn.Module]]) -> None:
    tester = BaselineTester(method)
    network, inputs = tester.evaluated(), tester.inputs()
    for missing in NAMES:
        alone = network({name: inputs[name] for name in NAMES if name != missing})
        hooks = [module.register_forward_hook(zero_maps) for module in masked(network, missing)]
        torch.testing.assert_close(network(inputs), alone)
        for hook in hooks:
            hook.remove()


def twins(method: str) -> nn.Module:
    """A network of two modalities with the same bands whose encoders are alike."""
    torch.manual_seed(0)
    config = DIS2Config(modalities=(("a", 2), ("b", 2)), classes=3, window=(WINDOW, WINDOW), width=8, heads=2)
    network = build_network(method, config).eval()
    for parts in ("encoders", "adapters", "specific"):
        if pair := getattr(network, parts, None):
            pair["b"].load_state_dict(pair["a"].state_dict())
    return network


@torch.no_grad()
def test_a_perfect_hallucination_is_as_good_as_the_modality() -> None:
    network = twins("hallucination")
    assert isinstance(network, Hallucination)
    for missing, available in (("a", "b"), ("b", "a")):
        network.streams[missing][available].load_state_dict(network.encoders["a"].state_dict())
        window = torch.randn(2, 2, WINDOW, WINDOW)
        torch.testing.assert_close(network({available: window}), network({"a": window, "b": window}))


@torch.no_grad()
def test_shared_features_stand_in_where_nothing_is_specific() -> None:
    network = twins("shaspec")
    assert isinstance(network, ShaSpec)
    window = torch.randn(2, 2, WINDOW, WINDOW)
    full = network({"a": window, "b": window})
    assert not torch.allclose(network({"a": window}), full)  # b's specific features are missing
    for parameter in network.compose.parameters():
        parameter.zero_()
    full = network({"a": window, "b": window})
    torch.testing.assert_close(network({"a": window}), full)
    torch.testing.assert_close(network({"b": window}), full)


# --- the losses ---


def test_imitation_pulls_the_student_alone() -> None:
    student, teacher = torch.zeros(1, 1, 2, 2, requires_grad=True), torch.ones(1, 1, 2, 2, requires_grad=True)
    loss = imitation([student, student], [teacher, teacher])
    assert loss.item() == pytest.approx(2 * (torch.sigmoid(torch.tensor(1.0)).item() - 0.5) ** 2)
    loss.backward()
    assert student.grad is not None and teacher.grad is None
    assert imitation([teacher], [teacher]).item() == 0


def test_the_constraints_of_shaspec_weigh_what_was_published() -> None:
    tester = BaselineTester("shaspec")
    terms = tester.objective(tester.inputs(), tester.labels(), tester.drawn()[0], 0.0)
    expected = terms["drawn"] + terms["drawn_cross_entropy"] + 0.1 * terms["shared"] + 0.02 * terms["modality"]
    torch.testing.assert_close(terms["total"], expected)


def test_shared_features_that_are_alike_cost_nothing_and_guessing_costs_ln_m() -> None:
    torch.manual_seed(0)
    config = DIS2Config(modalities=(("a", 2), ("b", 2)), classes=3, window=(WINDOW, WINDOW), width=8, heads=2)
    objective = build("shaspec", config)
    objective.network.adapters["b"].load_state_dict(objective.network.adapters["a"].state_dict())
    torch.nn.init.zeros_(objective.classify_modality.weight)
    torch.nn.init.zeros_(objective.classify_modality.bias)
    window = torch.randn(2, 2, WINDOW, WINDOW)
    labels = torch.zeros(2, WINDOW, WINDOW, dtype=torch.long)
    terms = objective({"a": window, "b": window}, labels, [("a", "b")], 0.0)
    assert terms["shared"].item() == pytest.approx(0, abs=1e-6)
    assert terms["modality"].item() == pytest.approx(torch.tensor(2.0).log().item(), rel=1e-5)


@pytest.mark.parametrize(("weight", "cross"), [(0.0, False), (2.0, True)])
def test_cross_entropy_is_added_with_its_weight(weight: float, cross: bool) -> None:
    tester = BaselineTester("concat")
    objective = build("concat", tester.config, weight)
    terms = objective(tester.inputs(), tester.labels(), tester.drawn()[0], 0.0)
    assert ("full_cross_entropy" in terms) == cross
    assert terms["total"].item() == pytest.approx(sum(v.item() for k, v in terms.items() if k != "total"))


def test_distillation_weighs_the_imitation() -> None:
    tester = BaselineTester("hallucination")
    tester.objective.eval()
    without, half = (
        tester.objective(tester.inputs(), tester.labels(), [("sar",)], weight)["total"] for weight in (0.0, 0.5)
    )
    terms = tester.objective(tester.inputs(), tester.labels(), [("sar",)], 1.0)
    torch.testing.assert_close(half - without, 0.5 * terms["imitation"], rtol=1e-3, atol=1e-5)
    full_only = tester.objective(tester.inputs(), tester.labels(), [], 1.0)
    assert set(full_only) == {"full", "full_cross_entropy", "total"}


def test_concat_never_sees_a_missing_modality_and_single_sees_its_own_alone() -> None:
    tester = BaselineTester("concat")
    terms = tester.objective.eval()(tester.inputs(), tester.labels(), [("sar",)], 1.0)
    full = segmentation_loss(tester.objective.network(tester.inputs()), tester.labels())
    torch.testing.assert_close(terms["full"], full)
    single = BaselineTester("single_sar").objective.eval()
    other = {**tester.inputs(), "optical": tester.inputs(seed=9)["optical"]}
    for x in (tester.inputs(), other):
        torch.testing.assert_close(single.network(x), single.network({"sar": tester.inputs()["sar"]}))


# --- AnySeg, M3L, CMX ---


@pytest.mark.parametrize("method", ["anyseg", "m3l"])
def test_the_teacher_is_the_average_of_the_student_and_has_no_gradient(method: str) -> None:
    """Young averages are plain means of all weights so far; the teacher moves in training alone."""
    objective = BaselineTester(method).objective.train()
    tester = BaselineTester(method)
    weight = next(objective.network.encoder.parameters())
    followed = next(objective.teacher.network.encoder.parameters())
    for value in (1.0, 2.0, 6.0):
        with torch.no_grad():
            weight.fill_(value)
        objective(tester.inputs(), tester.labels(), tester.scenarios, 1.0)["total"].backward()
    assert followed.unique().item() == pytest.approx(3.0) and int(objective.teacher.steps) == 3
    assert not any(p.requires_grad or p.grad is not None for p in objective.teacher.parameters())
    assert not objective.teacher.network.training
    objective.eval()(tester.inputs(), tester.labels(), tester.scenarios, 1.0)
    assert followed.unique().item() == pytest.approx(3.0)


def test_the_distillations_of_anyseg_weigh_what_was_published() -> None:
    tester = BaselineTester("anyseg")
    terms = tester.objective(tester.inputs(), tester.labels(), tester.scenarios, 0.5)
    own = terms["drawn"] + terms["drawn_cross_entropy"]
    expected = own + 0.5 * (50 * terms["response"] + 5 * terms["unimodal"] + 10 * terms["cross_modal"])
    torch.testing.assert_close(terms["total"], expected)


def test_a_student_that_is_its_teacher_has_nothing_to_learn_from_it() -> None:
    """In evaluation mode of both, with all modalities; features alone matter to two of the three."""
    tester = BaselineTester("anyseg")
    objective = tester.objective.eval()
    terms = objective(tester.inputs(), tester.labels(), tester.scenarios[:1], 1.0)
    assert [terms[name].item() for name in ("response", "unimodal", "cross_modal")] == pytest.approx([0] * 3, abs=1e-6)
    own = objective.network.encode(tester.inputs())
    swapped = {"optical": own["sar"], "sar": own["optical"]}
    assert unimodal(own, swapped).item() > 0
    assert cross_modal(own, swapped).item() == pytest.approx(0, abs=1e-6)  # as alike as before


def test_similarities_are_cosines() -> None:
    a, b = torch.tensor([3.0, 0.0]).view(1, 2, 1, 1), torch.tensor([1.0, 1.0]).view(1, 2, 1, 1)
    torch.testing.assert_close(similarities([a, b])[0], torch.tensor([[1.0, 0.5**0.5], [0.5**0.5, 1.0]]))


@torch.no_grad()
def test_linear_fusion_is_a_convex_sum() -> None:
    """Alike at the start; with all weight on one modality, its maps."""
    fusion = LinearFusion(modalities=2, levels=1)
    maps = torch.randn(2, 3, 4, 4)
    torch.testing.assert_close(fusion([maps])[0], maps.mean(dim=0, keepdim=True))
    fusion.shares[0, 1] = 100.0
    torch.testing.assert_close(fusion([maps])[0], maps[1:])


@torch.no_grad()
def test_the_token_of_m3l_stands_for_what_is_missing_and_for_nothing_else() -> None:
    tester = BaselineTester("m3l")
    network, inputs = tester.evaluated(), tester.inputs()
    before = network.forward_scenarios(inputs, tester.scenarios)
    network.token.add_(1.0)
    after = network.forward_scenarios(inputs, tester.scenarios)
    changed = [not torch.allclose(before[scenario], after[scenario]) for scenario in tester.scenarios]
    assert changed == [False, True, True]


def test_the_masked_student_of_m3l_learns_the_classes_of_its_teacher() -> None:
    tester = BaselineTester("m3l")
    objective, unlabelled = tester.objective.eval(), torch.full_like(tester.labels(), 255)
    terms = objective(tester.inputs(), unlabelled, tester.scenarios, 0.5)
    classes = objective.teacher.network(tester.inputs()).argmax(dim=1)
    logits = objective.network.forward_scenarios(tester.inputs(), tester.scenarios)
    expected = [cross_entropy(logits[scenario], classes) for scenario in tester.scenarios[1:]]
    torch.testing.assert_close(terms["teacher"], torch.stack(expected).mean(), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(terms["total"], 0.5 * terms["teacher"])  # no label, no task
    assert "teacher" not in objective(tester.inputs(), unlabelled, tester.scenarios[:1], 0.5)


@torch.no_grad()
def test_what_rectification_gives() -> None:
    """With weights of one half everywhere, half by channels and half by pixels: half of the other's map."""
    rectify = Rectification(slots=2, channels=4)
    for parameter in rectify.parameters():
        parameter.zero_()  # sigmoid(0) = .5
    first, second = torch.randn(2, 1, 4, 3, 3).unbind()
    for ours, expected in zip(rectify([first, second]), (first + second / 2, second + first / 2), strict=True):
        torch.testing.assert_close(ours, expected)


@torch.no_grad()
def test_the_linear_attention_of_cmx_is_what_its_definition_says_pixel_by_pixel() -> None:
    torch.manual_seed(0)
    path, other = CrossPath(8, heads=2).double(), CrossPath(8, heads=2).double()
    query, theirs = torch.randn(2, 1, 5, 8, dtype=torch.float64).unbind()
    heard = []
    path.leave.register_forward_hook(lambda _, given, __: heard.append(given[0][..., 8:]))
    path(torch.zeros_like(query), torch.zeros_like(query), query, other.context(theirs))
    keys, values = other.keys_values(theirs)[0].chunk(2, dim=1)  # (5, 8) each
    for head in (slice(0, 4), slice(4, 8)):
        scores = torch.tensor(
            [[sum(keys[n, i] * values[n, j] for n in range(5)) / 2 for j in range(8)] for i in range(8)]
        )
        weights = scores[head, head].softmax(dim=0).double()
        torch.testing.assert_close(heard[0][0][:, head], query[0][:, head] @ weights, rtol=1e-5, atol=1e-7)


# --- drawing scenarios ---


@pytest.mark.parametrize("method", DRAWING)
def test_the_term_of_a_batch_is_the_mean_of_its_scenarios(method: str) -> None:
    tester = BaselineTester(method)
    objective, labels = tester.objective.eval(), tester.labels()
    terms = objective(tester.inputs(), labels, tester.scenarios, 1.0)
    logits = objective.network.forward_scenarios(tester.inputs(), tester.scenarios)
    own = torch.stack([segmentation_loss(logits[scenario], labels) for scenario in tester.scenarios])
    torch.testing.assert_close(terms["drawn"], own.mean(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("training", [True, False])
def test_modality_dropout_that_encodes_once_learns_what_it_would_by_encoding_anew(training: bool) -> None:
    """Terms and gradients are those of a pass for every scenario; each encoder runs once."""
    tester = BaselineTester("concat_dropout")
    objective, labels = tester.objective.train(training), tester.labels()
    runs = dict.fromkeys(NAMES, 0)
    for name in NAMES:

        def count(*_: object, name: str = name) -> None:
            runs[name] += 1

        objective.network.encoders[name].register_forward_hook(count)
    terms = objective(tester.inputs(), labels, tester.scenarios, 0.0)
    assert set(runs.values()) == {1}
    found = torch.autograd.grad(terms["total"], list(objective.parameters()))
    anew = [objective.network({name: tester.inputs()[name] for name in kept}) for kept in tester.scenarios]
    expected = torch.stack([segmentation_loss(x, labels) + cross_entropy(x, labels) for x in anew]).mean()
    torch.testing.assert_close(terms["total"], expected)
    for ours, theirs in zip(found, torch.autograd.grad(expected, list(objective.parameters())), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("method", DRAWING)
def test_the_full_scenario_is_not_trained_unless_it_is_drawn(method: str) -> None:
    tester = BaselineTester(method)
    objective, labels = tester.objective.eval(), tester.labels()
    terms = objective(tester.inputs(), labels, tester.scenarios[1:2], 1.0)
    alone = objective.network.forward_scenarios(tester.inputs(), tester.scenarios[1:2])[tester.scenarios[1]]
    torch.testing.assert_close(terms["drawn"], segmentation_loss(alone, labels), rtol=1e-4, atol=1e-5)


@pytest.mark.slow
def test_who_draws_the_full_scenario() -> None:
    config = DIS2Config(modalities=TWO)
    assert {method for method in METHODS if build(method, config).draws_full} == set(DRAWING)


# --- sizes and ablations ---


@pytest.mark.slow
def test_baselines_have_the_decoder_of_dis2_and_its_encoders() -> None:
    config = DIS2Config(modalities=TWO)
    with torch.device("meta"):
        branch = DIS2(config).branches["full"]
        networks = {method: build_network(method, config) for method in METHODS}
    ours, theirs = count_parameters(MapDecoder(config)), count_parameters(branch.decoder)
    assert theirs < ours < 1.02 * theirs  # the last convolution yields all classes' channels at once
    for method in ("concat", "concat_dropout", "mmformer", "hallucination"):
        assert count_parameters(networks[method].encoders) == count_parameters(networks["dis2"].encoders)


def test_what_an_ablation_leaves_out_and_nothing_else() -> None:
    config = BaselineTester("dis2").config
    torch.manual_seed(0)
    networks = {method: build_network(method, config) for method in METHODS if method.startswith("dis2")}
    parts = {method: {name.split(".", 3)[-1] for name in net.state_dict()} for method, net in networks.items()}
    assert "positions.0" in parts["dis2"] and "positions.0" not in parts["dis2_no_hf"]
    assert "queries" in parts["dis2"] and "queries" not in parts["dis2_no_class_attention"]
    assert "queries" in parts["dis2_no_hf"] and "positions.0" in parts["dis2_no_class_attention"]
    attention = ("transformer.", "positions.", "token", "pool.", "unify.")
    rest = {part for part in parts["dis2"] if not part.startswith(attention)}
    added = parts["dis2_no_transformer"] - rest
    assert rest < parts["dis2_no_transformer"] and not any(part.startswith(attention) for part in added)
    assert all(part.startswith(("deepest.", "down.2.")) for part in added)
    assert set(networks["dis2_shared_branch"].branches) == {"full", "incomplete"}
    left_out = set(networks["dis2"].state_dict()) - set(networks["dis2_no_compensation"].state_dict())
    assert left_out == {name for name in networks["dis2"].state_dict() if name.startswith("compensatory.")}
    for method in ("dis2_no_kd", "dis2_no_diversity", "dis2_equal_scenarios"):
        assert networks[method].state_dict().keys() == networks["dis2"].state_dict().keys()


@pytest.mark.parametrize(("method", "term"), [("dis2_no_kd", "distillation"), ("dis2_no_diversity", "diversity")])
def test_an_ablated_loss_is_zero_and_the_others_stay(method: str, term: str) -> None:
    torch.manual_seed(0)
    whole = BaselineTester("dis2")
    ablated = build(method, whole.config).eval()
    ablated.load_state_dict(whole.objective.state_dict(), strict=False)
    arguments = (whole.inputs(), whole.labels(), [("sar",)], 5.0)
    before, after = whole.objective.eval()(*arguments), ablated(*arguments)
    assert before[term].item() > 0 and after[term].item() == 0
    for name in set(before) - {term, "total"}:
        torch.testing.assert_close(after[name], before[name])


@torch.no_grad()
def test_without_compensation_the_slot_of_a_missing_modality_is_zero() -> None:
    """As if every map of a compensatory encoder were 0 in the whole network."""
    torch.manual_seed(0)
    whole, ablated = (BaselineTester(method).objective.network.eval() for method in ("dis2", "dis2_no_compensation"))
    ablated.load_state_dict({k: x for k, x in whole.state_dict().items() if not k.startswith("compensatory.")})
    for encoder in whole.compensatory.values():
        encoder.register_forward_hook(zero_maps)
    inputs = BaselineTester("dis2").inputs()
    for scenario in BaselineTester("dis2").scenarios:
        given = {name: inputs[name] for name in scenario}
        torch.testing.assert_close(ablated(given), whole(given), rtol=0, atol=0)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_equal_scenarios_share_what_the_published_sum_gives_to_all(count: int) -> None:
    """Of the sum of the scenarios' terms each scenario has the same part; all else counts once."""
    tester = BaselineTester("dis2_equal_scenarios")
    incomplete = tester.scenarios[1 : 1 + count]
    objective = tester.objective.eval()
    arguments = tester.inputs(), tester.labels()
    terms = objective(*arguments, incomplete, 5.0)
    alone = [objective(*arguments, [scenario], 0.0) for scenario in incomplete]
    full = sum(value for name, value in terms.items() if name.startswith("full"))
    each = [sum(value for name, value in one.items() if name.startswith("missing")) for one in alone]
    beside = sum(terms[name] for name in terms if name.startswith(("auxiliary", "diversity")))
    expected = (2 if count else 1) * torch.stack([full, *each]).mean() + beside
    torch.testing.assert_close(terms["total"], expected)


# --- the registry ---


def test_names_and_answers() -> None:
    assert {"dis2", "concat", "single_optical", "single_sar"} <= set(METHODS)
    assert [s for s in DIS2Config(modalities=TWO).scenarios() if answers("single_sar", s)] == [("sar",)]
    assert all(answers("concat", scenario) for scenario in DIS2Config(modalities=TWO).scenarios())


@pytest.mark.parametrize("method", ["unet", "single_lidar", ""])
def test_a_method_that_does_not_exist_is_refused_with_those_that_do(method: str) -> None:
    with pytest.raises(InputError, match="concat_dropout"):
        build(method, DIS2Config(modalities=TWO))
