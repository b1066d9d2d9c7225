/** How something fares: well, at work, to be looked at, broken, or none of these. */
export type Tone = 'ok' | 'busy' | 'warn' | 'bad' | 'idle';
