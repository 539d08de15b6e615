"""Building models: names, overrides, one's own YAML, checkpoints, Hugging Face ids, and bad input."""

from __future__ import annotations

import os
from pathlib import Path

import huggingface_hub.constants
import pytest
import torch
from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra

from sam2 import build_sam
from sam2.build_sam import HF_MODEL_ID_TO_FILENAMES, build_sam2, build_sam2_hf, build_sam2_video_predictor
from sam2.modeling.sam2_base import SAM2Base
from sam2.sam2_image_predictor import SAM2ImagePredictor
from sam2.sam2_video_predictor import SAM2VideoPredictor, SAM2VideoPredictorVOS
from sam2.utils.checkpoint import CheckpointError
from tests.sam2.sharp_weights import build_sharp, config_name

TINY, SMALL = config_name("t"), config_name("s")
SMALL_IMAGE = "++model.image_size=128"


def _build(config: str | Path = TINY, *overrides: str, **kwargs) -> SAM2Base:
    return build_sam2(config, device="cpu", hydra_overrides_extra=[SMALL_IMAGE, *overrides], **kwargs)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of a sharp tiny model, as the official ones are laid out."""
    path = tmp_path_factory.mktemp("checkpoints") / "tiny.pt"
    torch.save({"model": build_sharp("t").state_dict()}, path)
    return path


def test_a_checkpoint_gives_its_weights(checkpoint: Path) -> None:
    built = _build(ckpt_path=checkpoint).state_dict()
    for key, value in build_sharp("t").state_dict().items():
        assert torch.equal(built[key], value), key


def test_postprocessing_is_the_default_and_overrides_win() -> None:
    assert _build().sam_mask_decoder.dynamic_multimask_via_stability
    assert not _build(apply_postprocessing=False).sam_mask_decoder.dynamic_multimask_via_stability
    threshold = "++model.sam_mask_decoder_extra_args.dynamic_multimask_stability_thresh=0.5"
    assert _build(TINY, threshold).sam_mask_decoder.dynamic_multimask_stability_thresh == 0.5


def test_video_postprocessing() -> None:
    overrides = [SMALL_IMAGE, "++model.fill_hole_area=3"]
    predictor = build_sam2_video_predictor(TINY, device="cpu", hydra_overrides_extra=overrides)
    assert type(predictor) is SAM2VideoPredictor
    assert predictor.binarize_mask_from_pts_for_mem_enc
    assert predictor.fill_hole_area == 3
    assert overrides == [SMALL_IMAGE, "++model.fill_hole_area=3"]
    plain = build_sam2_video_predictor(
        TINY, device="cpu", hydra_overrides_extra=[SMALL_IMAGE], apply_postprocessing=False
    )
    assert not plain.binarize_mask_from_pts_for_mem_enc
    assert plain.fill_hole_area == 0


def test_vos_optimized_gives_its_own_class() -> None:
    predictor = build_sam2_video_predictor(
        TINY, device="cpu", hydra_overrides_extra=[SMALL_IMAGE], vos_optimized=True
    )
    assert isinstance(predictor, SAM2VideoPredictorVOS)


def test_mode_and_unknown_arguments() -> None:
    assert not _build().training
    assert _build(mode="train", something_else=1).training


def test_hydra_is_left_as_it_was(tmp_path: Path) -> None:
    _build()
    assert not GlobalHydra.instance().is_initialized()
    (tmp_path / "mine.yaml").write_text("answer: 42\n")
    with initialize_config_dir(str(tmp_path), version_base="1.2"):
        build_sam.load_config(_own_yaml(tmp_path))
        assert compose("mine").answer == 42


def _own_yaml(folder: Path) -> Path:
    """A YAML file of one's own that changes one value of an official configuration."""
    path = folder / "own.yaml"
    path.write_text(f"defaults:\n  - /{TINY[:-5]}@_global_\n  - _self_\nmodel:\n  num_maskmem: 5\n")
    return path


def test_a_yaml_file_of_ones_own(tmp_path: Path) -> None:
    model = _build(_own_yaml(tmp_path))
    assert model.num_maskmem == 5
    assert model.maskmem_tpos_enc.shape[0] == 5
    assert model.image_size == 128


def test_a_hydra_of_the_callers_own_is_used(tmp_path: Path) -> None:
    _own_yaml(tmp_path)
    with initialize_config_dir(str(tmp_path), version_base="1.2"):
        assert _build("own", "hydra.searchpath=[pkg://sam2]").num_maskmem == 5


def test_the_eight_hugging_face_ids() -> None:
    assert len(HF_MODEL_ID_TO_FILENAMES) == 8
    assert HF_MODEL_ID_TO_FILENAMES["facebook/sam2.1-hiera-base-plus"] == (
        "configs/sam2.1/sam2.1_hiera_b+.yaml",
        "sam2.1_hiera_base_plus.pt",
    )
    assert HF_MODEL_ID_TO_FILENAMES["facebook/sam2-hiera-tiny"] == (
        "configs/sam2/sam2_hiera_t.yaml",
        "sam2_hiera_tiny.pt",
    )


@pytest.fixture
def offline_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty Hugging Face cache, and no network."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    return tmp_path


