"""The VOS script writes what the predictor says, in both layouts, with late objects and in bounded memory."""

from __future__ import annotations

from importlib.resources import files

import numpy as np
import pytest
import torch
from PIL import Image

from sam2.tools.vos_inference import Task, VideoTask, build_parser, main, segment_videos
from sam2.utils.annotations import AnnotationFolder, default_palette
from tests.sam2.cheap_predictor import SIDE, CheapPredictor
from tests.sam2.moving_shapes import disc, moving_discs
from tests.sam2.sharp_weights import build_sharp

NUM_FRAMES = 12
FIRST, SECOND = disc(9, 16, 5, SIDE), disc(22, 18, 4, SIDE)


def write_video(root, size=SIDE, num_frames=NUM_FRAMES, name="cups"):
    folder = root / "videos" / name
    folder.mkdir(parents=True)
    frames = moving_discs(num_frames, size)
    for t in range(num_frames):
        Image.fromarray(frames.read(t)).save(folder / f"{t:05d}.jpg")
    return folder


def write_masks(root, per_object=False, name="cups", **by_frame):
    """`write_masks(root, f0={1: mask})`: the masks of frame 0."""
    for frame, masks in by_frame.items():
        AnnotationFolder(root / "masks" / name, per_object).write(
            f"{int(frame[1:]):05d}", masks, default_palette()
        )


def task(root, **options) -> Task:
    return Task(root / "videos", root / "masks", root / "out", **options)


def written(root, per_object=False, name="cups") -> list[dict[int, np.ndarray]]:
    out = AnnotationFolder(root / "out" / name, per_object)
    return [out.read(f"{t:05d}") for t in range(NUM_FRAMES)]


def expected(predictor, root, shown, size=SIDE) -> dict[int, dict[int, np.ndarray]]:
    """By hand: every object on its own, as officially. `shown`: object -> (frame, mask)."""
    masks = {t: {} for t in range(NUM_FRAMES)}
    for obj_id, (frame_idx, mask) in shown.items():
        state = predictor.init_state(str(root / "videos" / "cups"))
        predictor.add_new_mask(state, frame_idx, obj_id, mask)
        for t, _, logits in predictor.propagate_in_video(state):
            masks[t][obj_id] = logits[0, 0].numpy()
        state.close()
    return masks


def test_all_objects_in_one_file(tmp_path, capsys):
    write_video(tmp_path)
    write_masks(tmp_path, f0={1: FIRST, 2: SECOND})
    predictor = CheapPredictor(non_overlap_masks=True)
    segment_videos(predictor, task(tmp_path))
    assert "completed VOS prediction on 1 videos" in capsys.readouterr().out
    by_hand = expected(CheapPredictor(), tmp_path, {1: (0, FIRST), 2: (0, SECOND)})
    for t, masks in enumerate(written(tmp_path)):
        one, two = by_hand[t][1], by_hand[t][2]
        assert np.array_equal(masks.get(1, np.zeros_like(FIRST)), (one > 0) & (one >= two))
        assert np.array_equal(masks.get(2, np.zeros_like(FIRST)), (two > 0) & (two > one))
    with Image.open(tmp_path / "out" / "cups" / "00003.png") as image:
        assert image.mode == "P" and bytes(image.getpalette()) == default_palette()


def test_one_file_for_each_object_and_a_threshold(tmp_path):
    write_video(tmp_path)
    write_masks(tmp_path, per_object=True, f0={1: FIRST, 12: SECOND})
    VideoTask(CheapPredictor(), task(tmp_path, per_obj_png_file=True, score_thresh=2.5), "cups").run()
    by_hand = expected(CheapPredictor(), tmp_path, {1: (0, FIRST), 12: (0, SECOND)})
    assert sorted(path.name for path in (tmp_path / "out" / "cups").iterdir()) == ["001", "012"]
    for t, masks in enumerate(written(tmp_path, per_object=True)):
        for obj_id in (1, 12):
            assert np.array_equal(masks[obj_id], by_hand[t][obj_id] > 2.5)


