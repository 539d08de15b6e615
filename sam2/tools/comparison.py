"""Ours beside `transformers`' SAM 2: same weights, same pictures, a step of one and then a step of the other.

The peer was measured beside the official code, so its times give an estimate of the official ones. Where
it has no counterpart, official figures are put in proportion by the rate of a matrix product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import torch
import torch.nn.functional as F
from transformers import Sam2Model, Sam2VideoModel
from transformers.models.sam2_video.modeling_sam2_video import Sam2VideoInferenceSession

from sam2.automatic_mask_generator import SAM2AutomaticMaskGenerator
from sam2.sam2_video_predictor import SAM2VideoPredictor
from sam2.tools.measuring import (
    DiscFrames,
    Stopwatch,
    clicks,
    moving_discs,
    resident_bytes,
    settled,
    write_clip,
)
from sam2.tracking.edge import NormalisedFrames
from sam2.tracking.frames import FrameSource, open_frames
from sam2.tracking.prefetch import FrameReader
from sam2.tracking.prompts import FramePrompts
from sam2.tracking.state import VideoState

PEER_OVER_OFFICIAL = 1.06
"""On a tracked frame the peer was measured 6 % slower than the official code (CPU, float32)."""
PEER_OVER_OFFICIAL_CLICK = 2.05
"""On a click it was measured at 0.37 s and the official code at 0.18 s: it encodes the memory at once."""
OFFICIAL_FRAME_BYTES = 3 * 4
"""The official predictor keeps three float32 values for each pixel of the model's input, for every frame."""
OFFICIAL_GEMM_RATE = 124.0
"""GFLOP a CPU second of the machine on which the official code was measured."""
OFFICIAL_MASKS_S = {"its filters": 19.0, "all masks kept": 30.6}
"""CPU seconds there of the official mask generator: tiny, 8 x 8 points, 960 x 540 pixels, random weights."""


@dataclass(frozen=True)
class Row:
    """One line of the table. What was not measured is None."""

    what: str
    ours: float
    peer: float | None
    official: float | None
    source: str = ""
    """How the official figure was had."""
    unit: str = "s"

    HEADER = (
        "| what | ours | transformers | ratio | official code | ratio | its figure |\n"
        "|---|---|---|---|---|---|---|"
    )

    def line(self) -> str:
        cells = [self.what, f"{self.ours:.4g} {self.unit}"]
        for other in (self.peer, self.official):
            ratio = float("inf") if other is not None and self.ours <= 0 else (other or 0) / (self.ours or 1)
            cells += ["-", "-"] if other is None else [f"{other:.4g} {self.unit}", f"{ratio:.2f}"]
        return "| " + " | ".join([*cells, self.source if self.official is not None else "-"]) + " |"


class Ours:
    """Our predictor, frame by frame."""

    def __init__(self, predictor: SAM2VideoPredictor, frames: FrameSource, prompts: list[FramePrompts]):
        self.tracker = predictor.tracker
        self.state: VideoState = self.tracker.open(frames)
        for obj_id, prompt in enumerate(prompts):
            self.tracker.prompt(self.state, obj_id, 0, prompt)
        self.tracker.commit(self.state)

    def step(self, frame_idx: int) -> torch.Tensor:
        return self.tracker.video_logits(self.state, self.tracker.step(self.state, frame_idx))

    def click_again(self, prompt: FramePrompts) -> torch.Tensor:
        self.tracker.clear(self.state, 0, 0)
        return self.tracker.video_logits(self.state, self.tracker.prompt(self.state, 0, 0, prompt))


