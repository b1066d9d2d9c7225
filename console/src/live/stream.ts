/**
 * One stream of events for one page. It reconnects by itself, asks for the decisions that it missed, pauses while the
 * page is hidden, and says at any time how it stands.
 */

import { url } from '../api/client';
import { parse } from '../api/parse';
import { waitBefore } from './backoff';

export type Topic = 'fleet' | 'nodes' | 'node' | 'services' | 'service' | 'decisions' | 'jobs';

export interface Wanted {
  topics: Topic[];
  node?: string;
  service?: string;
  /** The newest decision that the page has, read by other means than the stream. */
  newestDecision?: () => number | undefined;
  /** An event each second is promised: without one for so long, the connection counts as lost. */
  silenceMs?: number;
  /** By event name; the value is the event's parsed data. */
  on: Record<string, (data: never) => void>;
}

export type Phase = 'connecting' | 'open' | 'lost' | 'paused' | 'closed';

/** What of the browser a stream needs; tests bring their own. */
export interface Surroundings {
  open(address: string): EventSource;
  now(): number;
  random(): number;
  hidden(): boolean;
  /** Told when an attempt failed: whoever is not logged in any more must hear of it. */
  failed(): void;
  changed(phase: Phase, since: number): void;
  ended(reason: string): void;
}

const CLOSED = 2;

export class Stream {
  #source: EventSource | undefined;
  #attempt = 0;
  #lastId = '';
  #retry: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #phase: Phase = 'connecting';

  constructor(
    private readonly wanted: Wanted,
    private readonly around: Surroundings,
  ) {}

  start(): void {
    if (this.around.hidden()) this.#enter('paused');
    else this.#connect('connecting');
  }

  stop(): void {
    this.#disconnect();
    this.#enter('closed');
  }

  /** The page was hidden or is seen again. */
  visibilityChanged(): void {
    if (this.#phase === 'closed') return;
    if (this.around.hidden()) {
      this.#disconnect();
      this.#enter('paused');
    } else if (this.#phase === 'paused') {
      this.#attempt = 0;
      this.#connect('connecting');
    }
  }

  /** The network is back, or somebody asked: tries at once. */
  retryNow(): void {
    if (this.#phase !== 'lost') return;
    this.#attempt = 0;
    this.#connect('lost');
  }

  /** Whoever asked the manager by another way had no answer: then nothing comes by this one either. */
  lost(): void {
    if (this.#source !== undefined) this.#failed(this.#source);
  }

  #connect(phase: Phase): void {
    this.#disconnect();
    this.#enter(phase);
    const source = this.around.open(this.#address());
    this.#source = source;
    source.onopen = () => this.#opened();
    source.onerror = () => this.#failed(source);
    source.addEventListener('session_end', (event) => this.#sessionEnded(event));
    for (const [name, handler] of Object.entries(this.wanted.on)) {
      source.addEventListener(name, (event) => this.#heard(event, handler));
    }
    this.#awaitEvent();
  }

  #address(): string {
    const query: [string, string][] = this.wanted.topics.map((topic) => ['topic', topic]);
    if (this.wanted.node !== undefined) query.push(['node', this.wanted.node]);
    if (this.wanted.service !== undefined) query.push(['service', this.wanted.service]);
    const after = Math.max(Number(this.#lastId), this.wanted.newestDecision?.() ?? 0);
    if (after > 0 && this.wanted.topics.includes('decisions')) query.push(['after', String(after)]);
    return url('events', query);
  }

  #opened(): void {
    this.#attempt = 0;
    this.#enter('open');
    this.#awaitEvent();
  }

  #heard(event: MessageEvent<string>, handler: (data: never) => void): void {
    if (event.lastEventId !== '') this.#lastId = event.lastEventId;
    this.#awaitEvent();
    handler(parse(event.data) as never);
  }

  #failed(source: EventSource): void {
    if (source !== this.#source) return;
    // An answer that is no stream (401, 404, 503) closes for good; a broken connection is tried again by us as well,
    // because the browser's own attempts neither wait longer each time nor spread.
    const refused = source.readyState === CLOSED;
    this.#disconnect();
    this.#enter('lost');
    if (refused) this.around.failed();
    if (this.#phase !== 'lost') return;
    this.#retry = setTimeout(() => this.#connect('lost'), waitBefore(this.#attempt, this.around.random()));
    this.#attempt += 1;
  }

  #awaitEvent(): void {
    const limit = this.wanted.silenceMs;
    if (limit === undefined) return;
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#source && this.#failed(this.#source), limit);
  }

  #sessionEnded(event: MessageEvent<string>): void {
    this.stop();
    this.around.ended(reasonIn(event.data));
  }

  #disconnect(): void {
    clearTimeout(this.#retry);
    clearTimeout(this.#silence);
    this.#source?.close();
    this.#source = undefined;
  }

  #enter(phase: Phase): void {
    if (phase === this.#phase && phase !== 'connecting') return;
    this.#phase = phase;
    this.around.changed(phase, this.around.now());
  }
}

function reasonIn(data: string): string {
  try {
    const value = parse(data);
    if (typeof value === 'object' && value !== null && 'reason' in value) return String(value.reason);
  } catch {
    // A reason that cannot be read is no reason to stay.
  }
  return '';
}
