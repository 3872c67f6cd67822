// @ts-nocheck
import { Presets, SingleBar } from 'cli-progress';

/** Told how far some work is. */
export interface Progress {
  (done: number, total: number): void;
  stop(): void;
}

/** A bar on a terminal; elsewhere nothing. */
export function progressBar(label: string, unit: string, show: (value: number) => string = String): Progress {
  if (!process.stderr.isTTY) return Object.assign(() => undefined, { stop: () => undefined });
  const bar = new SingleBar(
    {
      format: `  ${label} {bar} {percentage}%  {value}/{total} ${unit}`,
      formatValue: (value, _, kind) => (kind === 'value' || kind === 'total' ? show(value) : String(value)),
      clearOnComplete: true,
      hideCursor: true,
    },
    Presets.rect,
  );
  let begun = false;
  const update = (done: number, total: number) => {
    if (begun) bar.setTotal(total);
    else bar.start(total, 0);
    begun = true;
    bar.update(done);
  };
  return Object.assign(update, { stop: () => bar.stop() });
}

/** Bytes as people read them. */
export function size(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}