class Theirs:
    """The peer, frame by frame."""

    def __init__(self, peer: Sam2VideoModel, pixels_T3HW: torch.Tensor, prompts: list[FramePrompts]):
        self.peer = peer
        device, size = pixels_T3HW.device, pixels_T3HW.shape[-1]
        self.session = Sam2VideoInferenceSession(
            video=pixels_T3HW,
            video_height=size,
            video_width=size,
            inference_device=device,
            inference_state_device=device,
            video_storage_device=device,
            dtype=torch.float32,
        )
        for obj_id, prompt in enumerate(prompts):
            self._add(obj_id, prompt)
        self.step(0)

    def _add(self, obj_id: int, prompt: FramePrompts) -> None:
        (point,) = prompt.points
        inputs = {
            "point_coords": torch.tensor([[[[point.x, point.y]]]], dtype=torch.float32),
            "point_labels": torch.tensor([[[1]]], dtype=torch.int32),
        }
        self.session.add_point_inputs(self.session.obj_id_to_idx(obj_id), 0, inputs)
        self.session.obj_with_new_inputs.append(obj_id)

    @torch.inference_mode()
    def step(self, frame_idx: int) -> torch.Tensor:
        low_res = self.peer(self.session, frame_idx=frame_idx).pred_masks
        size = (self.session.video_height, self.session.video_width)
        return F.interpolate(low_res, size=size, mode="bilinear", align_corners=False)

    def click_again(self, prompt: FramePrompts) -> torch.Tensor:
        self.session.frames_tracked_per_obj[0].clear()
        self._add(0, prompt)
        return self.step(0)


Steps = Sequence[Callable[[], object]]


def alternate(device: torch.device, ours: Steps, theirs: Steps) -> tuple[list[float], list[float]]:
    """Laps of each: a step of one and then the same of the other."""
    mine, other = Stopwatch(device), Stopwatch(device)
    for our_step, their_step in zip(ours, theirs, strict=True):
        with mine.lap():
            our_step()
        with other.lap():
            their_step()
    return mine.laps, other.laps


def compare_tracking(
    predictor: SAM2VideoPredictor, peer: Sam2VideoModel, num_frames: int, num_objects: int, with_click: bool
) -> Iterator[Row]:
    """A frame with a full memory bank; before it, if so asked, a second click on an encoded frame."""
    size, device = predictor.image_size, predictor.device
    frames, prompts = moving_discs(num_frames, size), clicks(num_objects, size, size)
    ours = Ours(predictor, frames, prompts)
    theirs = Theirs(peer, torch.stack(list(ours.state["images"])), prompts)
    if with_click:
        mine, other = alternate(
            device,
            [lambda: ours.click_again(prompts[0])] * 4,
            [lambda: theirs.click_again(prompts[0])] * 4,
        )
        click, their_click = median(mine[1:]), median(other[1:])
        official = their_click / PEER_OVER_OFFICIAL_CLICK
        yield Row("second click on an encoded frame", click, their_click, official, "transformers / 2.05")
        ours.tracker.commit(ours.state)
    mine, other = alternate(
        device,
        [lambda t=t: ours.step(t) for t in range(1, num_frames)],
        [lambda t=t: theirs.step(t) for t in range(1, num_frames)],
    )
    ours.state.close()
    frame, their_frame = median(settled(mine)), median(settled(other))
    objects = "1 object" if num_objects == 1 else f"{num_objects} objects"
    official = their_frame / PEER_OVER_OFFICIAL
    yield Row(f"a tracked frame, {objects}", frame, their_frame, official, "transformers / 1.06")