def test_objects_that_appear_late(tmp_path):
    write_video(tmp_path)
    write_masks(tmp_path, f2={1: FIRST}, f5={1: FIRST, 2: SECOND})
    options = {"track_object_appearing_later_in_video": True}
    VideoTask(CheapPredictor(non_overlap_masks=True), task(tmp_path, **options), "cups").run()
    by_hand = expected(CheapPredictor(), tmp_path, {1: (2, FIRST), 2: (5, SECOND)})
    for t, masks in enumerate(written(tmp_path)):
        one, two = (by_hand[t].get(obj_id, np.full(FIRST.shape, -1024.0)) for obj_id in (1, 2))
        assert np.array_equal(masks.get(1, np.zeros_like(FIRST)), (one > 0) & (one >= two))
        assert np.array_equal(masks.get(2, np.zeros_like(FIRST)), (two > 0) & (two > one))


def test_all_masks_make_conditioning_frames(tmp_path):
    write_video(tmp_path)
    write_masks(tmp_path, f0={1: FIRST}, f6={1: SECOND})
    VideoTask(CheapPredictor(), task(tmp_path, use_all_masks=True), "cups").run()
    predictor = CheapPredictor()
    state = predictor.init_state(str(tmp_path / "videos" / "cups"))
    predictor.add_new_mask(state, 0, 1, FIRST)
    predictor.add_new_mask(state, 6, 1, SECOND)
    found = written(tmp_path)
    for t, _, logits in predictor.propagate_in_video(state):
        assert np.array_equal(found[t].get(1, np.zeros_like(FIRST)), logits[0, 0].numpy() > 0)
    state.close()


def test_what_is_missing_is_said(tmp_path):
    write_video(tmp_path)
    with pytest.raises(FileNotFoundError, match="should hold the video's first masks"):
        VideoTask(CheapPredictor(), task(tmp_path), "cups")
    write_masks(tmp_path, f3={1: FIRST})
    with pytest.raises(RuntimeError, match="frame 0 has no mask .*track_object_appearing_later_in_video"):
        VideoTask(CheapPredictor(), task(tmp_path), "cups").run()
    write_masks(tmp_path, f0={2: FIRST})
    with pytest.raises(RuntimeError, match="object 1 appears only on frame 3"):
        VideoTask(CheapPredictor(), task(tmp_path, use_all_masks=True), "cups").run()
    (tmp_path / "masks" / "cups" / "mug").mkdir()
    with pytest.raises(ValueError, match="is not named by an object id"):
        VideoTask(CheapPredictor(), task(tmp_path, per_obj_png_file=True), "cups").run()


def test_official_flags_and_defaults():
    required = ["--base_video_dir", "a", "--input_mask_dir", "b", "--output_mask_dir", "c"]
    args = vars(build_parser().parse_args(required))
    assert args["sam2_cfg"] == "configs/sam2.1/sam2.1_hiera_b+.yaml"
    assert args["sam2_checkpoint"] == "./checkpoints/sam2.1_hiera_base_plus.pt"
    assert args["score_thresh"] == 0.0 and args["video_list_file"] is None
    flags = (
        "use_all_masks per_obj_png_file apply_postprocessing track_object_appearing_later_in_video "
        "use_vos_optimized_video_predictor"
    ).split()
    assert not any(args[flag] for flag in flags)
    args = vars(build_parser().parse_args(required + [f"--{flag}" for flag in flags]))
    assert all(args[flag] for flag in flags)


def test_the_command_with_a_real_network(tmp_path, capsys):
    model = build_sharp("t", video=True)
    torch.save({"model": model.state_dict()}, tmp_path / "tiny.pt")
    yaml = (files("sam2") / "configs/sam2.1/sam2.1_hiera_t.yaml").read_text()
    (tmp_path / "tiny.yaml").write_text(yaml.replace("image_size: 1024", "image_size: 128"))
    write_video(tmp_path, num_frames=3)
    write_video(tmp_path, num_frames=3, name="left out")
    write_masks(tmp_path, f0={3: FIRST})
    (tmp_path / "list.txt").write_text("cups\n")
    main(
        [
            *("--sam2_cfg", str(tmp_path / "tiny.yaml"), "--sam2_checkpoint", str(tmp_path / "tiny.pt")),
            *("--base_video_dir", str(tmp_path / "videos"), "--input_mask_dir", str(tmp_path / "masks")),
            *("--output_mask_dir", str(tmp_path / "out"), "--video_list_file", str(tmp_path / "list.txt")),
        ]
    )
    assert sorted(path.name for path in (tmp_path / "out").rglob("*.png")) == [
        f"{t:05d}.png" for t in range(3)
    ]
    assert set(AnnotationFolder(tmp_path / "out" / "cups", False).read("00000")) == {3}
