/** Docker's long syntax, `key=value,key=value`: a line of CSV, so that a value may hold commas. */
export function fields(pairs: [key: string, value: string | number | true | undefined][]): string {
  return pairs.flatMap(([key, value]) => (value === undefined ? [] : [field(key, value)])).join(',');
}

function field(key: string, value: string | number | true): string {
  const text = value === true ? key : `${key}=${value}`;
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
