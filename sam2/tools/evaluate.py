"""How good masks are: J, F and J&F, and the published protocols, for SAM 2 or any other engine.

    python -m sam2.tools.evaluate folders --gt_root Annotations --pred_root out
    python -m sam2.tools.evaluate vos --base_video_dir JPEGImages --gt_root Annotations --prompt 3 \
        --sam2_cfg configs/sam2.1/sam2.1_hiera_t.yaml --sam2_checkpoint checkpoints/sam2.1_hiera_tiny.pt
    python -m sam2.tools.evaluate interactive --mode offline ...
    python -m sam2.tools.evaluate clicks ...          # NoC@85 and NoC@90

`folders` scores PNGs that were written before, such as those of `sam2.tools.vos_inference`; together
they are the protocol of the published tables. The others run an engine: SAM 2, or with
`--engine MODULE:FUNCTION` what that function returns (a `sam2.evaluation.segmenter.Segmenter`).
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import fmean

import torch

from sam2.build_sam import build_sam2_video_predictor
from sam2.evaluation import report
from sam2.evaluation.folders import FolderRules, score_folders
from sam2.evaluation.protocols import (
    ClicksNeeded,
    FirstPrompt,
    Interactive,
    clicks_needed,
    curve_mean,
    first_seen,
    offline,
    online_curve,
    semi_supervised,
    semi_supervised_score,
)
from sam2.evaluation.scores import ObjectScore, Scores
from sam2.evaluation.segmenter import Sam2Segmenter, Segmenter
from sam2.evaluation.videos import Clip, FolderClip, Truth, clips_in

NOC_TARGETS = (0.85, 0.90)
WORST_SHOWN = 6


def run_folders(args: argparse.Namespace) -> None:
    rules = FolderRules(args.strict, not args.do_not_skip_first_and_last_frame)
    _publish(args, score_folders(args.gt_root, args.pred_root, rules, args.num_processes))


def run_vos(args: argparse.Namespace) -> None:
    segmenter, first = _segmenter(args), FirstPrompt(args.prompt)
    scored: list[ObjectScore] = []
    problems: list[str] = []
    worst: list[tuple[float, report.WorstFrame]] = []
    for clip, truth in _objects(args):
        masks = semi_supervised(segmenter, clip, truth, first)
        score = semi_supervised_score(clip, truth, masks)
        if score is None:
            problems.append(f"{clip.name}: object {truth.object_id} has no frame to score, left out")
            continue
        scored.append(score)
        if args.worst is not None:
            worst = sorted(
                [*worst, (score.j_and_f, _worst_frame(clip, truth, score, masks))], key=lambda w: w[0]
            )
            del worst[WORST_SHOWN:]
    _publish(args, Scores(tuple(scored), tuple(problems)))
    if args.worst is not None:
        report.draw_worst(args.worst, [frame for _, frame in worst])


def _worst_frame(clip: Clip, truth: Truth, score: ObjectScore, masks: dict) -> report.WorstFrame:
    lowest = min(score.frames, key=lambda frame: frame.j + frame.f)
    frame_idx = next(i for i in masks if clip.frame_name(i) == lowest.frame)
    title = f"{clip.name}, object {truth.object_id}, frame {lowest.frame}: J {lowest.j:.2f} F {lowest.f:.2f}"
    return report.WorstFrame(title, clip.frames.read(frame_idx), masks[frame_idx], truth.mask(frame_idx))


def run_interactive(args: argparse.Namespace) -> None:
    segmenter = _segmenter(args)
    rules = Interactive(args.max_frames, args.clicks_per_frame, args.stop_below_j)
    protocol: Callable[..., Iterator[ObjectScore]] = offline if args.mode == "offline" else online_curve
    last, means = [], []
    for clip, truth in _objects(args):
        curve = list(protocol(segmenter, clip, truth, rules))
        means.append(curve_mean(curve, rules))
        last.append(curve[-1])
        points = " ".join(f"{100 * score.j_and_f:.1f}" for score in curve)
        print(f"{clip.name}  object {truth.object_id}: J&F by prompted frames {points}", flush=True)
    print(f"\nafter the last prompted frame:\n{report.table(Scores(tuple(last)), by_object=False)}")
    print(f"\nmean J&F over 1..{rules.max_frames} prompted frames, {args.mode}: {100 * fmean(means):.1f}")
    _save(args, Scores(tuple(last)))


def run_clicks(args: argparse.Namespace) -> None:
    segmenter = _segmenter(args)
    results: list[ClicksNeeded] = []
    for clip, truth in _objects(args):
        frame_idx = first_seen(truth)
        frame, right = clip.frames.read(frame_idx), truth.mask(frame_idx)
        needed = clicks_needed(segmenter, frame, right, max(NOC_TARGETS), args.max_clicks)
        results.append(needed)
        clicks = "  ".join(f"NoC@{round(100 * t)} {needed.noc(t):2d}" for t in NOC_TARGETS)
        print(
            f"{clip.name}  object {truth.object_id}: {clicks}  J after one {needed.j_after[0]:.3f}",
            flush=True,
        )
    for target in NOC_TARGETS:
        failed = sum(max(needed.j_after) < target for needed in results)
        mean = fmean(needed.noc(target) for needed in results)
        print(
            f"NoC@{round(100 * target)}: {mean:.2f} of at most {args.max_clicks}; {failed} never reached it"
        )


def _objects(args: argparse.Namespace) -> Iterator[tuple[FolderClip, Truth]]:
    names = None
    if args.video_list_file is not None:
        names = [line.strip() for line in args.video_list_file.read_text().splitlines() if line.strip()]
    found = False
    for clip in clips_in(args.base_video_dir, args.gt_root, names):
        for truth in clip.objects():
            found = True
            yield clip, truth
    if not found:
        raise ValueError(f"{args.gt_root} shows no object on any frame; check that its PNGs hold object ids")


def _segmenter(args: argparse.Namespace) -> Segmenter:
    if args.engine != "sam2":
        module, _, function = args.engine.partition(":")
        if not function:
            raise ValueError(f"--engine {args.engine} is not of the form MODULE:FUNCTION; or use sam2")
        return getattr(importlib.import_module(module), function)()
    if args.sam2_cfg is None or args.sam2_checkpoint is None:
        raise ValueError("SAM 2 needs --sam2_cfg and --sam2_checkpoint")
    device = args.device or ("cuda" if torch.cuda.is_available() else "cpu")
    predictor = build_sam2_video_predictor(
        config_file=args.sam2_cfg,
        ckpt_path=args.sam2_checkpoint,
        device=device,
        apply_postprocessing=args.apply_postprocessing,
    )
    return Sam2Segmenter(predictor, args.score_thresh)


def _publish(args: argparse.Namespace, scores: Scores) -> None:
    print(report.table(scores, by_object=not args.quiet))
    _save(args, scores)


def _save(args: argparse.Namespace, scores: Scores) -> None:
    if args.json is not None:
        report.write_json(args.json, scores)
    if args.csv is not None:
        report.write_csv(args.csv, scores.objects)


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    output = argparse.ArgumentParser(add_help=False)
    output.add_argument("-q", "--quiet", action="store_true", help="print only the data set's line")
    output.add_argument("--json", type=Path, help="write every frame's scores there")
    output.add_argument("--csv", type=Path, help="write a line an object there")

    folders = commands.add_parser("folders", parents=[output], help="score PNG masks that exist")
    folders.add_argument("--gt_root", type=Path, required=True, help="a folder of true PNGs for each video")
    folders.add_argument("--pred_root", type=Path, required=True, help="a folder of PNGs for each video")
    folders.add_argument("-n", "--num_processes", type=int, default=1)
    folders.add_argument("-s", "--strict", action="store_true", help="refuse if a video was not predicted")
    folders.add_argument("--do_not_skip_first_and_last_frame", action="store_true")
    folders.set_defaults(run=run_folders)

    model = argparse.ArgumentParser(add_help=False)
    model.add_argument("--base_video_dir", type=Path, required=True, help="a folder of JPEGs for each video")
    model.add_argument("--gt_root", type=Path, required=True, help="a folder of true PNGs for each video")
    model.add_argument("--video_list_file", type=Path, help="a text file with one video name a line")
    model.add_argument("--engine", default="sam2", help="sam2, or MODULE:FUNCTION that gives a Segmenter")
    model.add_argument("--sam2_cfg", help="model configuration")
    model.add_argument("--sam2_checkpoint", help="path of the weights")
    model.add_argument("--device", help="default: cuda where there is one")
    model.add_argument("--score_thresh", type=float, default=0.0, help="mask logits above this are inside")
    model.add_argument("--apply_postprocessing", action="store_true", help="not used for published figures")

    vos = commands.add_parser("vos", parents=[model, output], help="semi-supervised, from one prompt")
    vos.add_argument("--prompt", default="mask", help="mask, box, or a number of clicks (published: 1, 3, 5)")
    vos.add_argument("--worst", type=Path, help="draw the worst objects there (PNG)")
    vos.set_defaults(run=run_vos)

    rules = Interactive()
    interactive = commands.add_parser("interactive", parents=[model, output], help="correct while tracking")
    interactive.add_argument("--mode", choices=("offline", "online"), default="offline")
    interactive.add_argument("--max_frames", type=int, default=rules.max_frames)
    interactive.add_argument("--clicks_per_frame", type=int, default=rules.clicks_per_frame)
    interactive.add_argument("--stop_below_j", type=float, default=rules.stop_below_j, help="online only")
    interactive.set_defaults(run=run_interactive)

    clicks = commands.add_parser("clicks", parents=[model], help="clicks until J reaches 0.85 and 0.90")
    clicks.add_argument("--max_clicks", type=int, default=20)
    clicks.set_defaults(run=run_clicks)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    args = build_parser().parse_args(argv)
    try:
        args.run(args)
    except (ValueError, OSError, RuntimeError, ImportError, AttributeError) as error:
        print(f"evaluate: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
