/** A line without axes, as the path of an SVG of 100 by 100. */

export interface Spot {
  at: number;
  value: number;
}

/** Points further apart than this are not joined. */
const GAP_MS = 4000;

export function sparkPath(spots: Spot[], from: number, to: number, top: number): string {
  let path = '';
  let before = Number.NEGATIVE_INFINITY;
  for (const { at, value } of spots) {
    if (at < from - GAP_MS || at > to) continue;
    const x = ((at - from) / (to - from)) * 100;
    const y = 100 - Math.min(value / top, 1) * 100;
    path += `${at - before > GAP_MS ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`;
    before = at;
  }
  return path;
}

/** Where the scale ends: the least one doubled until all fits, so that it does not change with every second. */
export function sparkTop(values: number[], least: number): number {
  const highest = Math.max(0, ...values);
  let top = least;
  while (top < highest) top *= 2;
  return top;
}
