import type { Parsed } from './quantity';

/** What is wrong, by the path of the field: `image`, `ports.0.target`, `env.2`. */
export type FieldErrors = Record<string, string>;

/** Gathers what is wrong while a form is read. */
export class Faults {
  readonly errors: FieldErrors = {};

  add(path: string, message: string): void {
    this.errors[path] ??= message;
  }

  /** The value; where there is none, what is wrong is kept under the path. */
  take<T>(path: string, parsed: Parsed<T>): T | undefined {
    if (parsed.ok) return parsed.value;
    this.add(path, parsed.error);
    return undefined;
  }

  /** As `take`, but a field left empty is absent. */
  optional<T>(path: string, text: string, parse: (text: string) => Parsed<T>): T | undefined {
    return text.trim() === '' ? undefined : this.take(path, parse(text));
  }
}

/** The object without its keys that have no value. */
export function present<T extends object>(value: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as T;
}

/** Nothing where the list is empty. */
export function some<T>(list: T[]): T[] | undefined {
  return list.length > 0 ? list : undefined;
}

/** Nothing where the text is blank. */
export function filled(text: string): string | undefined {
  const trimmed = text.trim();
  return trimmed === '' ? undefined : trimmed;
}