@torch.inference_mode()
def their_masks(
    peer: Sam2Model, pixels_13HW: torch.Tensor, points_N2: torch.Tensor, height: int, width: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """What the peer's mask generator does before its filters, in their order: encode the image, decode all
    prompts in one batch, resize all masks. Returns logits [3 N, height, width] and predicted IoUs [3 N]."""
    found = peer(
        image_embeddings=peer.get_image_embeddings(pixels_13HW),
        input_points=points_N2[None, :, None],
        input_labels=torch.ones(1, len(points_N2), 1, dtype=torch.int, device=points_N2.device),
        multimask_output=True,
    )
    logits = F.interpolate(found.pred_masks[0], size=(height, width), mode="bilinear", align_corners=False)
    return logits.flatten(0, 1), found.iou_scores.flatten()


def compare_automatic_masks(
    predictor: SAM2VideoPredictor, peer: Sam2Model, points_per_side: int, gemm: float
) -> Iterator[Row]:
    """Masks for everything, on a picture in the proportions of the one that the official code was timed on.

    With the usual filters random weights leave no mask, so both sides encode, decode and reject; what the
    peer's filters cost is not counted. With the filters off, each mask is scored, boxed and coded.
    """
    size, device = predictor.image_size, predictor.device
    height, width = size * 540 // 1024, size * 960 // 1024
    picture = DiscFrames(1, height, width).read(0)
    generator = SAM2AutomaticMaskGenerator(predictor, points_per_side=points_per_side)
    keep_all = SAM2AutomaticMaskGenerator(
        predictor, points_per_side=points_per_side, pred_iou_thresh=0.0, stability_score_thresh=0.0
    )
    pixels = generator.predictor._transforms(picture)[None].to(device)
    points = torch.as_tensor(generator.point_grids[0] * size, dtype=torch.float32, device=device)
    mine, other = alternate(
        device,
        [lambda: generator.generate(picture)] * 2,
        [lambda: their_masks(peer, pixels, points, height, width)] * 2,
    )
    all_kept = Stopwatch(device)
    with all_kept.lap():
        keep_all.generate(picture)
    comparable = device.type == "cpu" and size == 1024 and points_per_side == 8 and is_tiny(predictor)
    what, source = (
        f"automatic masks, {points_per_side} x {points_per_side} points, ",
        "its CPU s x GEMM rates",
    )
    for filters, seconds, theirs in (
        ("its filters", min(mine), min(other)),
        ("all masks kept", all_kept.laps[0], None),
    ):
        official = OFFICIAL_MASKS_S[filters] * OFFICIAL_GEMM_RATE / gemm if comparable else None
        yield Row(what + filters, seconds, theirs, official, source)


def is_tiny(predictor: SAM2VideoPredictor) -> bool:
    trunk = predictor.image_encoder.trunk
    return trunk.blocks[0].dim == 96 and len(trunk.blocks) == 12


def compare_opening(clip: Path | None, image_size: int) -> Row:
    """Opening a video file, and loading all of it as the official predictor does (which then encodes a frame
    too). Each loaded frame takes the place of an earlier one, so that this needs no 3 GB."""
    with TemporaryDirectory() as folder:
        clip = clip or write_clip(Path(folder) / "ten-seconds.mp4", 240, 720, 1280, fps=24)
        cpu = torch.device("cpu")
        lazy, whole = Stopwatch(cpu), Stopwatch(cpu)
        with lazy.lap():
            frames = open_frames(clip)
        with whole.lap():
            loaded = torch.empty(16, 3, image_size, image_size)
            images = NormalisedFrames(FrameReader(open_frames(clip), image_size), cpu)
            for frame_idx in range(len(images)):
                loaded[frame_idx % 16] = images[frame_idx]
        what = f"init_state, {len(images)} frames of {frames.width} x {frames.height}"
        return Row(what, lazy.laps[0], None, whole.laps[0], "all frames loaded")


def memory_per_frame(predictor: SAM2VideoPredictor, num_frames: int) -> Row | None:
    """How much the process grows for each further frame of a walk with one object, over its second half; None
    where the system does not tell. Use a small model input: what is kept does not depend on it."""
    size = predictor.image_size
    ours = Ours(predictor, DiscFrames(num_frames, size, size), clicks(1, size, size))
    half, at_half = num_frames // 2, None
    for frame_idx in range(1, num_frames):
        ours.step(frame_idx)
        if frame_idx == half:
            at_half = resident_bytes()
    at_end = resident_bytes()
    ours.state.close()
    if at_half is None or at_end is None:
        return None
    grown = max(0, at_end - at_half) / (num_frames - 1 - half)
    what = f"resident memory for a frame more, at {size} px"
    return Row(what, grown / 1e3, None, OFFICIAL_FRAME_BYTES * size**2 / 1e3, "counted, frames only", "kB")
