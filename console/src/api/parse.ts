/** Reads JSON of the manager. What it does not know it sends as null or leaves out; here both are undefined. */
export function parse(text: string): unknown {
  return JSON.parse(text, withoutNull) as unknown;
}

/** Columns of numbers keep their nulls: their places count. */
function withoutNull(this: unknown, _key: string, value: unknown): unknown {
  return value === null && !Array.isArray(this) ? undefined : value;
}
