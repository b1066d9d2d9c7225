/** Joins entries that came by two ways, the newest first, each once. */

export function newestFirst<Entry extends { id: number }>(some: Entry[], others: Entry[], most: number): Entry[] {
  const byId = new Map([...others, ...some].map((entry) => [entry.id, entry]));
  return [...byId.values()].sort((a, b) => b.id - a.id).slice(0, most);
}
