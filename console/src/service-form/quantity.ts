/** Amounts as users write them: the same words that the command line takes, with the same answers to what is wrong. */

export type Parsed<T> = { ok: true; value: T } | { ok: false; error: string };

export const right = <T>(value: T): Parsed<T> => ({ ok: true, value });
export const wrong = <T>(error: string): Parsed<T> => ({ ok: false, error });

const CPU_EXPECTED = 'Write a number of cores such as 0.5, or megahertz such as 500MHz.';
const MOST_CORES = 1024;
const MOST_MEGAHERTZ = 1e7;

/** A CPU demand in the API's own spelling: `0.5` (cores) or `500MHz`. */
export function parseCpu(text: string): Parsed<string> {
  const [number, unit] = split(text.trim());
  if (number === undefined) return wrong(CPU_EXPECTED);
  switch (unit) {
    case '':
      return number > MOST_CORES
        ? wrong(`No node has ${number} cores; megahertz want their unit, such as ${number}MHz.`)
        : right(`${number}`);
    case 'mhz':
    case 'ghz': {
      const megahertz = unit === 'mhz' ? number : number * 1000;
      return megahertz > MOST_MEGAHERTZ ? wrong(`No node is so fast. ${CPU_EXPECTED}`) : right(`${megahertz}MHz`);
    }
    default:
      return wrong(`The unit is unknown. ${CPU_EXPECTED}`);
  }
}

const BYTES_EXPECTED = 'Write a number with a unit, such as 64m, 256MiB or 1g.';
const BYTE_UNITS = ['b', 'k', 'm', 'g', 't', 'p'];

/** A size in bytes. Units are powers of 1024, as Docker's are; without one it is a number of bytes. */
export function parseBytes(text: string): Parsed<number> {
  const [number, unit] = split(text.trim());
  if (number === undefined) return wrong(BYTES_EXPECTED);
  const exponent = unit === '' ? 0 : BYTE_UNITS.findIndex((letter) => byteSpellings(letter).includes(unit));
  if (exponent < 0) return wrong(`The unit is unknown. ${BYTES_EXPECTED}`);
  const bytes = Math.floor(number * 1024 ** exponent);
  return bytes > Number.MAX_SAFE_INTEGER ? wrong(`That is too large. ${BYTES_EXPECTED}`) : right(bytes);
}

function byteSpellings(letter: string): string[] {
  return letter === 'b' ? ['b'] : [letter, `${letter}b`, `${letter}ib`];
}

/** The shortest spelling of exactly that many bytes: `64m`, `1g`, `1500`. */
export function spellBytes(bytes: number): string {
  let amount = bytes;
  let exponent = 0;
  while (amount > 0 && amount % 1024 === 0 && exponent < BYTE_UNITS.length - 1) {
    amount /= 1024;
    exponent += 1;
  }
  return exponent === 0 ? `${amount}` : `${amount}${BYTE_UNITS[exponent]}`;
}

/** As `spellBytes`; what the API has as text already stays as it is. */
export function spellSize(size: number | string): string {
  return typeof size === 'string' ? size : spellBytes(size);
}

const DURATION_EXPECTED = 'Write a number with a unit (ms, s, m, h), such as 30s or 1m30s.';
const DURATION_MS = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** A duration in milliseconds. */
export function parseDuration(text: string): Parsed<number> {
  const trimmed = text.trim();
  if (trimmed === '0') return right(0);
  if (!/^(\d+(\.\d+)?|\.\d+)(ms|[hms])((\d+(\.\d+)?|\.\d+)(ms|[hms]))*$/.test(trimmed)) return wrong(DURATION_EXPECTED);
  let ms = 0;
  for (const [, number, unit] of trimmed.matchAll(/([\d.]+)(ms|[hms])/g)) {
    ms += Number(number) * DURATION_MS[unit as keyof typeof DURATION_MS];
  }
  return right(Math.round(ms));
}

/** As Go and Docker write it: `1m30s`. */
export function spellDuration(ms: number): string {
  if (ms === 0) return '0s';
  let left = ms;
  let text = '';
  for (const [unit, size] of Object.entries(DURATION_MS)) {
    const count = Math.floor(left / size);
    if (count > 0) text += `${count}${unit}`;
    left -= count * size;
  }
  return text;
}

/** A whole number between two others, both allowed. */
export function parseWhole(text: string, least: number, most: number, noun: string): Parsed<number> {
  const trimmed = text.trim();
  const number = Number(trimmed);
  if (!/^\d+$/.test(trimmed) || number < least || number > most) {
    return wrong(`Write a ${noun} from ${least} to ${most}.`);
  }
  return right(number);
}

/** Permission bits; octal where they begin with 0, as everybody writes them. */
export function parseFileMode(text: string): Parsed<number> {
  const trimmed = text.trim();
  const octal = /^0o?[0-7]+$/.test(trimmed);
  const mode = octal ? parseInt(trimmed.replace(/^0o?/, ''), 8) : /^\d+$/.test(trimmed) ? Number(trimmed) : NaN;
  const isOctalMisspelt = trimmed.length > 1 && trimmed.startsWith('0') && !octal;
  return mode <= 0o7777 && !isOctalMisspelt ? right(mode) : wrong('Write octal digits, such as 0444.');
}

export function spellFileMode(mode: number): string {
  return `0${mode.toString(8).padStart(3, '0')}`;
}

/** The number at the front, undefined where there is none, and what stands behind it in lower case. */
function split(text: string): [number | undefined, string] {
  const match = /^(\d+(?:\.\d*)?|\.\d+)\s*([a-z]*)$/i.exec(text);
  return match ? [Number(match[1]), (match[2] ?? '').toLowerCase()] : [undefined, ''];
}
