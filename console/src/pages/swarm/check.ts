/** What a check of nodes found, and what can be joined then. */

import type { AcceptedHostKey, CheckedNode } from '../../api/swarm';
import type { Tone } from '../../components/tone';

/** One node among others. */
export function keyOf(node: CheckedNode): string {
  return `${node.address}:${node.port}`;
}

const WORDS: Record<CheckedNode['host_key']['state'], { text: string; tone: Tone }> = {
  known: { text: 'known', tone: 'ok' },
  new: { text: 'new', tone: 'warn' },
  changed: { text: 'changed', tone: 'bad' },
  unreachable: { text: 'no answer', tone: 'bad' },
};

export function hostKeyWord(node: CheckedNode): { text: string; tone: Tone } {
  return WORDS[node.host_key.state];
}

/** Whether somebody has to look at its key first. */
export function isNew(node: CheckedNode): boolean {
  return node.host_key.state === 'new';
}

/** A node joins whose key is known or was accepted. A key that changed is never accepted here. */
export function joinable(nodes: readonly CheckedNode[], accepted: ReadonlySet<string>): CheckedNode[] {
  return nodes.filter((node) => node.host_key.state === 'known' || (isNew(node) && accepted.has(keyOf(node))));
}

/** The keys that were accepted, as the API wants them: with the fingerprint that was shown. */
export function acceptedKeys(nodes: readonly CheckedNode[], accepted: ReadonlySet<string>): AcceptedHostKey[] {
  return nodes.flatMap((node) => {
    const { fingerprint } = node.host_key;
    if (!isNew(node) || !accepted.has(keyOf(node)) || fingerprint === undefined) return [];
    return [{ address: node.address, port: node.port, fingerprint }];
  });
}
