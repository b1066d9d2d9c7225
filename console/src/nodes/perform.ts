/** Does to nodes what was proposed. */

import { address, patch, Refusal } from '../api/client';
import { toast } from '../components/toasts.svelte';
import { begin } from '../jobs/begin';
import type { Proposal, Target } from './proposals';

/** A job is shown on its page. One node that refuses does not keep the others from being changed. */
export async function perform(proposal: Proposal, nodes: readonly Target[], force: boolean): Promise<void> {
  if ('job' in proposal.work) {
    const ids = nodes.map((node) => node.id);
    await begin(proposal.work.job, proposal.work.job === 'nodes/remove' ? { nodes: ids, force } : { nodes: ids });
    return;
  }
  const { change } = proposal.work;
  const refused: string[] = [];
  for (const node of nodes) {
    try {
      await patch(address('nodes', node.id), change);
    } catch (error) {
      // One node's refusal is shown as it is; with several it is told whose it was.
      if (nodes.length === 1 || !(error instanceof Refusal)) throw error;
      refused.push(`${node.hostname}: ${error.message}`);
    }
  }
  if (refused.length > 0) throw new Error(`${refused.join('; ')}. The others were changed.`);
  toast(proposal.done);
}
