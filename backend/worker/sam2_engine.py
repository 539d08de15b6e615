"""SAM 2 as an engine. The one module of the service that imports PyTorch; the catalog imports it when needed.

The service differs from the library's defaults in one thing: a click on a tracked frame makes it a
conditioning frame, so that the next Track does not compute the correction away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from hydra.utils import get_object
from omegaconf import OmegaConf
from torch import Tensor, nn

from backend.domain.edge import LEVELS
from backend.domain.engines import EngineInfo
from backend.domain.errors import MaskletError, Unavailable
from backend.domain.session import FramePrompt
from backend.worker.engine import EngineSession, FrameSource, ObjectMask
from backend.worker.masks import decode_mask
from backend.worker.memory import OutOfMemory
from backend.worker.ports import BadCheckpoint
from backend.worker.soft import SoftMask
from sam2.build_sam import build_sam2_video_predictor
from sam2.tracking.prompts import BoxPrompt, FramePrompts, MaskPrompt, PointPrompt
from sam2.tracking.saving import load_state, save_state
from sam2.tracking.state import FramePrediction, VideoState
from sam2.tracking.tracker import VideoTracker
from sam2.utils.checkpoint import CheckpointError

SERVICE_OPTIONS = ("++model.add_all_frames_to_correct_as_cond=true",)
MAX_SPILL_BYTES = 4 << 30  # of disk for one session's memories; the oldest go first


def choose_device() -> torch.device:
    """The fastest device that this PyTorch can use."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def load_sam2_engine(info: EngineInfo, config: str | Path, checkpoint: Path) -> Sam2Engine:
    """Load a checkpoint with its configuration: an official name, or the path of a YAML file.

    Raises BadCheckpoint with a sentence where the two do not fit or a file is bad.
    """
    device = choose_device()
    try:
        if isinstance(config, Path):
            _check_targets(OmegaConf.to_container(OmegaConf.load(config)), config.name)
        predictor = build_sam2_video_predictor(
            config, checkpoint, device=device, hydra_overrides_extra=SERVICE_OPTIONS
        )
    except torch.OutOfMemoryError as error:
        raise _no_room() from error
    except MaskletError:
        raise
    except CheckpointError as error:  # the library's own sentence
        raise BadCheckpoint(str(error)) from error
    except OSError as error:
        raise Unavailable(str(error)) from error
    except Exception as error:  # Hydra and a YAML file of one's own: anything can be in it
        reason = (str(error.__cause__ or error).strip().splitlines() or [type(error).__name__])[0]
        raise BadCheckpoint(f"{Path(config).name} gives no SAM 2 model: {reason}") from error
    return Sam2Engine(predictor.tracker, replace(info, device=device.type))


def _check_targets(config: object, name: str) -> None:
    """A configuration names the classes to build. One that came with somebody's weights must not name more
    than the parts of a SAM 2."""
    if isinstance(config, Mapping):
        target = config.get("_target_")
        if target is not None and not _is_model_part(str(target)):
            raise BadCheckpoint(
                f"{name} wants to build {target!r}, which is no part of SAM 2; take that out."
            )
        for value in config.values():
            _check_targets(value, name)
    elif isinstance(config, list):
        for value in config:
            _check_targets(value, name)


def _is_model_part(target: str) -> bool:
    if not target.startswith("sam2."):
        return False
    found = get_object(target)
    return isinstance(found, type) and issubclass(found, nn.Module) and found.__module__.startswith("sam2.")


@dataclass(frozen=True)
class Sam2Engine:
    """A loaded SAM 2 model."""

    tracker: VideoTracker
    info: EngineInfo

    def open(self, frames: FrameSource, saved: Path | None = None) -> EngineSession:
        """See `Engine.open`."""
        with _on_device(self.tracker):
            if saved is not None:
                return Sam2Session(self.tracker, self._load(frames, saved), self._load)
            # Without a folder memories that tracking leaves behind are forgotten. The first `save`,
            # right after the first prompt, gives it one.
            return Sam2Session(self.tracker, self.tracker.open(frames, max_spill_bytes=0), self._load)

    def _load(self, frames: FrameSource, folder: Path) -> VideoState:
        return load_state(self.tracker, frames, folder, max_spill_bytes=MAX_SPILL_BYTES)


