"""Write src/masks/rle.fixtures.json with pycocotools: what our RLE decoder must agree with.

Run from frontend/: `../.venv/bin/python scripts/make_rle_fixtures.py`. The output is committed.
"""

import json
from pathlib import Path

import numpy as np
from pycocotools import mask as coco

SIZES = [(1, 1), (7, 5), (9, 16), (40, 30)]


def main() -> None:
    rng = np.random.default_rng(7)
    cases = [case("empty", np.zeros((6, 4))), case("full", np.ones((6, 4)))]
    cases += [case(f"noise {h}x{w}", rng.random((h, w)) < 0.4) for h, w in SIZES]
    y, x = np.mgrid[:200, :320]
    cases.append(case("disc", (x - 140.5) ** 2 + (y - 90) ** 2 < 71**2))
    ring = abs(np.hypot(x - 60, y - 100) - 40) < 9
    cases.append(case("ring and box at the border", ring | ((x > 290) & (y > 150))))
    out = Path(__file__).parent.parent / "src/masks/rle.fixtures.json"
    lines = ",\n".join(json.dumps(case) for case in cases)
    out.write_text(f"[\n{lines}\n]\n")


def case(name: str, mask: np.ndarray) -> dict[str, object]:
    """`pixels` are the flat row-major indices of the mask, as runs (start, length)."""
    mask = mask.astype(np.uint8)
    rle = coco.encode(np.asfortranarray(mask))
    flat = np.concatenate([[0], mask.ravel(), [0]]).astype(int)
    starts, ends = (np.flatnonzero(np.diff(flat) == step) for step in (1, -1))
    x0, y0, width, height = (int(v) for v in coco.toBbox(rle))
    return {
        "name": name,
        "height": mask.shape[0],
        "width": mask.shape[1],
        "counts": rle["counts"].decode(),
        "area": int(coco.area(rle)),
        "bbox": [x0, y0, x0 + width, y0 + height],
        "rowRuns": [[int(s), int(e - s)] for s, e in zip(starts, ends, strict=True)],
    }


if __name__ == "__main__":
    main()
