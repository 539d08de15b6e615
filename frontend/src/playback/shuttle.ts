/** The paces of L and, backwards, J: each further press is faster. */
const PACES = [1, 2, 4] as const;

/** The pace after J (`direction` -1) or L (1); `rate` 0 where it stands. */
export function shuttled(rate: number, direction: 1 | -1): number {
  if (rate * direction <= 0) return direction;
  const faster = PACES.find((pace) => pace > Math.abs(rate));
  return direction * (faster ?? (PACES.at(-1) as number));
}

/** What the menu of paces offers. */
export const RATES = [0.1, 0.25, 0.5, 1, 1.5, 2, 4] as const;
