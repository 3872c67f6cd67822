/** Growth from the middle of a run to its end that is taken for noise: part of it, and MiB. */
const NOISE = 0.1;
const LITTLE = 8;

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0 ? 0 : (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2;
};

/**
 * Whether memory has stopped growing, by the medians of the thirds of a run in MiB. The first third fills caches and may
 * grow as it likes; what grows from the second to the last would go on growing.
 */
export const flat = ([, middle, last]: readonly [number, number, number]): boolean =>
  last <= Math.max(middle * (1 + NOISE), middle + LITTLE);
