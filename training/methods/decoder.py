"""The decoder of DIS2 without classwise decoding."""

from __future__ import annotations

from torch import Tensor

from dis2_core.network import DIS2Config
from dis2_core.network.classwise import ClassDecoder, Decoded, upsample
from dis2_core.network.layers import PrenormConv


class MapDecoder(ClassDecoder):
    """``ClassDecoder`` run once, over one map that all classes share.

    The convolutions are the same but for the last of stride 2, which yields at once the channels that
    the classes contribute one after the other there: nothing gets narrower.
    """

    def __init__(self, config: DIS2Config) -> None:
        super().__init__(config)
        self.classes = config.classes
        width = config.channels[0]
        self.conv1 = PrenormConv(2 * width, config.classes * config.decoder_width, kernel=3, padding_mode="reflect")

    def forward(self, deepest: Tensor, skips: list[Tensor], with_class_maps: bool = False) -> Decoded:
        """Decode.

        Args:
            deepest: (B, C, h, w) at stride 16.
            skips: The maps at strides 2, 4, 8.
            with_class_maps: Also return the maps of every scale, in the form in which ``ScaleHeads`` takes
                them: at strides 16, 8 and 4 every class reads the same map, at 2 its own channels.
        """
        coarse, middle, fine = self._decode_one(deepest, skips)  # at strides 8, 4, 2
        penultimate = self.combine(upsample(fine))
        class_maps = []
        if with_class_maps:
            shared = (x[:, None].expand(-1, self.classes, -1, -1, -1) for x in (deepest, coarse, middle))
            own = fine.view(len(fine), self.classes, -1, *fine.shape[2:])
            class_maps = [*shared, own]
        return Decoded(self.classify(penultimate), penultimate, class_maps)
