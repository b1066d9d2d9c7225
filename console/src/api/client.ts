/** Calls the manager's HTTP API. */

import { parse } from './parse';

const BASE = '/api/v1';

/** The manager answered, and said no. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** What had been done before it went wrong. */
    readonly done?: string,
    /** How long to wait before it makes sense to ask again. */
    readonly retryAfterSeconds?: number,
  ) {
    super(message);
    this.name = 'Refusal';
  }
}

/** No answer came. */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    super('The manager does not answer. Nothing is known of what it did with the request.', { cause });
    this.name = 'Unreachable';
  }
}

export type Query = Record<string, string | number | boolean | undefined>;

export interface Call {
  query?: Query;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** A 401 is an answer like any other: the caller shows it. */
  ownUnauthorized?: boolean;
}

let onUnauthorized: () => void = () => {};

/** What happens when the session has ended. */
export function whenUnauthorized(handler: () => void): void {
  onUnauthorized = handler;
}

/** The address of a resource; parts are escaped: `address('nodes', id)`. */
export function address(...parts: (string | number)[]): string {
  return parts.map((part) => encodeURIComponent(part)).join('/');
}

export const get = <T>(path: string, call?: Call) => send<T>('GET', path, call);
export const post = <T>(path: string, body?: unknown, call?: Call) => send<T>('POST', path, { ...call, body });
export const put = <T>(path: string, body: unknown, call?: Call) => send<T>('PUT', path, { ...call, body });
export const patch = <T>(path: string, body: unknown, call?: Call) => send<T>('PATCH', path, { ...call, body });
export const remove = <T = void>(path: string, call?: Call) => send<T>('DELETE', path, call);

/** Full address with its query, for `EventSource`. */
export function url(path: string, query: Query | [string, string][] = {}): string {
  const pairs = Array.isArray(query) ? query : Object.entries(query);
  const search = new URLSearchParams();
  for (const [name, value] of pairs) if (value !== undefined) search.append(name, String(value));
  const text = search.toString();
  return `${BASE}/${path}${text === '' ? '' : `?${text}`}`;
}

async function send<T>(method: string, path: string, call: Call = {}): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json', ...call.headers };
  const init: RequestInit = { method, credentials: 'same-origin', cache: 'no-store', headers };
  if (call.signal !== undefined) init.signal = call.signal;
  if (call.body !== undefined) {
    headers['content-type'] = 'application/json';
    init.body = JSON.stringify(call.body);
  }
  const response = await fetch(url(path, call.query), init).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Unreachable(error);
  });
  if (!response.ok) {
    if (response.status === 401 && call.ownUnauthorized !== true) onUnauthorized();
    throw await refusal(response);
  }
  if (response.status === 204) return undefined as T;
  return parse(await response.text()) as T;
}

async function refusal(response: Response): Promise<Refusal> {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  const retryAfter = Number.isFinite(seconds) ? seconds : undefined;
  const body: unknown = await response.json().catch(() => undefined);
  if (typeof body === 'object' && body !== null && 'message' in body && typeof body.message === 'string') {
    const done = 'done' in body && typeof body.done === 'string' ? body.done : undefined;
    return new Refusal(response.status, body.message, done, retryAfter);
  }
  return new Refusal(
    response.status,
    `The manager answered ${response.status} ${response.statusText}`.trim(),
    undefined,
    retryAfter,
  );
}