class Sam2Session:
    """A `VideoState` behind the engine's protocol."""

    def __init__(
        self, tracker: VideoTracker, state: VideoState, load: Callable[[FrameSource, Path], VideoState]
    ) -> None:
        self._tracker = tracker
        self._state = state
        self._load = load

    def apply(self, prompt: FramePrompt) -> list[ObjectMask]:
        tracker, state = self._tracker, self._state
        with _on_device(tracker):
            if not prompt.is_empty:
                seen = tracker.prompt(state, prompt.object_id, prompt.frame_idx, _prompts(prompt))
                drawn = self._masks(seen, [prompt.object_id])
                # Of a mask that a person drew the logits are but that mask again, made smaller.
                return drawn if prompt.mask is None else [replace(mask, soft=None) for mask in drawn]
            if prompt.object_id in state.objects:
                tracker.clear(state, prompt.object_id, prompt.frame_idx)
            return []

    def preview(self, prompt: FramePrompt) -> ObjectMask:
        with _on_device(self._tracker):
            seen = self._tracker.preview(self._state, prompt.object_id, prompt.frame_idx, _prompts(prompt))
            (mask,) = self._masks(seen, [prompt.object_id])
            return mask

    def remove_object(self, object_id: int) -> None:
        if object_id in self._state.objects:
            self._tracker.remove(self._state, object_id)

    def step(self, object_ids: Sequence[int], frame_idx: int, reverse: bool) -> list[ObjectMask]:
        with _on_device(self._tracker):
            self._tracker.commit(self._state)
            seen = self._tracker.step(self._state, frame_idx, reverse, object_ids)
            return self._masks(seen, object_ids)

    def remember(self, frame_idx: int, masks: Sequence[ObjectMask]) -> None:
        tracker, state = self._tracker, self._state
        with _on_device(tracker):
            for known in masks:
                mask, known_object = MaskPrompt(known.mask), state.objects.get(known.object_id)
                if known_object is not None and frame_idx in known_object.prompts:
                    # What people saw and went on from, not what these clicks alone would give.
                    tracker.prompt(state, known.object_id, frame_idx, FramePrompts(mask=mask))
                else:
                    tracker.remember(state, known.object_id, frame_idx, mask)

    def remembers(self, object_id: int, frame_idx: int) -> bool:
        known = self._state.objects.get(object_id)
        return known is not None and known.on_frame(frame_idx) is not None

    def save(self, folder: Path) -> None:
        """Only what is new is written, from the second time on."""
        spill = self._state.spill
        with _on_device(self._tracker):
            save_state(self._tracker, self._state, folder)
            if spill is None or spill.folder != folder:
                on_disk = self._load(self._state.frames, folder)  # the same, with the folder as its own
                self._state.close()
                self._state = on_disk

    def nbytes(self) -> int:
        return self._state.nbytes()

    def close(self) -> None:
        self._state.close()

    def _masks(self, seen: FramePrediction, object_ids: Sequence[int]) -> list[ObjectMask]:
        """Masks at the video's size, of these objects. What leaves the device does so in three pieces: each
        waits for it."""
        rows = [seen.obj_ids.index(object_id) for object_id in object_ids]
        wanted = replace(
            seen,
            obj_ids=tuple(object_ids),
            low_res_logits_N1HW=seen.low_res_logits_N1HW[rows],
            object_score_logits_N=seen.object_score_logits_N[rows],
            predicted_ious_N=seen.predicted_ious_N[rows],
        )
        masks = (self._tracker.video_logits(self._state, wanted) > 0)[:, 0].cpu().numpy()
        height, width = self._state.frames.height, self._state.frames.width
        soft = [
            SoftMask(levels, height, width) for levels in _levels(wanted.low_res_logits_N1HW).cpu().numpy()
        ]
        scores, ious = torch.stack(
            [wanted.object_score_logits_N, wanted.predicted_ious_N.clamp(0, 1)]
        ).tolist()
        return [ObjectMask(*of_one) for of_one in zip(object_ids, masks, scores, ious, soft, strict=True)]


def _levels(logits_N1HW: Tensor) -> Tensor:
    """Logits as levels of `backend.domain.edge`, uint8 [N, H, W]."""
    return (logits_N1HW[:, 0].sigmoid() * LEVELS).clamp(max=LEVELS - 1).to(torch.uint8)


def _prompts(prompt: FramePrompt) -> FramePrompts:
    box = prompt.box
    return FramePrompts(
        tuple(PointPrompt(point.x, point.y, point.include) for point in prompt.points),
        None if box is None else BoxPrompt(box.x0, box.y0, box.x1, box.y1),
        None if prompt.mask is None else MaskPrompt(decode_mask(prompt.mask)),
    )


@contextmanager
def _on_device(tracker: VideoTracker) -> Iterator[None]:
    """No gradients; on a GPU bfloat16, as officially. A full GPU is told in a sentence."""
    with ExitStack() as stack:
        stack.enter_context(torch.inference_mode())
        if tracker.model.device.type == "cuda":
            stack.enter_context(torch.autocast("cuda", dtype=torch.bfloat16))
        try:
            yield
        except torch.OutOfMemoryError as error:
            torch.cuda.empty_cache()
            raise _no_room() from error


def _no_room() -> OutOfMemory:
    return OutOfMemory(
        "The GPU's memory is full: end other programs that use it, or choose a smaller checkpoint."
    )
