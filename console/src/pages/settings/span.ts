/** Spans of time from a minute to a year, as people write them: `30m`, `12h`, `7d`. */

import { type Parsed, right, wrong } from '../../service-form/quantity';

const UNITS = { d: 86_400, h: 3600, m: 60, s: 1 };
const LEAST_S = 60;
const MOST_S = 365 * UNITS.d;
const EXPECTED = 'Write a number with a unit (m, h, d) from 1m to 365d, such as 12h or 1d12h.';

/** Seconds. */
export function parseSpan(text: string): Parsed<number> {
  const trimmed = text.trim().toLowerCase();
  if (!/^(\d+[dhms])+$/.test(trimmed)) return wrong(EXPECTED);
  let seconds = 0;
  for (const [, number, unit] of trimmed.matchAll(/(\d+)([dhms])/g)) {
    seconds += Number(number) * UNITS[unit as keyof typeof UNITS];
  }
  return seconds >= LEAST_S && seconds <= MOST_S ? right(seconds) : wrong(EXPECTED);
}

export function spellSpan(seconds: number): string {
  let left = seconds;
  let text = '';
  for (const [unit, size] of Object.entries(UNITS)) {
    const count = Math.floor(left / size);
    if (count > 0) text += `${count}${unit}`;
    left -= count * size;
  }
  return text === '' ? '0s' : text;
}
