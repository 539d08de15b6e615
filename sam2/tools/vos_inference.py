"""Semi-supervised video object segmentation over a data set, with the flags of the official script.

    python -m sam2.tools.vos_inference --sam2_cfg configs/sam2.1/sam2.1_hiera_b+.yaml \
        --sam2_checkpoint checkpoints/sam2.1_hiera_base_plus.pt --base_video_dir DAVIS/JPEGImages/480p \
        --input_mask_dir DAVIS/Annotations/480p --output_mask_dir out

Masks are written as they are tracked, so memory does not grow with the video. Objects that appear late
are tracked in the same pass: each has its own memory, so the result is that of a pass for each.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from sam2.build_sam import build_sam2_video_predictor
from sam2.sam2_video_predictor import SAM2VideoPredictor
from sam2.tracking.frames import JpegFolder
from sam2.tracking.prompts import FramePrompts, MaskPrompt
from sam2.tracking.state import VideoState
from sam2.utils.annotations import AnnotationFolder, Masks, default_palette

LATE_OBJECTS = (
    "Please add the `--track_object_appearing_later_in_video` flag for VOS datasets that don't have all "
    "objects to track appearing in the first frame (such as LVOS or YouTube-VOS)."
)


@dataclass(frozen=True)
class Task:
    """What to do with each video of a data set."""

    base_video_dir: Path
    input_mask_dir: Path
    output_mask_dir: Path
    score_thresh: float = 0.0
    use_all_masks: bool = False
    per_obj_png_file: bool = False
    track_object_appearing_later_in_video: bool = False


class VideoTask:
    """The task on one video."""

    def __init__(self, predictor: SAM2VideoPredictor, task: Task, video_name: str):
        self.task = task
        self.video_name = video_name
        self.tracker = predictor.tracker
        self.frames = JpegFolder(task.base_video_dir / video_name)
        self.names = [path.stem for path in self.frames.paths]
        self.given = AnnotationFolder(task.input_mask_dir / video_name, task.per_obj_png_file)
        self.written = AnnotationFolder(task.output_mask_dir / video_name, task.per_obj_png_file)
        if not self.given.folder.is_dir():
            raise FileNotFoundError(
                f"{self.given.folder} does not exist; it should hold the video's first masks"
            )

    def run(self) -> None:
        """Track the video's objects and write a PNG for each frame."""
        state = self.tracker.open(self.frames)
        try:
            if self.task.track_object_appearing_later_in_video:
                begins = self._show_when_they_appear(state)
            else:
                begins = self._show_on_given_frames(state)
            palette = self._palette()
            for frame_idx, found in self._walk(state, begins):
                self.written.write(self.names[frame_idx], found, palette)
        finally:
            state.close()

    def _show_on_given_frames(self, state: VideoState) -> dict[int, int]:
        """Show every object on the first frame, or on all that have masks; where each object begins."""
        frames_given = [0]
        if self.task.use_all_masks:
            frames_given = [idx for idx, name in enumerate(self.names) if self.given.exists(name)]
        begins: dict[int, int] = {}
        for frame_idx in frames_given:
            try:
                masks = self.given.read(self.names[frame_idx])
            except FileNotFoundError as error:
                raise RuntimeError(
                    f"In {self.video_name}, frame {frame_idx} has no mask ({error}). {LATE_OBJECTS}"
                ) from error
            for obj_id, mask in masks.items():
                if frame_idx != frames_given[0] and obj_id not in begins:
                    raise RuntimeError(
                        f"In {self.video_name}, object {obj_id} appears only on frame {frame_idx}. "
                        f"{LATE_OBJECTS}"
                    )
                self._show(state, obj_id, frame_idx, mask)
                begins.setdefault(obj_id, frames_given[0])
            self.tracker.commit(state)  # while the frame is still encoded
        if not begins:
            raise RuntimeError(
                f"In {self.video_name}, no object is shown on frames {frames_given}. {LATE_OBJECTS}"
            )
        return begins

    def _show_when_they_appear(self, state: VideoState) -> dict[int, int]:
        """Show every object where it appears first (or everywhere); where each object begins."""
        begins: dict[int, int] = {}
        for frame_idx, name in enumerate(self.names):
            for obj_id, mask in self.given.read(name, allow_missing=True).items():
                if mask.any() and (self.task.use_all_masks or obj_id not in begins):
                    self._show(state, obj_id, frame_idx, mask)
                    begins.setdefault(obj_id, frame_idx)
            self.tracker.commit(state)  # while the frame is still encoded
        if not begins:
            raise RuntimeError(f"In {self.video_name}, no frame shows an object; check {self.given.folder}")
        return begins

    def _show(self, state: VideoState, obj_id: int, frame_idx: int, mask: np.ndarray) -> None:
        self.tracker.prompt(state, obj_id, frame_idx, FramePrompts(mask=MaskPrompt(mask)))

    def _walk(self, state: VideoState, begins: dict[int, int]) -> Iterator[tuple[int, Masks]]:
        """The masks of all objects, frame by frame. An object that has not appeared yet has an empty one."""
        first = 0 if self.task.track_object_appearing_later_in_video else min(begins.values())
        for frame_idx in range(first, state.num_frames):
            masks = {obj_id: np.zeros((self.frames.height, self.frames.width), bool) for obj_id in begins}
            present = [obj_id for obj_id in state.obj_ids if begins[obj_id] <= frame_idx]
            if present:
                prediction = self.tracker.step(state, frame_idx, obj_ids=present)
                logits = self.tracker.video_logits(state, prediction)[:, 0].cpu().numpy()
                masks |= zip(present, logits > self.task.score_thresh, strict=True)
            yield frame_idx, masks

    def _palette(self) -> bytes:
        palettes = (self.given.palette(name) for name in self.names if self.given.exists(name))
        return next((palette for palette in palettes if palette), None) or default_palette()


