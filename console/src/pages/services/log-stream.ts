/** Follows the log of a service, and goes on by itself, without a line twice, where the connection was lost. */

import { url } from '../../api/client';
import type { LogLine } from '../../api/service';
import { waitBefore } from '../../live/backoff';

export type LogPhase = 'connecting' | 'open' | 'lost' | 'ended';

export interface LogListener {
  lines(lines: LogLine[]): void;
  phase(phase: LogPhase, message?: string): void;
}

/** What of the browser it needs; tests bring their own. */
export interface LogSurroundings {
  open(address: string): EventSource;
  random(): number;
}

const TAIL = 200;
/** Lines that come close together are shown together. */
const GATHER_MS = 100;
const MOST_GATHERED = 2000;

export class LogStream {
  #source: EventSource | undefined;
  #attempt = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #gather: ReturnType<typeof setTimeout> | undefined;
  #gathered: LogLine[] = [];
  #newest: number | undefined;
  /** Lines of the newest millisecond: after a reconnect the manager sends that millisecond again. */
  #seen = new Set<string>();

  constructor(
    private readonly service: string,
    private readonly listener: LogListener,
    private readonly around: LogSurroundings,
  ) {}

  start(): void {
    this.listener.phase('connecting');
    this.#connect();
  }

  stop(): void {
    clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = undefined;
    clearTimeout(this.#gather);
    this.#flush();
  }

  #connect(): void {
    const query = this.#newest === undefined ? { tail: TAIL } : { since_unix_ms: this.#newest };
    const path = `services/${encodeURIComponent(this.service)}/logs`;
    const source = this.around.open(url(path, { follow: true, ...query }));
    this.#source = source;
    source.onopen = () => {
      this.#attempt = 0;
      this.listener.phase('open');
    };
    source.addEventListener('log', (event) => this.#heard(JSON.parse((event as MessageEvent<string>).data) as LogLine));
    source.addEventListener('end', () => {
      this.stop();
      this.listener.phase('ended');
    });
    source.addEventListener('error', (event) => this.#failed(source, event));
  }

  #heard(line: LogLine): void {
    const name = `${line.instance}\n${line.stream}\n${line.line}`;
    if (line.unix_ms === this.#newest && this.#reconnected && this.#seen.has(name)) return;
    if (this.#newest === undefined || line.unix_ms > this.#newest) {
      this.#newest = line.unix_ms;
      this.#seen.clear();
      this.#reconnected = false;
    }
    if (line.unix_ms === this.#newest) this.#seen.add(name);
    this.#gathered.push(line);
    if (this.#gathered.length >= MOST_GATHERED) this.#flush();
    else this.#gather ??= setTimeout(() => this.#flush(), GATHER_MS);
  }

  #reconnected = false;

  #flush(): void {
    clearTimeout(this.#gather);
    this.#gather = undefined;
    const lines = this.#gathered;
    this.#gathered = [];
    if (lines.length > 0) this.listener.lines(lines);
  }

  /** Both the manager's own `error` event and a broken connection come under this name. */
  #failed(source: EventSource, event: Event): void {
    if (source !== this.#source) return;
    source.close();
    this.#source = undefined;
    this.listener.phase('lost', messageOf(event));
    this.#reconnected = true;
    this.#retry = setTimeout(() => this.#connect(), waitBefore(this.#attempt, this.around.random()));
    this.#attempt += 1;
  }
}

function messageOf(event: Event): string | undefined {
  const data: unknown = 'data' in event ? event.data : undefined;
  if (typeof data !== 'string') return undefined;
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === 'object' && value !== null && 'message' in value ? String(value.message) : data;
  } catch {
    return data;
  }
}
