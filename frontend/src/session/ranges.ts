/** Frames `first` to `last`, both inclusive. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

export function isInRanges(ranges: readonly Range[], frameIdx: number): boolean {
  return ranges.some(({ first, last }) => first <= frameIdx && frameIdx <= last);
}

/** The same frames in as few ranges as can be, in order. */
export function joined(ranges: readonly Range[]): Range[] {
  const found: Range[] = [];
  for (const range of [...ranges].sort((a, b) => a.first - b.first)) {
    const last = found.at(-1);
    if (last && range.first <= last.last + 1) {
      found[found.length - 1] = { first: last.first, last: Math.max(last.last, range.last) };
    } else {
      found.push({ first: range.first, last: range.last });
    }
  }
  return found;
}

export function withoutRange(ranges: readonly Range[], gone: Range): Range[] {
  return joined(ranges).flatMap(({ first, last }) => {
    const parts = [
      { first, last: Math.min(last, gone.first - 1) },
      { first: Math.max(first, gone.last + 1), last },
    ];
    return parts.filter((part) => part.first <= part.last);
  });
}

/** With the range, or without it where all of it is in already. */
export function toggledRange(ranges: readonly Range[], range: Range): Range[] {
  const isIn = joined(ranges).some((r) => r.first <= range.first && range.last <= r.last);
  return isIn ? withoutRange(ranges, range) : joined([...ranges, range]);
}
