/** Short notes on what has been done. */

export interface Toast {
  id: number;
  text: string;
  tone: 'ok' | 'bad';
}

const SHOWN_MS = 6000;

class Toasts {
  shown = $state<Toast[]>([]);
  #next = 1;

  say(text: string, tone: Toast['tone'] = 'ok'): void {
    const id = this.#next;
    this.#next += 1;
    this.shown.push({ id, text, tone });
    setTimeout(() => this.drop(id), SHOWN_MS);
  }

  drop(id: number): void {
    this.shown = this.shown.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();

/** Says that something was done: `toast('web scaled to 3')`. */
export function toast(text: string, tone: Toast['tone'] = 'ok'): void {
  toasts.say(text, tone);
}
