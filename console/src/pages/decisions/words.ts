/** The journal's words, and how they look. */

import type { Action, Outcome } from '../../api/decision';

type Tone = 'ok' | 'busy' | 'warn' | 'bad' | 'idle';

export const ACTIONS: { value: Action; label: string }[] = [
  { value: 'place', label: 'Place' },
  { value: 'scale', label: 'Scale' },
  { value: 'update', label: 'Update' },
  { value: 'rollback', label: 'Roll back' },
  { value: 'remove', label: 'Remove' },
];

export const OUTCOMES: { value: Outcome; label: string; tone: Tone }[] = [
  { value: 'done', label: 'Done', tone: 'ok' },
  { value: 'planned', label: 'Planned', tone: 'busy' },
  { value: 'no-node', label: 'No node', tone: 'warn' },
  { value: 'failed', label: 'Failed', tone: 'bad' },
];

export function actionLabel(action: Action): string {
  return ACTIONS.find((one) => one.value === action)?.label ?? capitalized(action);
}

export function outcomeLabel(outcome: Outcome): { label: string; tone: Tone } {
  return OUTCOMES.find((one) => one.value === outcome) ?? { label: capitalized(outcome), tone: 'idle' };
}

function capitalized(word: string): string {
  return (word.charAt(0).toUpperCase() + word.slice(1)).replaceAll('-', ' ');
}