def segment_videos(
    predictor: SAM2VideoPredictor, task: Task, video_names: Sequence[str] | None = None
) -> None:
    """Run the task on these videos, or on every folder of `base_video_dir`."""
    if video_names is None:
        video_names = sorted(path.name for path in task.base_video_dir.iterdir() if path.is_dir())
    print(f"running VOS prediction on {len(video_names)} videos: {video_names}")
    for number, name in enumerate(video_names, 1):
        print(f"{number}/{len(video_names)} - running on {name}")
        VideoTask(predictor, task, name).run()
    print(f"completed VOS prediction on {len(video_names)} videos -- masks saved to {task.output_mask_dir}")


def build_parser() -> argparse.ArgumentParser:
    """The official flags."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    text = parser.add_argument
    text("--sam2_cfg", default="configs/sam2.1/sam2.1_hiera_b+.yaml", help="model configuration")
    text("--sam2_checkpoint", default="./checkpoints/sam2.1_hiera_base_plus.pt", help="path of the weights")
    text("--base_video_dir", type=Path, required=True, help="a folder of JPEG frames for each video")
    text("--input_mask_dir", type=Path, required=True, help="a folder of input PNG masks for each video")
    text("--video_list_file", type=Path, help="a text file with one video name a line (default: all)")
    text("--output_mask_dir", type=Path, required=True, help="where to write the predicted PNG masks")
    text("--score_thresh", type=float, default=0.0, help="mask logits above this are inside (default 0)")
    flags = {
        "use_all_masks": "show the objects on every frame that has masks, not on the first one only",
        "per_obj_png_file": "one PNG for each object, as in SA-V: objects may overlap",
        "apply_postprocessing": "fill small holes and so on; not used for published figures",
        "track_object_appearing_later_in_video": "objects may appear after the first frame, as in LVOS",
        "use_vos_optimized_video_predictor": "compile the model: slow to start, then faster",
    }
    for name, meaning in flags.items():
        parser.add_argument(f"--{name}", action="store_true", help=meaning)
    return parser


def main(argv: Sequence[str] | None = None) -> None:
    args = build_parser().parse_args(argv)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    overlap = "false" if args.per_obj_png_file else "true"
    predictor = build_sam2_video_predictor(
        config_file=args.sam2_cfg,
        ckpt_path=args.sam2_checkpoint,
        device=device,
        apply_postprocessing=args.apply_postprocessing,
        hydra_overrides_extra=[f"++model.non_overlap_masks={overlap}"],
        vos_optimized=args.use_vos_optimized_video_predictor,
    )
    task = Task(
        args.base_video_dir,
        args.input_mask_dir,
        args.output_mask_dir,
        args.score_thresh,
        args.use_all_masks,
        args.per_obj_png_file,
        args.track_object_appearing_later_in_video,
    )
    names = None
    if args.video_list_file is not None:
        names = [line.strip() for line in args.video_list_file.read_text().splitlines() if line.strip()]
    with torch.autocast("cuda", torch.bfloat16) if device == "cuda" else nullcontext():
        segment_videos(predictor, task, names)


if __name__ == "__main__":
    main()
