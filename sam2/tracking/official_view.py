"""The official inference state's string keys, read from a `VideoState`.

Notebooks read `inference_state["obj_ids"]` and the like. These are views made when they are asked
for; writing into what they return changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sam2.tracking.edge import NormalisedFrames, points_to_model

if TYPE_CHECKING:
    from sam2.tracking.memory import FrameMemory
    from sam2.tracking.state import TrackedObject, VideoState


class OfficialView:
    """Makes a `VideoState` readable as a mapping with the official keys."""

    def __getitem__(self, key: str) -> Any:
        if key not in _KEYS:
            raise KeyError(f"{key!r} is not a key of the inference state; the keys are {', '.join(_KEYS)}")
        return _KEYS[key](self)

    def __setitem__(self, key: str, value: Any) -> None:
        raise TypeError(
            f"the inference state's {key!r} is made when it is read and cannot be set; change the state by "
            "the predictor's methods, and give frames that are still to come by a FrameSource of your own"
        )

    def __contains__(self, key: object) -> bool:
        return key in _KEYS

    def __iter__(self) -> Iterator[str]:
        return iter(_KEYS)

    def __len__(self) -> int:
        return len(_KEYS)

    def get(self, key: str, default: Any = None) -> Any:
        return self[key] if key in _KEYS else default

    def keys(self) -> list[str]:
        return list(_KEYS)

    def values(self) -> list[Any]:
        return [self[key] for key in _KEYS]

    def items(self) -> list[tuple[str, Any]]:
        return [(key, self[key]) for key in _KEYS]


def _output(memory: FrameMemory | None) -> dict[str, Any] | None:
    if memory is None:
        return None
    maskmem = memory.maskmem_CHW
    return {
        "maskmem_features": None if maskmem is None else maskmem[None],
        "pred_masks": memory.low_res_logits_1HW[None],
        "obj_ptr": memory.obj_ptr_C[None],
        "object_score_logits": memory.object_score_logit_1[None],
    }


class _Outputs(Mapping):
    """frame_idx -> the official output dictionary, read from the bank when it is asked for."""

    def __init__(self, frames: list[int], read: Callable[[int], FrameMemory | None]):
        self._frames = frames
        self._read = read

    def __getitem__(self, frame_idx: int) -> dict[str, Any]:
        if frame_idx not in self._frames:
            raise KeyError(frame_idx)
        return _output(self._read(frame_idx))

    def __iter__(self) -> Iterator[int]:
        return iter(self._frames)

    def __len__(self) -> int:
        return len(self._frames)


def _committed(obj: TrackedObject) -> dict[str, Mapping]:
    return {
        "cond_frame_outputs": _Outputs(list(obj.bank.conditioning), obj.bank.get),
        "non_cond_frame_outputs": _Outputs(list(obj.bank.tracked), obj.bank.get),
    }


def _fresh(obj: TrackedObject) -> dict[str, Mapping]:
    def of_kind(is_conditioning: bool) -> Mapping:
        frames = [t for t, fresh in obj.fresh.items() if fresh.is_conditioning == is_conditioning]
        return _Outputs(frames, lambda t: obj.fresh[t].memory)

    return {"cond_frame_outputs": of_kind(True), "non_cond_frame_outputs": of_kind(False)}


def _by_index(make: Callable[[VideoState, TrackedObject], Any]) -> Callable[[VideoState], dict[int, Any]]:
    return lambda state: {idx: make(state, obj) for idx, obj in enumerate(state.objects.values())}


def _point_inputs(state: VideoState, obj: TrackedObject) -> dict[int, dict[str, Any]]:
    inputs = {}
    for frame_idx, prompts in obj.prompts.items():
        if prompts.mask is None:
            points, labels = points_to_model(prompts, state.frames, state.reader.size, state.device)
            inputs[frame_idx] = {"point_coords": points, "point_labels": labels}
    return inputs


_KEYS: dict[str, Callable[[VideoState], Any]] = {
    "images": lambda state: NormalisedFrames(state.reader, state.device),
    "num_frames": lambda state: state.num_frames,
    "offload_video_to_cpu": lambda state: True,
    "offload_state_to_cpu": lambda state: state.storage_device != state.device,
    "video_height": lambda state: state.frames.height,
    "video_width": lambda state: state.frames.width,
    "device": lambda state: state.device,
    "storage_device": lambda state: state.storage_device,
    "point_inputs_per_obj": _by_index(_point_inputs),
    "mask_inputs_per_obj": _by_index(
        lambda state, obj: {t: p.mask.mask for t, p in obj.prompts.items() if p.mask is not None}
    ),
    "cached_features": lambda state: {} if state.encoded is None else dict([state.encoded]),
    "constants": lambda state: {},
    "obj_id_to_idx": lambda state: {obj_id: idx for idx, obj_id in enumerate(state.objects)},
    "obj_idx_to_id": lambda state: dict(enumerate(state.objects)),
    "obj_ids": lambda state: state.obj_ids,
    "output_dict_per_obj": _by_index(lambda state, obj: _committed(obj)),
    "temp_output_dict_per_obj": _by_index(lambda state, obj: _fresh(obj)),
    "frames_tracked_per_obj": _by_index(
        lambda state, obj: {t: {"reverse": reverse} for t, reverse in obj.visited.items()}
    ),
}
