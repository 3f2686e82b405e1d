"""Commands that turn models into files of other programs, and files of other programs into models."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .streams import forgive_stdout

Window = tuple[int, int]


def export(
    model: Annotated[str, typer.Argument(help="A shipped model's name, or a model file.")],
    to: Annotated[str, typer.Option(metavar="pt2|onnx", help="A graph of torch.export, or ONNX.")],
    scenario: Annotated[
        str,
        typer.Option(
            metavar="NAME|all",
            help="A graph of one scenario, such as rgb+ndsm, or of each; default: one graph, told what there is.",
        ),
    ] = "",
    output: Annotated[
        str, typer.Option(metavar="FILE", help="The file; default: named after the model, in this folder.")
    ] = "",
) -> None:
    """Write a model as a graph that other programs run: values of rasters in, probabilities out."""
    from ..models.export import export_model

    for path in export_model(model, output, to, scenario):
        print(path)
    forgive_stdout()


def import_onnx(
    graph: Annotated[Path, typer.Argument(help="A segmentation network as ONNX.")],
    output: Annotated[Path, typer.Argument(help="The model file to write.")],
    card: Annotated[
        Path | None, typer.Option(metavar="CARD.json", help="Its card; default: what dis2 export wrote into it.")
    ] = None,
) -> None:
    """Turn any segmentation network in ONNX into a model file, which runs as ours do."""
    from ..models.onnx_import import import_onnx as convert

    told = convert(graph, output, card)
    print(f"{output}: {len(told.classes)} classes, window {told.window[0]} x {told.window[1]}, {told.gsd:g} m")
    forgive_stdout()


def import_author(
    checkpoint: Annotated[Path, typer.Argument(help="A checkpoint of the authors' DIS2.")],
    output: Annotated[Path, typer.Argument(help="The model file to write.")],
    name: Annotated[str, typer.Option(help="The model's name.")] = "",
    gsd: Annotated[float, typer.Option(help="Metres a pixel that it was trained at; Potsdam's by default.")] = 0.05,
    window: Annotated[Window | None, typer.Option(metavar="H W", help="Pixels; default: a square.")] = None,
    heads: Annotated[int, typer.Option(help="Attention heads, which the weights do not tell.")] = 8,
    classes: Annotated[str, typer.Option(metavar="A,B,...", help="Class names, in order.")] = "",
    rgb: Annotated[str, typer.Option(metavar="A,B,...", help="Band names of the optical modality.")] = "",
    ndsm: Annotated[str, typer.Option(metavar="A,...", help="Band names of the height modality.")] = "",
) -> None:
    """Turn an authors' checkpoint into a model file. Its inputs are scaled to 0..1, as the authors' are."""
    from ..models.author_import import import_checkpoint

    card = import_checkpoint(
        checkpoint,
        output,
        name=name or output.stem,
        gsd=gsd,
        window=window,
        heads=heads,
        class_names=_names(classes),
        band_names={"rgb": _names(rgb), "ndsm": _names(ndsm)},
    )
    print(f"{output}: {len(card.classes)} classes, window {card.window[0]} x {card.window[1]}, {card.gsd:g} m")
    forgive_stdout()


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",")) if text else ()
