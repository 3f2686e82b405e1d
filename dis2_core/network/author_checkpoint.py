"""The authors' ``state_dict`` to ours and back, through one table of names.

The authors' implementation (github.com/nhikieu/DIS2, MIT) saves 616 entries. Most are the network;
some are parts that only its losses use, which training goes on with; a few are never trained or
never used. Their modalities are called ``rgb`` and ``ndsm``; ours may have other names.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from ..contract.errors import InvalidModelFile
from .config import STRIDE, DIS2Config

# The table. An author's name is PART.REST; PART is looked up in _NETWORK_PARTS or _TRAINING_PARTS, the
# beginning of REST in _PIECES. {a} and {b} are our names of slots A and B.
_BRANCHES = {"full": "full", "miss_ndsm": "without_{b}", "miss_rgb": "without_{a}"}
_NETWORK_PARTS = {
    "rgb_encoder": "encoders.{a}",
    "ndsm_encoder": "encoders.{b}",
    "rgb_else": "compensatory.{a}",
    "ndsm_else": "compensatory.{b}",
    **{f"{theirs}_fuse": f"branches.{ours}.fusion" for theirs, ours in _BRANCHES.items()},
    **{f"{theirs}_classwise_attention": f"branches.{ours}.attention" for theirs, ours in _BRANCHES.items()},
    **{f"{theirs}_classwise_decoder": f"branches.{ours}.decoder" for theirs, ours in _BRANCHES.items()},
}
_TRAINING_PARTS = {
    "rgb_encoder": "auxiliary.{a}",
    "ndsm_encoder": "auxiliary.{b}",
    **{f"{theirs}_classwise_decoder": f"scale_heads.{ours}" for theirs, ours in _BRANCHES.items()},
    "full_fusion_pool": "fused_pools.full",
    "miss_ndsm_fuse_pool": "fused_pools.without_{b}",
    "miss_rgb_fuse_pool": "fused_pools.without_{a}",
    "rgb_dist_pool": "own_pools.{a}",
    "ndsm_dist_pool": "own_pools.{b}",
    "rgb_else_pool": "compensatory_pools.{a}",
    "ndsm_else_pool": "compensatory_pools.{b}",
}
_NETWORK_PIECES = {
    **{stage: stage for stage in ("e1", "e2", "e3", "e4")},
    "fusion_token": "token",  # names of parameters, no password # nosec B105
    "rgb_pos": "positions.0",
    "ndsm_pos": "positions.1",
    "conv_fusion_e1.fusion_layer": "levels.0",
    "conv_fusion_e2.fusion_layer": "levels.1",
    "conv_fusion_e3.fusion_layer": "levels.2",
    "conv_res1": "down.0",
    "conv_res2": "down.1",
    "pool_e3.mlp": "pool.score",
    "pool_e3.proj": "pool.project",
    "transformer.layers": "transformer",
    "unify": "unify",
    "class_queries": "queries",
    "e4_conv_up": "up4",
    "e3_conv": "conv3",
    "e3_conv_up": "up3",
    "e2_conv": "conv2",
    "e2_conv_up": "up2",
    "e1_conv": "conv1",
    "class_combine_conv": "combine",
    "final_conv": "classify",
}
_TRAINING_PIECES = {
    **{stage: stage for stage in ("d5", "d6", "d7", "d8")},
    **{f"attn_pools.{level}.mlp": f"{level}.score" for level in range(3)},
}
#: Scale heads: theirs is a 1x1 convolution a class, ours one (K, C) weight a scale.
_SCALE_HEAD = re.compile(r"^(?P<part>\w+)\.seg_d(?P<stage>[1-4])_layers\.(?P<index>\d+)\.(?P<leaf>weight|bias)$")
#: Entries that are never trained or never used in the published code.
_UNUSED = re.compile(r"\.query$|_classwise_decoder\.seg_d4\.|_classwise_decoder\.e1_conv_up\.")

_ENTRIES_A_LAYER = 12 * len(_BRANCHES)  # of a transformer


@dataclass(frozen=True)
class AuthorCheckpoint:
    """An author's checkpoint in our names.

    Attributes:
        config: What the tensors say about the network.
        network: ``state_dict`` of ``DIS2(config)``.
        training: ``state_dict`` entries of the training modules (``dis2_training.Objective``).
        unused: The author's names that stand for nothing.
    """

    config: DIS2Config
    network: dict[str, Tensor]
    training: dict[str, Tensor] = field(default_factory=dict)
    unused: tuple[str, ...] = ()


def read_author_state_dict(
    state_dict: Mapping[str, Tensor],
    names: tuple[str, str] = ("rgb", "ndsm"),
    window: tuple[int, int] | None = None,
    heads: int = 8,
) -> AuthorCheckpoint:
    """Translate the authors' ``state_dict``.

    Args:
        state_dict: The authors' ``model_state_dict``.
        names: Our names of their two modalities.
        window: (height, width) in pixels the network was trained with; None: a square one.
        heads: Of the transformer; the tensors do not tell.

    Raises:
        InvalidModelFile: An entry is unknown, or the tensors do not tell a configuration.
    """
    config = _infer_config(state_dict, names, window, heads)
    network: dict[str, Tensor] = {}
    training: dict[str, Tensor] = {}
    heads_by_class: dict[str, dict[int, Tensor]] = {}
    unused, unknown = [], []
    for name, tensor in state_dict.items():
        if _UNUSED.search(name):
            unused.append(name)
        elif match := _SCALE_HEAD.match(name):
            heads_by_class.setdefault(_scale_head_name(match, names), {})[int(match["index"])] = tensor.flatten()
        elif ours := _translate(name, _NETWORK_PARTS, _NETWORK_PIECES, names):
            network[ours] = tensor
        elif ours := _translate(name, _TRAINING_PARTS, _TRAINING_PIECES, names):
            training[ours] = tensor
        else:
            unknown.append(name)
    if unknown:
        raise InvalidModelFile(
            f"The checkpoint has {len(unknown)} entries that DIS2 does not have, the first '{unknown[0]}'.",
            "Only checkpoints of the authors' DIS2 network can be imported.",
        )
    for name, rows in heads_by_class.items():
        stacked = torch.stack([rows[index] for index in sorted(rows)])  # K of (C,) or (1,)
        training[name] = stacked.squeeze(1) if name.endswith("bias") else stacked
    return AuthorCheckpoint(config, network, training, tuple(unused))


def write_author_state_dict(
    config: DIS2Config, network: Mapping[str, Tensor], training: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    """Return the authors' entries; those that stand for nothing, or are not given, as zeros.

    Args:
        config: Of a network with two modalities and a branch for each missing one.
        network: ``DIS2.state_dict()``.
        training: The training modules' ``state_dict``, or nothing.

    Raises:
        InvalidModelFile: The authors' format has no place for such a network.
    """
    if config.missing_branches != "per_modality":
        raise InvalidModelFile("The authors' format holds two modalities with a branch for each missing one only.")
    if config.encoder != "dis2":
        raise InvalidModelFile(f"The authors' format has no place for the encoder '{config.encoder}'.")
    first, second = config.names
    out = {name: torch.zeros(shape) for name, shape in _author_only_shapes(config).items()}
    for source, parts, pieces in (
        (network, _NETWORK_PARTS, _NETWORK_PIECES),
        (training, _TRAINING_PARTS, _TRAINING_PIECES),
    ):
        theirs_of_part = {ours.format(a=first, b=second): theirs for theirs, ours in parts.items()}
        theirs_of_piece = {ours: theirs for theirs, ours in pieces.items()}
        for name, tensor in source.items():
            if name.startswith("scale_heads."):
                out.update(_split_scale_head(name, tensor, theirs_of_part))
            elif theirs := _rename(name, theirs_of_part, theirs_of_piece):
                out[theirs] = tensor
            else:
                raise InvalidModelFile(f"The authors' format has no place for '{name}'.")
    return out


def _infer_config(
    state: Mapping[str, Tensor], names: tuple[str, str], window: tuple[int, int] | None, heads: int
) -> DIS2Config:
    def shape(name: str, rank: int) -> torch.Size:
        tensor = state.get(name)
        if not isinstance(tensor, Tensor) or tensor.ndim != rank:
            raise InvalidModelFile(
                f"The checkpoint has no usable entry '{name}'.", "Is it a checkpoint of the authors' DIS2?"
            )
        return tensor.shape

    rgb, ndsm = shape("rgb_encoder.e1.weight", 4), shape("ndsm_encoder.e1.weight", 4)
    layers = {name.split(".")[3] for name in state if name.startswith("full_fuse.transformer.layers.")}
    if len(layers) * _ENTRIES_A_LAYER > len(state):
        raise InvalidModelFile(f"The checkpoint names {len(layers):,} layers, but has {len(state):,} entries in all.")
    return DIS2Config(
        modalities=((names[0], rgb[1]), (names[1], ndsm[1])),
        classes=shape("full_classwise_attention.class_queries", 2)[0],
        window=_window(shape("full_fuse.rgb_pos", 3)[1], window),
        width=rgb[0],
        feed_forward=shape("full_fuse.transformer.layers.0.linear1.weight", 2)[0],
        pool_hidden=shape("full_fuse.pool_e3.mlp.0.weight", 2)[0],
        decoder_width=shape("full_classwise_decoder.e1_conv.conv.weight", 4)[0],
        heads=heads,
        layers=len(layers),
    )


def _window(tokens: int, window: tuple[int, int] | None) -> tuple[int, int]:
    if window is not None:
        if window[0] % STRIDE or window[1] % STRIDE or tokens != (window[0] // STRIDE) * (window[1] // STRIDE):
            raise InvalidModelFile(
                f"The checkpoint has {tokens} positions a slot, which is no window of {window} pixels.",
                f"A window of h x w pixels has (h / {STRIDE}) x (w / {STRIDE}) positions.",
            )
        return window
    side = math.isqrt(tokens)
    if side * side != tokens:
        raise InvalidModelFile(
            f"The checkpoint's window is not square ({tokens} positions a slot).",
            "Give the window's height and width.",
        )
    return side * STRIDE, side * STRIDE


def _translate(name: str, parts: Mapping[str, str], pieces: Mapping[str, str], names: tuple[str, str]) -> str | None:
    ours_of_part = {theirs: ours.format(a=names[0], b=names[1]) for theirs, ours in parts.items()}
    return _rename(name, ours_of_part, pieces)


def _rename(name: str, parts: Mapping[str, str], pieces: Mapping[str, str]) -> str | None:
    """PART.PIECE.TAIL by both tables, whole dotted words only, the longest piece first."""
    for part, new_part in parts.items():
        if name.startswith(part + "."):
            rest = name[len(part) + 1 :]
            for piece in sorted(pieces, key=len, reverse=True):
                if rest == piece or rest.startswith(piece + "."):
                    return f"{new_part}.{pieces[piece]}{rest[len(piece) :]}"
    return None


def _scale_head_name(match: re.Match[str], names: tuple[str, str]) -> str:
    part = _TRAINING_PARTS[match["part"]].format(a=names[0], b=names[1])
    return f"{part}.{4 - int(match['stage'])}.{match['leaf']}"


def _split_scale_head(name: str, tensor: Tensor, theirs_of_part: Mapping[str, str]) -> dict[str, Tensor]:
    part, scale, leaf = name.rsplit(".", 2)
    stage = f"{theirs_of_part[part]}.seg_d{4 - int(scale)}_layers"
    return {
        f"{stage}.{index}.{leaf}": row.reshape(1, -1, 1, 1) if leaf == "weight" else row.reshape(1)
        for index, row in enumerate(tensor)
    }


def _author_only_shapes(config: DIS2Config) -> dict[str, tuple[int, ...]]:
    """Shapes of all entries outside the network: the training parts and those that stand for nothing."""
    c1, c2, c3, c4 = config.channels
    last, hidden = config.decoder_width, config.pool_hidden
    shapes: dict[str, tuple[int, ...]] = {}
    for modality in ("rgb", "ndsm"):
        for stage, (inputs, outputs) in {"d5": (c4, c3), "d6": (2 * c3, c2), "d7": (2 * c2, c1)}.items():
            prefix = f"{modality}_encoder.{stage}"
            shapes |= {f"{prefix}.0.weight": (inputs, outputs, 4, 4), f"{prefix}.0.bias": (outputs,)}
            shapes |= {f"{prefix}.1.{leaf}": (outputs,) for leaf in ("weight", "bias", "running_mean", "running_var")}
            shapes[f"{prefix}.1.num_batches_tracked"] = ()
        shapes[f"{modality}_encoder.d8.weight"] = (2 * c1, config.classes, 4, 4)
        shapes[f"{modality}_encoder.d8.bias"] = (config.classes,)
    for branch in _BRANCHES:
        decoder = f"{branch}_classwise_decoder"
        for scale, channels in {4: c4, 3: c3, 2: c2, 1: last}.items():
            heads = [f"seg_d{scale}_layers.{index}" for index in range(config.classes)]
            for head in heads + (["seg_d4"] if scale == 4 else []):
                shapes |= {f"{decoder}.{head}.weight": (1, channels, 1, 1), f"{decoder}.{head}.bias": (1,)}
        shapes[f"{decoder}.e1_conv_up.conv.weight"] = (last, 2 * last, 3, 3)
        shapes[f"{decoder}.e1_conv_up.conv.bias"] = (last,)
        shapes[f"{branch}_fuse.pool_e3.query"] = (1, c3)
    for pool in (part for part in _TRAINING_PARTS if part.endswith("_pool")):
        for level, channels in enumerate((c1, c2, c3)):
            prefix = f"{pool}.attn_pools.{level}"
            shapes |= {f"{prefix}.query": (1, channels), f"{prefix}.mlp.0.weight": (hidden, channels)}
            shapes |= {f"{prefix}.mlp.0.bias": (hidden,), f"{prefix}.mlp.2.weight": (1, hidden)}
            shapes[f"{prefix}.mlp.2.bias"] = (1,)
    return shapes
