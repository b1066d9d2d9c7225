/** Numbers with their units. Sizes are powers of 1024, as Docker means them. */

/** What stands where a number is not known. */
export const UNKNOWN = '–';

const SIZES = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
const RATES = ['B/s', 'KiB/s', 'MiB/s', 'GiB/s', 'TiB/s'];

export type Known = number | null | undefined;

/** `1.5 GiB`. */
export function bytes(value: Known): string {
  return powers(value, SIZES);
}

/** `12.3 MiB/s`. */
export function rate(value: Known): string {
  return powers(value, RATES);
}

/** `850 MHz`, `3.20 GHz`. */
export function megahertz(value: Known): string {
  if (!isKnown(value)) return UNKNOWN;
  return value < 999.5 ? `${Math.round(value)} MHz` : `${digits(value / 1000)} GHz`;
}

/** Used and whole in the unit of the whole: `0.42 / 3.20 GHz`. */
export function ofMegahertz(used: Known, whole: Known): string {
  if (!isKnown(whole)) return megahertz(used);
  const unit = whole < 999.5 ? 1 : 1000;
  return pair(used, whole, unit, unit === 1 ? 'MHz' : 'GHz');
}

/** Used and whole in the unit of the whole: `1.20 / 7.80 GiB`. */
export function ofBytes(used: Known, whole: Known): string {
  if (!isKnown(whole)) return bytes(used);
  const step = stepOf(whole, SIZES.length);
  return pair(used, whole, 1024 ** step, SIZES[step] ?? 'B');
}

/** Of a whole: `42 %`. */
export function percent(used: Known, whole: Known): string {
  const part = share(used, whole);
  return part === undefined ? UNKNOWN : `${Math.round(part * 100)} %`;
}

/** Between 0 and 1, or undefined where it cannot be said. */
export function share(used: Known, whole: Known): number | undefined {
  if (!isKnown(used) || !isKnown(whole) || whole <= 0) return undefined;
  return Math.min(Math.max(used / whole, 0), 1);
}

/** `1 node`, `3 nodes`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

function isKnown(value: Known): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function powers(value: Known, units: string[]): string {
  if (!isKnown(value)) return UNKNOWN;
  const step = stepOf(value, units.length);
  const scaled = value / 1024 ** step;
  return `${step === 0 ? Math.round(scaled) : digits(scaled)} ${units[step] ?? ''}`;
}

/** 1000 KiB reads `0.98 MiB`, so that no number is wider than three digits. */
function stepOf(value: number, steps: number): number {
  let step = 0;
  while (step + 1 < steps && Math.abs(value) / 1024 ** step >= 999.5) step += 1;
  return step;
}

function pair(used: Known, whole: number, unit: number, name: string): string {
  const places = placesOf(whole / unit);
  const text = isKnown(used) ? (used / unit).toFixed(places) : UNKNOWN;
  return `${text} / ${(whole / unit).toFixed(places)} ${name}`;
}

function digits(value: number): string {
  return value.toFixed(placesOf(value));
}

function placesOf(value: number): number {
  const size = Math.abs(value);
  if (size < 9.995) return 2;
  return size < 99.95 ? 1 : 0;
}
