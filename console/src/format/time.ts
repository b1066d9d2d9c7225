/** Times as people say them; the exact one stands in the tooltip. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `12 seconds`, `5 minutes`, `3 hours`, `2 days`. */
export function duration(ms: number): string {
  const size = Math.max(ms, 0);
  if (size < MINUTE) return plural(Math.floor(size / SECOND), 'second');
  if (size < HOUR) return plural(Math.floor(size / MINUTE), 'minute');
  if (size < 2 * DAY) return plural(Math.floor(size / HOUR), 'hour');
  if (size < 60 * DAY) return plural(Math.floor(size / DAY), 'day');
  if (size < 730 * DAY) return plural(Math.floor(size / (30 * DAY)), 'month');
  return plural(Math.floor(size / (365 * DAY)), 'year');
}

/** `5 minutes ago`, `in 2 hours`, `just now`. */
export function relative(unixMs: number, nowMs: number): string {
  const ago = nowMs - unixMs;
  // Clocks of a browser and a manager differ; nobody wants to read "in 1 second" of what has happened.
  if (ago > -5 * SECOND && ago < SECOND) return 'just now';
  return ago < 0 ? `in ${duration(-ago)}` : `${duration(ago)} ago`;
}

/** `2026-11-25 18:04:09.123 UTC+1`, in the reader's own time zone. */
export function exact(unixMs: number): string {
  const at = new Date(unixMs);
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${clock(unixMs)}.${String(at.getMilliseconds()).padStart(3, '0')} ${zone(at)}`;
}

/** `18:04:09`. */
export function clock(unixMs: number): string {
  const at = new Date(unixMs);
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

function zone(at: Date): string {
  const minutes = -at.getTimezoneOffset();
  if (minutes === 0) return 'UTC';
  const sign = minutes < 0 ? '-' : '+';
  const rest = Math.abs(minutes) % 60;
  return `UTC${sign}${Math.floor(Math.abs(minutes) / 60)}${rest === 0 ? '' : `:${two(rest)}`}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

function plural(value: number, unit: string): string {
  return `${value} ${unit}${value === 1 ? '' : 's'}`;
}
