"""Data sets, samplers, augmentations and the plan of an epoch."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import pytest
from PIL import Image
from pycocotools import mask as coco_mask

from sam2.training.dataset.sam2_datasets import TorchTrainMixedDataset
from sam2.training.dataset.snippet import BadSample, Snippet
from sam2.training.dataset.transforms import (
    ColorJitter,
    NormalizeAPI,
    RandomAffine,
    RandomGrayscale,
    RandomHorizontalFlip,
    RandomMosaicVideoAPI,
    RandomResizeAPI,
    ToTensorAPI,
)
from sam2.training.dataset.utils import ConcatDataset, RepeatFactorWrapper
from sam2.training.dataset.vos_dataset import VOSDataset
from sam2.training.dataset.vos_raw_dataset import (
    CocoRawDataset,
    JSONRawDataset,
    PNGRawDataset,
    SA1BRawDataset,
)
from sam2.training.dataset.vos_sampler import EvalSampler, RandomUniformSampler
from sam2.training.utils.data_utils import collate_fn
from sam2.utils.annotations import AnnotationFolder, default_palette
from tests.sam2.training.runs import SIZE, true_discs, write_davis


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def png_set(root, **options) -> PNGRawDataset:
    return PNGRawDataset(root / "JPEGImages", root / "Annotations", **options)


def vos(raw, num_frames=3, training=True, transforms=()) -> VOSDataset:
    return VOSDataset(transforms, training, raw, RandomUniformSampler(num_frames, 2), multiplier=1)


# ---- data sets ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["jpg", "png"])
def test_frames_and_palette_masks(tmp_path, suffix):
    write_davis(tmp_path, suffix=suffix)
    raw = png_set(tmp_path)
    assert raw.video_names == ["discs0", "discs1"]
    video = raw.get_video(1)
    assert [frame.frame_id for frame in video.frames] == list(range(10))
    assert video.frames[3].read().shape == (SIZE, SIZE, 3)
    found = video.masks.load(3)
    assert all(np.array_equal(found[o], mask) for o, mask in true_discs(3).items() if o == 1)
    assert [f.frame_id for f in png_set(tmp_path, sample_rate=4, truncate_video=9).get_video(0).frames] == [
        0,
        4,
        8,
    ]


def test_lists_name_and_exclude_videos(tmp_path):
    write_davis(tmp_path, num_videos=3)
    (tmp_path / "some.txt").write_text("discs2\ndiscs0\n")
    (tmp_path / "not.txt").write_text("discs2\n")
    assert png_set(tmp_path, file_list_txt=tmp_path / "some.txt").video_names == ["discs0", "discs2"]
    left = png_set(tmp_path, excluded_videos_list_txt=tmp_path / "not.txt").video_names
    assert left == ["discs0", "discs1"]
    assert len(png_set(tmp_path, frames_sampling_mult=True)) == 30


def test_a_png_for_each_object(tmp_path):
    write_davis(tmp_path, num_videos=1)
    masks = AnnotationFolder(tmp_path / "Objects" / "discs0", per_object=True)
    for t in range(10):
        masks.write(f"{t:05d}", true_discs(t), default_palette())
    raw = PNGRawDataset(tmp_path / "JPEGImages", tmp_path / "Objects", is_palette=False)
    assert sorted(raw.get_video(0).masks.load(4)) == [1, 2]
    single = PNGRawDataset(tmp_path / "JPEGImages", tmp_path / "Objects", single_object_mode=True)
    assert single.video_names == ["discs0/001", "discs0/002"]
    assert len(single.get_video(1).frames) == 10


def rle(mask: np.ndarray) -> dict:
    encoded = coco_mask.encode(np.asfortranarray(mask, np.uint8))
    return {"size": encoded["size"], "counts": encoded["counts"].decode()}


def test_sav_json_is_annotated_every_fourth_frame(tmp_path):
    write_davis(tmp_path, num_videos=1)
    masklet = [[rle(mask) for mask in true_discs(t).values()] for t in (0, 4, 8)]
    masklet[1][1] = None
    (tmp_path / "json").mkdir()
    (tmp_path / "json" / "discs0_manual.json").write_text(json.dumps({"masklet": masklet, "fps": 6.0}))
    raw = JSONRawDataset(tmp_path / "JPEGImages", tmp_path / "json")
    video = raw.get_video(0)
    assert [frame.frame_id for frame in video.frames] == [0, 8]
    assert np.array_equal(video.masks.load(8)[1], true_discs(8)[2]) and sorted(video.masks.load(4)) == [0]


def test_sa1b_and_coco_are_videos_of_one_frame(tmp_path):
    write_davis(tmp_path, num_videos=1)
    folder = tmp_path / "images"
    folder.mkdir()
    Image.open(tmp_path / "JPEGImages/discs0/00000.jpg").save(folder / "sa_1.jpg")
    one, two = true_discs(0).values()
    entries = [
        {"segmentation": rle(one), "area": int(one.sum()), "uncertain_iou": 0.9},
        {"segmentation": rle(two), "area": int(two.sum()), "uncertain_iou": 0.1},
        {"segmentation": rle(np.ones_like(one)), "area": one.size, "uncertain_iou": 0.9},
    ]
    (folder / "sa_1.json").write_text(json.dumps({"annotations": entries}))
    raw = SA1BRawDataset(folder, folder, mask_area_frac_thresh=0.9, uncertain_iou=0.5)
    assert [sorted(raw.get_video(0).masks.load(0))] == [[0]]

    polygon = [[10.0, 10.0, 50.0, 10.0, 50.0, 30.0, 10.0, 30.0]]
    about = {
        "images": [
            {"id": 7, "file_name": "sa_1.jpg", "height": SIZE, "width": SIZE},
            {"id": 8, "file_name": "none.jpg", "height": SIZE, "width": SIZE},
        ],
        "annotations": [
            {"id": 1, "image_id": 7, "category_id": 1, "segmentation": polygon, "area": 800, "iscrowd": 0},
            {"id": 2, "image_id": 7, "category_id": 1, "segmentation": rle(one), "area": 1, "iscrowd": 1},
        ],
    }
    (tmp_path / "coco.json").write_text(json.dumps(about))
    coco = CocoRawDataset(folder, tmp_path / "coco.json")
    masks = coco.get_video(0).masks.load(0)
    assert len(coco) == 1 and masks[0].sum() == 40 * 20 and np.array_equal(masks[1], one)


@dataclass
class Broken:
    """What can be wrong with a video, and the words that tell it."""

    harm: str
    sentence: str


@pytest.mark.parametrize(
    "broken",
    [
        Broken("no masks", "there is no folder of masks"),
        Broken("image", "the image cannot be read"),
        Broken("size", "its mask 8 x 8"),
        Broken("empty", "no object is seen on any frame"),
        Broken("short", "fewer than a snippet's 3"),
        Broken("names", "is not named by a frame number"),
    ],
    ids=lambda broken: broken.harm,
)
def test_a_bad_video_is_named_and_another_one_taken(tmp_path, broken):
    write_davis(tmp_path, num_videos=2)
    frames, masks = tmp_path / "JPEGImages/discs0", tmp_path / "Annotations/discs0"
    if broken.harm == "no masks":
        masks.rename(tmp_path / "elsewhere")
    elif broken.harm == "short":
        for t in range(2, 10):
            (frames / f"{t:05d}.jpg").unlink()
    elif broken.harm == "names":
        (frames / "cover.jpg").write_bytes(b"")
    for t in range(10):
        if broken.harm == "image":
            (frames / f"{t:05d}.jpg").write_bytes(b"no jpeg")
        elif broken.harm == "size":
            Image.fromarray(np.ones((8, 8), np.uint8)).save(masks / f"{t:05d}.png")
        elif broken.harm == "empty":
            Image.fromarray(np.zeros((SIZE, SIZE), np.uint8)).save(masks / f"{t:05d}.png")
    raw = png_set(tmp_path)
    # Index 0 is the bad one; the draw that replaces it may hit it again.
    snippet = vos(raw).draw(0, rng(1))
    assert snippet.name == "discs1" and broken.sentence in snippet.problems[0]
    assert "discs0" in snippet.problems[0]
    with pytest.raises(BadSample, match=broken.sentence):
        vos(raw, training=False).draw(0, rng())


# ---- samplers -------------------------------------------------------------------------------------------


def test_snippets_are_consecutive_and_may_run_backwards(tmp_path):
    write_davis(tmp_path, num_videos=1)
    video = png_set(tmp_path).get_video(0)
    sampler = RandomUniformSampler(3, 1, reverse_time_prob=0.5)
    drawn = [sampler.sample(video, rng(seed)) for seed in range(60)]
    steps = {tuple(np.diff([frame.frame_id for frame in chosen.frames])) for chosen in drawn}
    assert steps == {(1, 1), (-1, -1)}
    assert {chosen.object_ids for chosen in drawn} == {(1,), (2,)}
    every = EvalSampler().sample(video, rng())
    assert len(every.frames) == 10 and every.object_ids == (1, 2)


# ---- augmentations --------------------------------------------------------------------------------------


def marked(num_frames: int = 2) -> Snippet:
    """A white object on black: whatever is done to the image must be done to the mask."""
    mask = np.zeros((60, 80), bool)
    mask[10:30, 15:45] = True
    image = np.where(mask[..., None], 255, 0).astype(np.uint8).repeat(3, axis=2)
    return Snippet(
        "marked", [image.copy() for _ in range(num_frames)], [[mask.copy()] for _ in range(num_frames)]
    )


def agrees(snippet: Snippet, least: float = 0.97) -> bool:
    for image, (mask,) in zip(snippet.images, snippet.masks, strict=True):
        seen = image[..., 0] > 127
        if (seen & mask).sum() / max(1, (seen | mask).sum()) < least:
            return False
    return True


@pytest.mark.parametrize(
    "transform",
    [
        RandomHorizontalFlip(True, p=1),
        RandomResizeAPI(96, True, square=True),
        RandomResizeAPI([40, 90], False, max_size=100),
        RandomAffine(25, True, shear=20, image_mean=(0, 0, 0), image_interpolation="bilinear"),
        RandomAffine(25, True, scale=(0.8, 1.2), translate=(0.1, 0.1), image_mean=(0, 0, 0)),
    ],
    ids=["flip", "square", "sizes", "shear", "scale"],
)
def test_image_and_mask_move_together(transform):
    for seed in range(5):
        moved = transform(marked(), rng(seed))
        assert agrees(moved, 0.9), seed


def test_consistent_means_the_same_on_every_frame():
    apart = RandomAffine(25, False, image_mean=(0, 0, 0))(marked(), rng())
    together = RandomAffine(25, True, image_mean=(0, 0, 0))(marked(), rng())
    assert not np.array_equal(apart.masks[0][0], apart.masks[1][0])
    assert np.array_equal(together.masks[0][0], together.masks[1][0])


def test_an_object_is_never_turned_out_of_the_first_frame():
    corner = marked(1)
    corner.masks[0][0][:] = False
    corner.masks[0][0][0, 0] = True
    kept = RandomAffine(45, True, num_tentatives=2)(corner, rng())
    assert kept.masks[0][0].any()


def test_a_mosaic_keeps_one_tile_of_the_mask():
    snippet = RandomMosaicVideoAPI(prob=1, use_random_hflip=True)(marked(), rng())
    for image, (mask,) in zip(snippet.images, snippet.masks, strict=True):
        assert (image[..., 0] > 127).sum() == pytest.approx(4 * mask.sum(), rel=0.05)
        assert mask.sum() == pytest.approx(20 * 30 / 4, rel=0.1)


def test_colours():
    grey = RandomGrayscale(True, p=1)(Snippet("c", [np.full((4, 4, 3), (255, 0, 0), np.uint8)], [[]]), rng())
    assert (grey.images[0] == 76).all()
    jitter = ColorJitter(True, [2.0, 2.0], [1.0, 1.0], [1.0, 1.0], None)
    bright = jitter(Snippet("c", [np.full((4, 4, 3), 60, np.uint8)], [[]]), rng())
    assert (bright.images[0] == 120).all()
    turned = ColorJitter(True, [1.0, 1.0], [1.0, 1.0], [1.0, 1.0], [1 / 3, 1 / 3])
    green = turned(Snippet("c", [np.full((4, 4, 3), (200, 0, 0), np.uint8)], [[]]), rng())
    assert green.images[0][0, 0].tolist() == [0, 200, 0]


def test_tensors_are_normalised():
    snippet = NormalizeAPI([0.5] * 3, [0.25] * 3)(ToTensorAPI()(marked(1), rng()), rng())
    assert snippet.images[0].shape == (3, 60, 80)
    assert {snippet.images[0].min().item(), snippet.images[0].max().item()} == {-2.0, 2.0}


# ---- an epoch -------------------------------------------------------------------------------------------


class Numbers:
    """A data set whose snippets are their index and a random number."""

    def __init__(self, count: int, factor: float = 1.0) -> None:
        self.count = count
        self.repeat_factors = np.full(count, factor)

    def __len__(self) -> int:
        return self.count

    def draw(self, index: int, rng: np.random.Generator) -> Snippet:
        return Snippet(f"{index}:{rng.random():.9f}", [], [])


def mixed(datasets, sizes, **options) -> TorchTrainMixedDataset:
    defaults = {"num_workers": 0, "shuffle": True, "pin_memory": False, "drop_last": True, "collate_fn": list}
    return TorchTrainMixedDataset(datasets, sizes, **{**defaults, **options})


def names(data: TorchTrainMixedDataset, plan, done: int = 0) -> list[list[str]]:
    return [[snippet.name for snippet in batch] for batch in data.loader(plan, done)]


def test_an_epoch_sees_every_video_once_in_an_order_of_its_own():
    data = mixed([Numbers(10)], [2])
    epochs = [names(data, data.plan(epoch)) for epoch in range(2)]
    for epoch in epochs:
        assert sorted(int(name.split(":")[0]) for batch in epoch for name in batch) == list(range(10))
    assert epochs[0] != epochs[1] and epochs[0] == names(data, data.plan(0))


def test_what_is_left_of_an_epoch_is_the_same_after_a_restart():
    data = mixed([Numbers(12)], [3])
    assert names(data, data.plan(3), done=2) == names(data, data.plan(3))[2:]


def test_processes_share_an_epoch_without_overlap():
    data = mixed([Numbers(13)], [2])
    shares = [names(data, data.plan(0, rank, 3)) for rank in range(3)]
    assert {len(share) for share in shares} == {2}
    seen = [name for share in shares for batch in share for name in batch]
    assert len(seen) == len(set(seen)) == 12


def test_sets_are_mixed_and_each_batch_is_of_one():
    data = mixed([Numbers(40), Numbers(8)], [4, 2])
    plan = data.plan(0)
    kinds = [{draw.dataset for draw in batch} for batch in plan]
    assert all(len(kind) == 1 for kind in kinds)
    assert [kind for kind in kinds if kind == {1}] and len(plan) == 14
    assert {len(batch) for batch in plan} == {4, 2}


def test_phases_cut_an_epoch():
    data = mixed([Numbers(12)], [2], phases_per_epoch=3)
    seen = [
        name.split(":")[0] for epoch in range(3) for batch in names(data, data.plan(epoch)) for name in batch
    ]
    assert sorted(map(int, seen)) == list(range(12))


def test_repeat_factors_and_joined_sets():
    joined = ConcatDataset([Numbers(3, factor=2), Numbers(2, factor=0.5)])
    repeated = RepeatFactorWrapper(joined)
    lengths = set()
    for epoch in range(20):
        repeated.set_epoch(epoch)
        lengths.add(len(repeated))
    assert lengths == {6, 7, 8}
    assert joined.draw(4, rng()).name.startswith("1:")


def test_snippets_of_other_lengths_make_no_batch():
    short = ToTensorAPI()(marked(1), rng())
    long = ToTensorAPI()(marked(2), rng())
    batch = collate_fn([long, long], dict_key="all")
    assert batch.images_TVCHW.shape == (2, 2, 3, 60, 80) and batch.video_O.tolist() == [0, 1]
    with pytest.raises(ValueError, match="make no batch"):
        collate_fn([short, long], dict_key="all")


def test_bad_mixtures_are_told():
    with pytest.raises(ValueError, match="1 datasets and 2 batch_sizes"):
        mixed([Numbers(3)], [1, 1])
    with pytest.raises(ValueError, match="must add up to 1"):
        mixed([Numbers(3)], [1], dataset_prob=[0.5])
    with pytest.raises(ValueError, match="an epoch has no batch"):
        mixed([Numbers(3)], [4]).plan(0)
