/** The audit's operations in words: `createService` reads `Create service`. */
export function operationWords(operation: string): string {
  const words = operation.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

type Tone = 'ok' | 'busy' | 'warn' | 'bad' | 'idle';

/** How it ended, by its HTTP status. */
export function statusWords(status: number | null | undefined): { text: string; tone: Tone } {
  if (status === null || status === undefined) return { text: 'Under way', tone: 'busy' };
  if (status < 300) return { text: 'Done', tone: 'ok' };
  if (status === 401 || status === 403) return { text: 'Not allowed', tone: 'bad' };
  return status < 500 ? { text: 'Refused', tone: 'warn' } : { text: 'Failed', tone: 'bad' };
}
