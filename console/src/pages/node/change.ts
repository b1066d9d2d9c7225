/** What can be done to a node, what will happen then, and the command that does the same. */

import type { Availability, NodeChange, NodeDetail } from '../../api/node';
import { nodeRoleCommand, nodeUpdateCommand } from '../../cli/node';
import { commandLine } from '../../cli/quote';
import { count } from '../../format/quantity';

export interface Proposal {
  change: NodeChange;
  /** What the button says. */
  action: string;
  title: string;
  /** What will happen. */
  effects: string[];
  command: string;
  danger: boolean;
  /** Said when it is done. */
  done: string;
}

const ACTIONS: Record<Availability, string> = { active: 'Activate', pause: 'Pause', drain: 'Drain' };

/** Everything that the node's present state leaves to do. */
export function proposals(node: NodeDetail): Proposal[] {
  const others = (['active', 'pause', 'drain'] as const).filter((availability) => availability !== node.availability);
  return [...others.map((availability) => availabilityProposal(node, availability)), roleProposal(node)];
}

function availabilityProposal(node: NodeDetail, availability: Availability): Proposal {
  const action = ACTIONS[availability];
  return {
    change: { availability },
    action,
    title: `${action} ${node.hostname}?`,
    effects: availabilityEffects(node, availability),
    command: commandLine(nodeUpdateCommand(node.hostname, { availability })),
    danger: availability === 'drain',
    done: `${node.hostname} is set to ${availability}`,
  };
}

function availabilityEffects(node: NodeDetail, availability: Availability): string[] {
  if (availability === 'active') {
    return ['Services may be placed here again, and instances that wait for a node may start here.'];
  }
  const nothingNew = 'Nothing new is placed here until the node is active again.';
  if (availability === 'pause') return [nothingNew, `What runs here goes on: ${count(node.tasks, 'task')}.`];
  return [
    nothingNew,
    `Swarm stops what runs here: ${count(node.tasks, 'task')}.`,
    node.instances === 0
      ? 'No instance is placed here by SwarmManager.'
      : `${count(node.instances, 'instance')} placed here by SwarmManager stop as well. An instance stays with its node: it starts again once the node is active. Tasks of other services go to other nodes.`,
  ];
}

function roleProposal(node: NodeDetail): Proposal {
  const promote = node.role === 'worker';
  return {
    change: { role: promote ? 'manager' : 'worker' },
    action: promote ? 'Promote' : 'Demote',
    title: promote ? `Promote ${node.hostname} to manager?` : `Demote ${node.hostname} to worker?`,
    effects: promote
      ? [
          'It keeps a copy of all that the Swarm knows, secrets included, and votes on every change.',
          'An odd number of managers bears the loss of the most: three bear one, five bear two.',
        ]
      : [
          'It votes no more and forgets what the Swarm knows; what runs here goes on.',
          'It is refused where too few managers would be left to decide.',
          ...(node.leader ? ['It leads the Swarm now: another manager takes over.'] : []),
        ],
    command: commandLine(nodeRoleCommand(node.hostname, promote ? 'manager' : 'worker')),
    danger: !promote,
    done: promote ? `${node.hostname} is a manager now` : `${node.hostname} is a worker now`,
  };
}
