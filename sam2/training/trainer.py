"""The training loop. Official arguments; `freeze`, `lora` and `checkpoint.save_every_steps` are ours."""

from __future__ import annotations

import logging as logs
import random
import shutil
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import numpy as np
import torch
from hydra.utils import instantiate
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from sam2.training.batch import VideoBatch
from sam2.training.dataset.sam2_datasets import TorchTrainMixedDataset
from sam2.training.lora import add_adapters, merged_state_dict
from sam2.training.loss_fns import CORE_LOSS_KEY
from sam2.training.model.sam2 import FrameOutput, SAM2Train
from sam2.training.optimizer import construct_optimizer
from sam2.training.processes import Place, joined
from sam2.training.run_state import (
    CHECKPOINT,
    Progress,
    random_state,
    read_checkpoint,
    set_random_state,
    write_checkpoint,
)
from sam2.training.settings import Amp, Checkpointing, Cuda, Distributed, Logging, Optim, checked
from sam2.training.utils.logger import RunLog
from sam2.training.validation import Quality, draw_sheet, final_masks, quality, scores_of
from sam2.training.waiting import Waiting

log = logs.getLogger(__name__)
MODES = ("train", "train_only", "val")


class Trainer:
    """Builds everything at once, so that what cannot train fails before the first step; then `run`."""

    def __init__(
        self,
        *,
        data: Mapping[str, Any],
        model: Mapping[str, Any],
        logging: Mapping[str, Any],
        checkpoint: Mapping[str, Any],
        max_epochs: int,
        mode: str = "train",
        accelerator: str = "cuda",
        seed_value: int = 123,
        val_epoch_freq: int = 1,
        distributed: Mapping[str, Any] | None = None,
        cuda: Mapping[str, Any] | None = None,
        env_variables: Mapping[str, str] | None = None,
        optim: Mapping[str, Any] | None = None,
        optim_overrides: Sequence[Any] | None = None,
        meters: Mapping[str, Any] | None = None,
        loss: Mapping[str, Any] | None = None,
        freeze: Sequence[str] = (),
        lora: Mapping[str, Any] | None = None,
    ) -> None:
        if mode not in MODES:
            raise ValueError(f"trainer.mode is {mode!r}; use {', '.join(MODES)}")
        self.mode, self.max_epochs, self.val_epoch_freq = mode, int(max_epochs), int(val_epoch_freq)
        self.seed = int(seed_value)
        self.accelerator = accelerator
        self.logging = checked(Logging, logging, "trainer.logging")
        self.checkpoint = checked(Checkpointing, checkpoint, "trainer.checkpoint")
        self.distributed = checked(Distributed, distributed, "trainer.distributed")
        self.cuda = checked(Cuda, cuda, "trainer.cuda")
        settings = {**(optim or {})}
        settings["amp"] = checked(Amp, settings.get("amp"), "trainer.optim.amp")
        self.optim_settings = checked(Optim, settings, "trainer.optim")
        if self.mode != "val" and (self.optim_settings.optimizer is None or not loss):
            raise ValueError("trainer.optim.optimizer and trainer.loss are needed to train")
        self._seed_everything()
        self.model: SAM2Train = instantiate(model)
        self.losses = nn.ModuleDict({key: instantiate(conf) for key, conf in (loss or {}).items()})
        self.train_data = self._data(data, "train", needed=self.mode != "val")
        self.val_data = self._data(data, "val", needed=self.mode == "val")
        self._load_first_weights()
        self._freeze(freeze)
        if lora:
            names = add_adapters(self.model, **lora)
            log.info("LoRA on %d layers", len(names))
        self.progress = Progress()
        self.problems: set[str] = set()
        self.waiting = Waiting()

    # ---- building -------------------------------------------------------------------------------

    def _seed_everything(self) -> None:
        random.seed(self.seed)
        np.random.seed(self.seed % 2**32)
        torch.manual_seed(self.seed)

    @staticmethod
    def _data(data: Mapping[str, Any], stage: str, needed: bool) -> TorchTrainMixedDataset | None:
        if stage not in data or data[stage] is None:
            if needed:
                raise ValueError(f"trainer.data.{stage} is missing")
            return None
        return instantiate(data[stage])

    def _load_first_weights(self) -> None:
        initializer = self.checkpoint.model_weight_initializer
        if initializer is not None:
            self.model = instantiate(initializer)(model=self.model)

    def _freeze(self, patterns: Sequence[str]) -> None:
        for pattern in patterns:
            chosen = [p for name, p in self.model.named_parameters() if fnmatchcase(name, pattern)]
            if not chosen:
                raise ValueError(f"trainer.freeze: {pattern!r} fits no parameter of the model")
            for parameter in chosen:
                parameter.requires_grad_(False)

    # ---- the run --------------------------------------------------------------------------------

    def run(self) -> Quality | None:
        """Train, or go on; the last validation's quality, if there was one."""
        with joined(self.accelerator, self.distributed) as place:
            self._begin(place)
            try:
                if self.mode == "val":
                    return self._validate()
                return self._train()
            finally:
                self.run_log.close()

    def _begin(self, place: Place) -> None:
        self.place = place
        torch.manual_seed(self.seed + place.rank)
        self._set_cuda()
        self.model.to(place.device)
        self.clip = None
        if self.mode != "val":
            optim = self.optim_settings
            self.optimizer = construct_optimizer(
                self.model, optim.optimizer, optim.options, optim.param_group_modifiers or ()
            )
            self.clip = instantiate(optim.gradient_clip) if optim.gradient_clip is not None else None
            self.steps_per_epoch = len(self._plan(0))
        amp = self.optim_settings.amp
        self.amp_dtype = (
            getattr(torch, amp.amp_dtype) if amp.enabled and place.device.type == "cuda" else None
        )
        self.scaler = torch.amp.GradScaler(place.device.type, enabled=self.amp_dtype is torch.float16)
        self._resume()
        self.run_log = self._open_log()
        self.parallel: nn.Module = self.model
        if place.world_size > 1:
            self.parallel = DistributedDataParallel(
                self.model,
                device_ids=[place.device] if place.device.type == "cuda" else None,
                find_unused_parameters=self.distributed.find_unused_parameters,
            )

    def _open_log(self) -> RunLog:
        folder, writer = Path(self.logging.log_dir), self.logging.tensorboard_writer
        if not self.place.is_first:
            return RunLog(folder / f"rank{self.place.rank}", None)
        return RunLog(folder, None if writer is None else instantiate(writer))

    def _set_cuda(self) -> None:
        if self.place.device.type != "cuda":
            return
        cuda, backends = self.cuda, torch.backends
        backends.cudnn.deterministic, backends.cudnn.benchmark = (
            cuda.cudnn_deterministic,
            cuda.cudnn_benchmark,
        )
        for backend, own in (
            (backends.cuda.matmul, cuda.matmul_allow_tf32),
            (backends.cudnn, cuda.cudnn_allow_tf32),
        ):
            backend.allow_tf32 = cuda.allow_tf32 if own is None else own

    def _plan(self, epoch: int) -> list:
        return self.train_data.plan(epoch, self.place.rank, self.place.world_size)

    def _train(self) -> Quality | None:
        result = None
        while self.progress.epoch < self.max_epochs:
            self._train_epoch()
            self.progress.epoch += 1
            self.progress.step_in_epoch = 0
            is_last = self.progress.epoch == self.max_epochs
            if (
                self.mode == "train"
                and self.val_data
                and (is_last or self.progress.epoch % self.val_epoch_freq == 0)
            ):
                result = self._validate()
            self._save(end_of_epoch=True)
        return result

    def _train_epoch(self) -> None:
        self.model.train()
        plan = self._plan(self.progress.epoch)
        began, first = time.monotonic() - self.progress.elapsed_s, self.progress.steps
        loop_began = time.monotonic()
        loader = self.train_data.loader(plan, self.progress.step_in_epoch)
        for batch in self.waiting.batches(loader, self.place.device):
            self._note(batch)
            self._step(batch)
            self.progress.step_in_epoch += 1
            self.progress.steps += 1
            self.progress.elapsed_s = time.monotonic() - began
            if self.progress.steps % self.logging.log_freq == 0:
                done = self.progress.steps - first
                left = self.max_epochs * self.steps_per_epoch - self.progress.steps
                eta_s = (time.monotonic() - loop_began) / done * left
                log.info(
                    "epoch %d/%d, step %d/%d: loss %.4f, waited for data %.0f%% of the time, %s to go",
                    self.progress.epoch + 1,
                    self.max_epochs,
                    self.progress.step_in_epoch,
                    len(plan),
                    self.last_loss,
                    100 * self.waiting.share,
                    _hours(eta_s),
                )
            every = self.checkpoint.save_every_steps
            if every and self.progress.steps % every == 0:
                self._save()

    def _step(self, batch: VideoBatch) -> None:
        total = max(1, self.max_epochs * self.steps_per_epoch)
        where = min(1.0, self.progress.steps / total)
        self.optimizer.optimizer.zero_grad(set_to_none=True)
        with self._autocast():
            outputs = self.parallel(batch)
            losses = self._loss(batch)(outputs, batch)
        loss = losses[CORE_LOSS_KEY]
        if not torch.isfinite(loss):
            raise RuntimeError(
                f"the loss is {loss.item()} at step {self.progress.steps}; lower the learning rate and go on "
                "from the last checkpoint"
            )
        values = {f"train/{name}": value.item() for name, value in losses.items()}
        self.last_loss = loss.item()
        if loss.requires_grad:  # not where every frame was shown by its mask
            self.scaler.scale(loss).backward()
            self.scaler.unscale_(self.optimizer.optimizer)
            if self.clip is not None:
                values["train/grad_norm"] = self.clip(self.model)
            self.optimizer.set(where)
            self.scaler.step(self.optimizer.optimizer)
            self.scaler.update()
        values["train/lr"] = self.optimizer.highest_lr
        values["train/waiting"] = self.waiting.share
        if self.progress.steps % self.logging.log_scalar_frequency == 0:
            self.run_log.scalars(self.progress.steps, values)
        self._show(batch, outputs)

    def _show(self, batch: VideoBatch, outputs: list[FrameOutput]) -> None:
        every = self.logging.log_visual_frequency
        if self.place.is_first and every and self.progress.steps % every == 0:
            path = Path(self.logging.log_dir) / "sheets" / f"step_{self.progress.steps:07d}.png"
            draw_sheet(path, batch, final_masks(self.model, outputs))

    def _loss(self, batch: VideoBatch) -> nn.Module:
        if batch.key not in self.losses:
            raise ValueError(f"trainer.loss has no {batch.key!r}, which collate_fn's dict_key names")
        return self.losses[batch.key]

    def _autocast(self):
        if self.amp_dtype is None:
            return nullcontext()
        return torch.autocast(self.place.device.type, self.amp_dtype)

    @torch.no_grad()
    def _validate(self) -> Quality:
        """On one process's share each, means over all."""
        self.model.eval()
        plan = self.val_data.plan(0, self.place.rank, self.place.world_size)
        scores, num_objects = [], 0
        for number, batch in enumerate(self.val_data.loader(plan)):
            batch = batch.to(self.place.device)
            with self._autocast():
                found = final_masks(self.model, self.model(batch))
            scores += scores_of(found, batch)
            num_objects += batch.num_objects
            if number == 0 and self.place.is_first:
                draw_sheet(
                    Path(self.logging.log_dir) / "sheets" / f"val_{self.progress.epoch:04d}.png", batch, found
                )
        everywhere = self.place.gather((scores, num_objects))
        result = quality((s for part, _ in everywhere for s in part), sum(n for _, n in everywhere))
        values = {"val/j": result.j, "val/f": result.f, "val/j_and_f": result.j_and_f}
        self.run_log.scalars(self.progress.steps, values)
        log.info(
            "validation after epoch %d: J&F %.1f (J %.1f, F %.1f) over %d objects",
            self.progress.epoch,
            *(100 * value for value in (result.j_and_f, result.j, result.f)),
            result.num_objects,
        )
        self.progress.best = max(result.j_and_f, self.progress.best or 0.0)
        self.model.train()
        return result

    def _note(self, batch: VideoBatch) -> None:
        """One line for each video that cannot be used, once."""
        for problem in sorted(set(batch.problems) - self.problems):
            self.problems.add(problem)
            log.warning("Skipped (%d so far): %s", len(self.problems), problem)

    # ---- the run's state on disk ----------------------------------------------------------------

    @property
    def _path(self) -> Path:
        return Path(self.checkpoint.save_dir) / CHECKPOINT

    def _save(self, end_of_epoch: bool = False) -> None:
        states = self.place.gather(random_state(self.model.rng))
        if not self.place.is_first:
            return
        skipped = self.checkpoint.skip_saving_parameters
        weights = {
            name: value
            for name, value in merged_state_dict(self.model).items()
            if not any(fnmatchcase(name, pattern) for pattern in skipped)
        }
        content = {
            "model": weights,
            "trained": self.model.state_dict(),
            "optimizer": self.optimizer.optimizer.state_dict(),
            "scaler": self.scaler.state_dict(),
            "progress": vars(self.progress),
            "random": states,
        }
        written = write_checkpoint(self._path, content)
        epoch = self.progress.epoch
        freq = self.checkpoint.save_freq
        if (
            written
            and end_of_epoch
            and ((freq > 0 and epoch % freq == 0) or epoch in self.checkpoint.save_list)
        ):
            write_checkpoint(self._path.with_name(f"checkpoint_{epoch}.pt"), content)

    def _resume(self) -> None:
        """From this run's checkpoint, or from `resume_from` where it has none."""
        start = self.checkpoint.resume_from
        if start is not None and not self._path.exists() and self.place.is_first:
            if not Path(start).is_file():
                raise FileNotFoundError(f"trainer.checkpoint.resume_from: there is no file {start}")
            self._path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(start, self._path)
        self.place.wait()
        if not self._path.exists() or self.mode == "val":
            return
        content = read_checkpoint(self._path)
        try:
            self.model.load_state_dict(content["trained"])
            self.optimizer.optimizer.load_state_dict(content["optimizer"])
            self.scaler.load_state_dict(content["scaler"])
            self.progress = Progress(**content["progress"])
            if len(content["random"]) == self.place.world_size:
                set_random_state(content["random"][self.place.rank], self.model.rng)
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            raise ValueError(
                f"{self._path} does not fit this configuration ({str(error).splitlines()[0]}); "
                "give the run a new folder, or the configuration it began with"
            ) from error
        log.info("Going on after step %d, epoch %d", self.progress.steps, self.progress.epoch + 1)


def _hours(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}"