def test_a_model_id_is_found_in_the_local_cache(offline_cache: Path, checkpoint: Path) -> None:
    repository = offline_cache / "models--facebook--sam2.1-hiera-tiny"
    (repository / "snapshots" / "abc").mkdir(parents=True)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("abc")
    os.link(checkpoint, repository / "snapshots" / "abc" / "sam2.1_hiera_tiny.pt")
    predictor = SAM2ImagePredictor.from_pretrained(
        "facebook/sam2.1-hiera-tiny", device="cpu", hydra_overrides_extra=[SMALL_IMAGE]
    )
    expected = torch.load(checkpoint, weights_only=True)["model"]["no_mem_embed"]
    assert torch.equal(predictor.model.no_mem_embed, expected)


def test_offline_without_a_cache_says_what_to_do(offline_cache: Path) -> None:
    with pytest.raises(FileNotFoundError, match="sam2.1_hiera_tiny.pt .* pass its path to build_sam2"):
        build_sam2_hf("facebook/sam2.1-hiera-tiny", device="cpu")


def test_an_unknown_model_id() -> None:
    with pytest.raises(ValueError, match="'facebook/sam9' is none of facebook/sam2-hiera-tiny"):
        build_sam2_hf("facebook/sam9", device="cpu")


def test_an_unknown_configuration() -> None:
    with pytest.raises(FileNotFoundError, match="there is no configuration configs/sam3.yaml"):
        _build("configs/sam3.yaml")


def test_a_yaml_file_that_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text("answer: 42\n")
    with pytest.raises(ValueError, match="has no 'model' with a _target_"):
        build_sam2(tmp_path / "other.yaml", device="cpu")


def test_cuda_on_a_machine_without_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ValueError, match="pass device='cpu'"):
        build_sam2(TINY)
    with pytest.raises(ValueError, match="'toaster' is no device"):
        build_sam2(TINY, device="toaster")


@pytest.mark.parametrize("device", ["cuda:9", "xpu", "gpu"])
def test_a_device_that_is_not_there(device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)  # so that only the number is wrong
    with pytest.raises(ValueError, match="pass device='cpu'|is no device") as caught:
        build_sam2(TINY, device=device)
    assert "\n" not in str(caught.value)


def test_no_device_is_the_cpu() -> None:
    assert build_sam2(TINY, device=None, hydra_overrides_extra=[SMALL_IMAGE]).device == torch.device("cpu")


def test_an_image_size_that_does_not_fit() -> None:
    with pytest.raises(ValueError, match="^configs/.*: image_size is 100; it must be a multiple of 32$"):
        build_sam2(TINY, device="cpu", hydra_overrides_extra=["++model.image_size=100"])
    with pytest.raises(ValueError, match="unexpected keyword argument 'sise'") as caught:
        build_sam2(TINY, device="cpu", hydra_overrides_extra=["++model.sise=3"])
    assert "\n" not in str(caught.value)


def test_a_missing_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="there is no checkpoint at .*gone.pt"):
        _build(ckpt_path=tmp_path / "gone.pt")
    with pytest.raises(CheckpointError, match="is no file"):
        _build(ckpt_path=tmp_path)


def test_a_checkpoint_of_another_size(checkpoint: Path) -> None:
    expected = r"tiny.pt \(SAM 2.1 tiny\) does not fit this configuration \(SAM 2.1 small\)"
    with pytest.raises(CheckpointError, match=expected):
        _build(SMALL, ckpt_path=checkpoint)
    with pytest.raises(CheckpointError, match=r"\(SAM 2 tiny\): of its keys 3 unexpected"):
        _build(config_name("t", "2"), ckpt_path=checkpoint)


def test_all_or_no_weights_are_loaded(checkpoint: Path) -> None:
    weights = torch.load(checkpoint, weights_only=True)["model"]
    weights["no_mem_embed"] = weights["no_mem_embed"] + 1
    del weights["no_obj_ptr"]
    model = _build()
    before = model.no_mem_embed.clone()
    path = checkpoint.with_name("holey.pt")
    torch.save({"model": weights}, path)
    with pytest.raises(RuntimeError, match=r"1 missing \(first no_obj_ptr\)"):
        build_sam._load_checkpoint(model, path)
    assert torch.equal(model.no_mem_embed, before)


class _Bomb:
    """Creates a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_code_in_a_checkpoint_is_not_run(tmp_path: Path) -> None:
    torch.save({"model": _Bomb(tmp_path / "ran")}, tmp_path / "bomb.pt")
    with pytest.raises(CheckpointError, match="contains code, not only weights, and was not loaded"):
        _build(ckpt_path=tmp_path / "bomb.pt")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("keep", [0, 100, 0.5, 0.99])
def test_a_truncated_checkpoint(tmp_path: Path, checkpoint: Path, keep: float) -> None:
    content = checkpoint.read_bytes()
    path = tmp_path / "cut.pt"
    path.write_bytes(content[: keep if isinstance(keep, int) else int(keep * len(content))])
    with pytest.raises(CheckpointError, match="cut.pt cannot be read as a checkpoint; it may be cut off"):
        _build(ckpt_path=path)


@pytest.mark.parametrize(
    "content", [{}, {"model": {}}, [1, 2], {"model": {"weight": 3}}, {"epoch": torch.ones(1)}]
)
def test_a_file_with_something_else_in_it(tmp_path: Path, content: object) -> None:
    torch.save(content, tmp_path / "other.pt")
    with pytest.raises(CheckpointError, match="other.pt"):
        _build(ckpt_path=tmp_path / "other.pt")


def test_a_text_file(tmp_path: Path) -> None:
    (tmp_path / "notes.pt").write_text("not a checkpoint")
    with pytest.raises(CheckpointError, match="notes.pt cannot be read as a checkpoint"):
        _build(ckpt_path=tmp_path / "notes.pt")
