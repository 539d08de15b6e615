"""A `VideoState` on disk: `state.safetensors` (with the JSON in its metadata) beside `records/`.

Nothing here is pickled. The state file is replaced in one step, and the records that it names are
never changed, so a process that dies leaves the last saved state, whole.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from sam2.tracking.frames import FrameSource
from sam2.tracking.memory import FrameMemory, RecordedFrames
from sam2.tracking.prompts import BoxPrompt, FramePrompts, MaskPrompt, PointPrompt
from sam2.tracking.spill import DEFAULT_MAX_BYTES, MemorySpill, read_state
from sam2.tracking.state import FreshPrediction, TrackedObject, VideoState
from sam2.tracking.tracker import VideoTracker

FORMAT = "masklet video state 1"


def save_state(tracker: VideoTracker, state: VideoState, folder: Path) -> None:
    """Write what `load_state` needs to go on with identical masks.

    If `folder` is the state's own (see `VideoTracker.open`), only what is new since the last time is
    written; elsewhere everything is copied. The folder then holds this state only.
    """
    folder = Path(folder)
    own = (
        state.spill is not None
        and state.spill.folder is not None
        and state.spill.folder.resolve() == folder.resolve()
    )
    spill = state.spill if own else MemorySpill.replacing(folder)
    if state.spill is not None:
        state.spill.flush()
    tensors: dict[str, Tensor] = {}
    objects = [
        _describe(obj, idx, obj.bank.record_all(spill), tensors)
        for idx, obj in enumerate(state.objects.values())
    ]
    head = {
        "format": FORMAT,
        "model": tracker.fingerprint(),
        "video": [state.num_frames, state.frames.height, state.frames.width],
        "objects": objects,
    }
    spill.commit(tensors, {"state": json.dumps(head)})


def load_state(
    tracker: VideoTracker,
    frames: FrameSource,
    folder: Path,
    *,
    storage_device: torch.device | None = None,
    max_spill_bytes: int = DEFAULT_MAX_BYTES,
) -> VideoState:
    """The state that `save_state` wrote, with `folder` as its own. Memories are read when they are
    looked at. ValueError if it was made with other weights or another video, or is damaged."""
    folder = Path(folder)
    tensors, metadata = read_state(folder)
    try:
        head = json.loads(metadata["state"])
        if head["format"] != FORMAT:
            raise ValueError(f"{folder} holds {head['format']!r}, not {FORMAT!r}; track the video again")
        if head["model"] != tracker.fingerprint():
            raise ValueError(f"{folder} was saved with other weights or settings; load those, or start anew")
        if head["video"] != [frames.num_frames, frames.height, frames.width]:
            raise ValueError(
                f"{folder} belongs to a video of {head['video']} (frames, height, width), not to this one"
            )
        recorded = [_recorded_frames(idx, tensors) for idx in range(len(head["objects"]))]
        spill = MemorySpill.reopen(folder, tensors, max_spill_bytes)
        state = tracker.open_with(frames, spill, storage_device)
        for idx, described in enumerate(head["objects"]):
            obj = _restore(state, described, idx, recorded[idx], tensors)
            state.objects[obj.obj_id] = obj
    except (KeyError, TypeError, json.JSONDecodeError, RuntimeError) as error:
        raise ValueError(f"{folder} is damaged ({error}); track the video again") from error
    return state


def _describe(obj: TrackedObject, idx: int, recorded: RecordedFrames, tensors: dict[str, Tensor]) -> dict:
    """The object's small things as JSON; its long lists and its tensors go into `tensors`."""
    if not isinstance(obj.obj_id, (int, str)):
        raise ValueError(f"object id {obj.obj_id!r} cannot be saved; use an int or a str")
    tensors[f"{idx}/conditioning"] = _pairs(recorded.conditioning)
    tensors[f"{idx}/tracked"] = _pairs(recorded.tracked)
    tensors[f"{idx}/visited"] = _pairs(obj.visited)
    for frame_idx, fresh in obj.fresh.items():
        for name, tensor in fresh.memory.tensors().items():
            tensors[f"{idx}/fresh/{frame_idx}/{name}"] = tensor.cpu().contiguous()
    for frame_idx, prompts in obj.prompts.items():
        if prompts.mask is not None:
            tensors[f"{idx}/mask/{frame_idx}"] = torch.from_numpy(np.ascontiguousarray(prompts.mask.mask))
    return {
        "id": obj.obj_id,
        "fresh": {str(t): fresh.is_conditioning for t, fresh in obj.fresh.items()},
        "prompts": {
            str(t): {
                "points": [[p.x, p.y, p.include] for p in prompts.points],
                "box": None if prompts.box is None else list(asdict(prompts.box).values()),
            }
            for t, prompts in obj.prompts.items()
        },
    }


def _restore(
    state: VideoState, described: dict, idx: int, recorded: RecordedFrames, tensors: dict[str, Tensor]
) -> TrackedObject:
    obj = state.new_object(described["id"])
    obj.bank.adopt(recorded)
    obj.visited = {t: bool(reverse) for t, reverse in tensors[f"{idx}/visited"].tolist()}
    for t, is_conditioning in described["fresh"].items():
        prefix = f"{idx}/fresh/{t}/"
        fields = {name.removeprefix(prefix): v for name, v in tensors.items() if name.startswith(prefix)}
        obj.fresh[int(t)] = FreshPrediction(FrameMemory(**fields).to(state.storage_device), is_conditioning)
    for t, prompts in described["prompts"].items():
        mask = tensors.get(f"{idx}/mask/{t}")
        obj.prompts[int(t)] = FramePrompts(
            points=tuple(PointPrompt(x, y, include) for x, y, include in prompts["points"]),
            box=None if prompts["box"] is None else BoxPrompt(*prompts["box"]),
            mask=None if mask is None else MaskPrompt(mask.numpy()),
        )
    return obj


def _recorded_frames(idx: int, tensors: dict[str, Tensor]) -> RecordedFrames:
    return RecordedFrames(
        conditioning=dict(tensors[f"{idx}/conditioning"].tolist()),
        tracked=dict(tensors[f"{idx}/tracked"].tolist()),
    )


def _pairs(values: dict[int, int]) -> Tensor:
    """A dict of ints as int64 [n, 2], in its order."""
    return torch.tensor([[key, int(value)] for key, value in values.items()], dtype=torch.int64).view(-1, 2)
