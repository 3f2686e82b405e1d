"""The methods of the benchmark by name: each a network for prediction and an objective that trains it.

``concat`` sees all modalities always; ``hallucination`` and DIS2 train the full scenario and, beside it, the incomplete
ones that the loop draws; all others that know several modalities train the scenarios that the loop draws, the full one
among them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal, NamedTuple

from torch import nn

from dis2_core.contract.errors import InputError
from dis2_core.network import DIS2, DIS2Config, Scenario, SegmentationNetwork, SharedDIS2

from .concatenation import Concatenation
from .cross_entropy import CrossEntropyObjective
from .dis2.ablations import (
    EqualScenarios,
    WithoutClassAttention,
    WithoutCompensation,
    WithoutDistillation,
    WithoutDiversity,
    WithoutHierarchicalFusion,
    WithoutTransformer,
    shared_missing_branch,
)
from .ensemble import Ensemble
from .modality_dropout import DropoutObjective, ModalityDropout
from .rivals.anyseg import AnySeg, AnySegObjective
from .rivals.cmx import CMX
from .rivals.hallucination import Hallucination, HallucinationObjective
from .rivals.m3l import M3L, M3LObjective
from .rivals.mmformer import MMFormer, MMFormerObjective
from .rivals.shaspec import ShaSpec, ShaSpecObjective
from .shared import SharedObjective
from .single import FullObjective, SingleModality

DIS2_METHOD = "dis2"  #: in the paper's form
SHARED_METHOD = "dis2_shared"  #: in the form that we recommend
MODEL_METHODS = (DIS2_METHOD, SHARED_METHOD)  #: those whose file is a model file
SINGLE = "single_"  #: followed by the name of a modality
OWN_ENCODER = ("anyseg", "cmx", "m3l")  #: those that reach into the encoder of DIS2, and take no other
ENSEMBLE = "ensemble"  #: the one that is not trained: its single networks are


class Method(NamedTuple):
    """How a method's network is built, and what trains it, given the network and the weight of cross-entropy.

    None: nothing does, it is put together of networks of other methods.
    """

    network: Callable[[DIS2Config], SegmentationNetwork]
    objective: Callable[..., nn.Module] | None


_METHODS = {
    DIS2_METHOD: Method(DIS2, CrossEntropyObjective),
    SHARED_METHOD: Method(SharedDIS2, SharedObjective),
    "dis2_no_kd": Method(DIS2, WithoutDistillation),
    "dis2_no_diversity": Method(DIS2, WithoutDiversity),
    "dis2_no_class_attention": Method(WithoutClassAttention, CrossEntropyObjective),
    "dis2_no_hf": Method(WithoutHierarchicalFusion, CrossEntropyObjective),
    "dis2_no_transformer": Method(WithoutTransformer, CrossEntropyObjective),
    "dis2_no_compensation": Method(WithoutCompensation, WithoutDiversity),
    "dis2_equal_scenarios": Method(DIS2, EqualScenarios),
    "dis2_shared_branch": Method(shared_missing_branch, CrossEntropyObjective),
    "concat": Method(Concatenation, FullObjective),
    "concat_dropout": Method(ModalityDropout, DropoutObjective),
    "shaspec": Method(ShaSpec, ShaSpecObjective),
    "mmformer": Method(MMFormer, MMFormerObjective),
    "anyseg": Method(AnySeg, AnySegObjective),
    "cmx": Method(CMX, DropoutObjective),
    "m3l": Method(M3L, M3LObjective),
    "hallucination": Method(Hallucination, HallucinationObjective),
    ENSEMBLE: Method(Ensemble, None),
}


def register(
    name: str, network: Callable[[DIS2Config], SegmentationNetwork], objective: Callable[..., nn.Module]
) -> None:
    """Make a method of one's own known in this process, for ``build``, recipes and the benchmark.

    Args:
        name: What recipes and tables call it.
        network: Builds it: a subclass of ``methods.base.Baseline``, say.
        objective: What trains it, given the network and the weight of cross-entropy: ``DropoutObjective``, which shows
            it every scenario, ``FullObjective``, which shows it all modalities always, or one's own.

    Raises:
        InputError: There is a method of that name.
    """
    if name in _METHODS or name.startswith(SINGLE):
        raise InputError(f"There is a method '{name}' already.", "Give yours another name.")
    _METHODS[name] = Method(network, objective)


def method_names(modalities: Sequence[str]) -> tuple[str, ...]:
    """All methods for a data set of these modalities."""
    return (*_METHODS, *(f"{SINGLE}{name}" for name in modalities))


def build(method: str, config: DIS2Config, cross_entropy: float = 1.0) -> nn.Module:
    """Build a method's objective; its ``network`` is what predicts.

    Args:
        method: One of ``method_names``.
        config: Modalities, classes, window and sizes, which all methods share.
        cross_entropy: Weight of plain cross-entropy beside the segmentation loss.

    Returns:
        A module with the attribute ``network`` that is called as ``Objective`` is: ``(inputs, labels,
        scenarios, distillation)`` to a dict of terms, ``total`` among them; its ``draws_full`` says whether the
        full scenario is one of those.

    Raises:
        InputError: There is no such method, or it is not trained.
    """
    return objective(method, build_network(method, config), cross_entropy)


def objective(method: str, network: SegmentationNetwork, cross_entropy: float = 1.0) -> nn.Module:
    """What trains a method's network, which may have learned before. Raises InputError as ``build`` does."""
    found = _find(method, network.config)
    if found.objective is None:
        raise InputError(
            f"'{method}' is not trained: it is put together of single networks.",
            f"Train them: {', '.join(f'{SINGLE}{name}' for name in network.config.names)}.",
        )
    return found.objective(network, cross_entropy)


def build_network(method: str, config: DIS2Config) -> SegmentationNetwork:
    """Build a method's network alone. Raises InputError where there is no such method, or not with this encoder."""
    if method in OWN_ENCODER and config.encoder != "dis2":
        raise InputError(f"'{method}' takes no encoder '{config.encoder}'.", "Leave model.encoder at dis2.")
    return _find(method, config).network(replace(config, form=form_of(method)))


def form_of(method: str) -> Literal["paper", "shared"]:
    """The form of a method's configuration; the baselines have the sizes of the paper's."""
    return "shared" if method == SHARED_METHOD else "paper"


def answers(method: str, scenario: Scenario) -> bool:
    """Whether a method has anything to say in a scenario: one of a single modality in that of its modality.

    Not in one of several: pixels that lack its modality alone would ask a network that sees zeros there.
    """
    return not method.startswith(SINGLE) or scenario == (method.removeprefix(SINGLE),)


def _find(method: str, config: DIS2Config) -> Method:
    name = method.removeprefix(SINGLE)
    if method.startswith(SINGLE) and name in config.names:
        return Method(partial(SingleModality, name=name), FullObjective)
    if method not in _METHODS:
        raise InputError(f"There is no method '{method}'.", f"Use one of: {', '.join(method_names(config.names))}.")
    return _METHODS[method]
