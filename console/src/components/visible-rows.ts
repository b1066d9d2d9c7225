/** Which rows of a long list are worth having: those in sight and a few spare ones. */

export interface Range {
  first: number;
  /** One behind the last. */
  end: number;
}

/**
 * `from` is how far, in px, the window begins below the top of the list (negative: above it); `sight` is the window's
 * height and `step` a row's.
 */
export function visibleRows(rows: number, step: number, from: number, sight: number, spare: number): Range {
  if (rows === 0 || step <= 0) return { first: 0, end: 0 };
  const first = Math.floor(from / step) - spare;
  const end = Math.ceil((from + sight) / step) + spare;
  const clamped = Math.min(Math.max(first, 0), rows - 1);
  return { first: clamped, end: Math.min(Math.max(end, clamped + 1), rows) };
}
