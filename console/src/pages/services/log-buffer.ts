/** The last lines of a log: bounded, whatever comes. */

import type { LogLine } from '../../api/service';

export const MOST_LINES = 2000;

export interface BufferedLine extends LogLine {
  /** Grows by one from line to line. */
  key: number;
}

export interface LogFilter {
  instance: string;
  stream: string;
  search: string;
}

export class LogBuffer {
  lines: readonly BufferedLine[] = [];
  /** How many lines were dropped to keep the bound. */
  dropped = 0;
  #next = 0;

  constructor(private readonly most = MOST_LINES) {}

  /** Appends lines that came together. */
  append(news: readonly LogLine[]): void {
    const keyed = news.map((line) => ({ ...line, key: this.#next++ }));
    const all = [...this.lines, ...keyed];
    const over = Math.max(all.length - this.most, 0);
    this.dropped += over;
    this.lines = over === 0 ? all : all.slice(over);
  }

  clear(): void {
    this.lines = [];
    this.dropped = 0;
  }
}

export function matching(lines: readonly BufferedLine[], filter: LogFilter): readonly BufferedLine[] {
  const wanted = filter.search.toLowerCase();
  if (wanted === '' && filter.instance === '' && filter.stream === '') return lines;
  return lines.filter(
    (line) =>
      (filter.instance === '' || line.instance === filter.instance) &&
      (filter.stream === '' || line.stream === filter.stream) &&
      (wanted === '' || line.line.toLowerCase().includes(wanted)),
  );
}

/** The text in pieces, every other of which (the second, the fourth …) is what was searched for. */
export function marked(text: string, search: string): string[] {
  if (search === '') return [text];
  const [lower, wanted] = [text.toLowerCase(), search.toLowerCase()];
  const pieces: string[] = [];
  let from = 0;
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, from)) {
    pieces.push(text.slice(from, at), text.slice(at, at + wanted.length));
    from = at + wanted.length;
  }
  return [...pieces, text.slice(from)];
}

/** A terminal's colours and cursor movements say nothing here. */
export function plain(line: string): string {
  return line.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '').replace(/\r$/, '');
}
