/** Answers of a manager for a test, and what was asked of it. */

import { flushSync } from 'svelte';
import { vi } from 'vitest';

export interface Asked {
  method: string;
  path: string;
  query: Record<string, string>;
  body: unknown;
  headers: Record<string, string>;
}

type Answer = (asked: Asked) => unknown;

/** An answer that refuses. */
export class Refused {
  constructor(
    readonly status: number,
    readonly message: string,
  ) {}
}

/** Event sources that a test speaks through. */
export class FakeSource extends EventTarget {
  static opened: FakeSource[] = [];
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  readyState = 0;

  constructor(readonly address: string) {
    super();
    FakeSource.opened.push(this);
  }

  close(): void {
    this.readyState = 2;
  }

  say(name: string, data: unknown): void {
    this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data) }));
  }
}

/** Stands in for the manager: `{'GET services/web': () => detail}`. Whatever is not named is 404. */
export function answering(answers: Record<string, Answer>): Asked[] {
  const all: Asked[] = [];
  FakeSource.opened = [];
  vi.stubGlobal('EventSource', FakeSource);
  vi.stubGlobal('fetch', (address: string, init: RequestInit = {}) => {
    const url = new URL(address, 'http://localhost');
    const asked: Asked = {
      method: init.method ?? 'GET',
      path: url.pathname.replace('/api/v1/', ''),
      query: Object.fromEntries(url.searchParams),
      body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined,
      headers: init.headers as Record<string, string>,
    };
    all.push(asked);
    const answer = answers[`${asked.method} ${asked.path}`] ?? (() => new Refused(404, `no such thing: ${asked.path}`));
    return Promise.resolve(response(answer(asked)));
  });
  return all;
}

function response(value: unknown): Response {
  if (value instanceof Refused)
    return new Response(JSON.stringify({ message: value.message }), { status: value.status });
  return value === undefined ? new Response(null, { status: 204 }) : new Response(JSON.stringify(value));
}

/** Presses the first button in the element whose words begin so. */
export function press(within: Element, words: string): void {
  const found = [...within.querySelectorAll('button')].find((one) => one.textContent?.trim().startsWith(words));
  if (found === undefined) throw new Error(`there is no button ${words}: ${within.textContent}`);
  found.click();
  flushSync();
}

/** Types into the field of that label, or chooses there. */
export function fill(within: Element, label: string, text: string): void {
  const found = [...within.querySelectorAll('label')].find((one) => one.textContent?.trim().startsWith(label));
  const input = document.getElementById(found?.htmlFor ?? '') as HTMLInputElement | null;
  if (input === null) throw new Error(`there is no field ${label}`);
  input.value = text;
  input.dispatchEvent(new Event(input instanceof HTMLSelectElement ? 'change' : 'input', { bubbles: true }));
  flushSync();
}

/** Sends the form in the element. */
export function submit(within: Element | null): void {
  const form = within instanceof HTMLFormElement ? within : within?.querySelector('form');
  form?.dispatchEvent(new SubmitEvent('submit', { bubbles: true, cancelable: true }));
  flushSync();
}

/** The dialog that is open. */
export function openDialog(within: Element): HTMLDialogElement {
  const found = within.querySelector<HTMLDialogElement>('dialog[open]');
  if (found === null) throw new Error('no dialog is open');
  return found;
}

const LIMIT_MS = 10_000;

// A whole test may wait several times.
vi.setConfig({ testTimeout: 3 * LIMIT_MS });

/** Waits for a condition, on a busy machine too; the last failure says what was seen. */
export function until(check: () => void): Promise<void> {
  return vi.waitFor(check, { timeout: LIMIT_MS });
}
