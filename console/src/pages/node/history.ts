/** A node's past as its charts show it: seconds of the last 10 minutes, minutes of the last day, and what comes live. */

import type { NodeHistory, Reading } from '../../api/node';

export type Quantity = 'cpu' | 'memory' | 'disk' | 'received' | 'sent';
export const QUANTITIES: Quantity[] = ['cpu', 'memory', 'disk', 'received', 'sent'];

/** Columns of equal length, oldest first; null where nothing was measured. */
export type Points = { at: number[] } & Record<Quantity, (number | null)[]>;

export const SECOND_MS = 1000;
export const MINUTE_MS = 60_000;
const FINE_SPAN_MS = 10 * MINUTE_MS;
const COARSE_SPAN_MS = 24 * 60 * MINUTE_MS;
/** Points further apart than this many steps are not joined by a line. */
const GAP_STEPS = 4;

export class Past {
  fine: Points = none();
  coarse: Points = none();

  takeFine(history: NodeHistory): void {
    const newest = history.unix_ms.at(-1) ?? 0;
    const later = between(this.fine, newest + SECOND_MS / 2, Number.POSITIVE_INFINITY);
    this.fine = joined(pointsOf(history), later);
  }

  takeCoarse(history: NodeHistory): void {
    this.coarse = pointsOf(history);
  }

  /** Adds a reading; one that is there already is left out. Says whether it was new. */
  add(at: number, reading: Reading): boolean {
    const newest = this.fine.at.at(-1) ?? 0;
    if (at < newest + SECOND_MS / 2) return false;
    const fine = between(this.fine, at - FINE_SPAN_MS, Number.POSITIVE_INFINITY);
    fine.at.push(at);
    fine.cpu.push(reading.cpu_used_mhz);
    fine.memory.push(reading.memory_used_bytes);
    fine.disk.push(reading.disk_used_bytes);
    fine.received.push(reading.network_rx_bytes_per_s);
    fine.sent.push(reading.network_tx_bytes_per_s);
    this.fine = fine;
    return true;
  }

  get newest(): number | undefined {
    return this.fine.at.at(-1);
  }

  /** The span that ends at `now`, with gaps where nothing was measured. */
  window(span: number, now: number): Points {
    if (span <= FINE_SPAN_MS) return withGaps(between(this.fine, now - span, now + SECOND_MS), SECOND_MS);
    const from = now - Math.min(span, COARSE_SPAN_MS);
    const coarse = between(this.coarse, from, now + SECOND_MS);
    const tail = between(this.fine, Math.max((coarse.at.at(-1) ?? 0) + 1, from), now + SECOND_MS);
    return withGaps(joined(coarse, tail), MINUTE_MS);
  }
}

function none(): Points {
  return { at: [], cpu: [], memory: [], disk: [], received: [], sent: [] };
}

function pointsOf(history: NodeHistory): Points {
  return {
    at: history.unix_ms,
    cpu: history.cpu_used_mhz,
    memory: history.memory_used_bytes,
    disk: history.disk_used_bytes,
    received: history.network_rx_bytes_per_s,
    sent: history.network_tx_bytes_per_s,
  };
}

function between(points: Points, from: number, to: number): Points {
  const first = firstNotBefore(points.at, from);
  const end = firstNotBefore(points.at, to);
  return build((column) => column.slice(first, end), points);
}

function joined(a: Points, b: Points): Points {
  return {
    at: [...a.at, ...b.at],
    cpu: [...a.cpu, ...b.cpu],
    memory: [...a.memory, ...b.memory],
    disk: [...a.disk, ...b.disk],
    received: [...a.received, ...b.received],
    sent: [...a.sent, ...b.sent],
  };
}

/** An empty point in each hole, so that no line leads over it. */
function withGaps(points: Points, step: number): Points {
  const holes = points.at.flatMap((at, index) => {
    const before = points.at[index - 1];
    return before !== undefined && at - before > step * GAP_STEPS ? [index] : [];
  });
  if (holes.length === 0) return points;
  const filled = none();
  let from = 0;
  for (const hole of [...holes, points.at.length]) {
    append(filled, points, from, hole);
    if (hole < points.at.length) {
      filled.at.push((points.at[hole - 1] ?? 0) + step);
      for (const quantity of QUANTITIES) filled[quantity].push(null);
    }
    from = hole;
  }
  return filled;
}

function append(target: Points, source: Points, from: number, to: number): void {
  target.at.push(...source.at.slice(from, to));
  for (const quantity of QUANTITIES) target[quantity].push(...source[quantity].slice(from, to));
}

function build(take: <Value>(column: Value[]) => Value[], points: Points): Points {
  return {
    at: take(points.at),
    cpu: take(points.cpu),
    memory: take(points.memory),
    disk: take(points.disk),
    received: take(points.received),
    sent: take(points.sent),
  };
}

function firstNotBefore(sorted: number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
