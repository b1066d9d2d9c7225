/** What can be done to nodes, what will happen then, and the command that does the same. */

import type { AccessRole } from '../api/access';
import type { FleetNode } from '../api/fleet';
import type { Availability, NodeChange } from '../api/node';
import { nodeDrainCommand, nodeRemoveCommand, nodeRoleCommand, nodeUpdateCommand } from '../cli/node';
import { commandLine } from '../cli/quote';
import { count } from '../format/quantity';

export type ActionName = 'activate' | 'pause' | 'drain' | 'promote' | 'demote' | 'remove';

/** What of a node counts for it. */
export type Target = Pick<
  FleetNode,
  'id' | 'hostname' | 'role' | 'leader' | 'availability' | 'state' | 'instances' | 'tasks'
>;

/** A change is made at once, node by node; a job takes all of them. */
export type Work = { change: NodeChange } | { job: 'nodes/drain' | 'nodes/remove' };

export interface Proposal {
  name: ActionName;
  /** What the button says. */
  action: string;
  title: string;
  /** What will happen. */
  effects: string[];
  command: string;
  danger: boolean;
  role: AccessRole;
  work: Work;
  /** Said when it is done; a job has a page of its own. */
  done: string;
}

/** Everything that one node's present state leaves to do. */
export function proposalsFor(node: Target): Proposal[] {
  const names: ActionName[] = ['activate', 'pause', 'drain'];
  const others = names.filter((name) => AVAILABILITY[name] !== node.availability);
  const role: ActionName = node.role === 'worker' ? 'promote' : 'demote';
  return [...others, role, 'remove' as const].map((name) => propose(name, [node]));
}

const AVAILABILITY: Partial<Record<ActionName, Availability>> = { activate: 'active', pause: 'pause', drain: 'drain' };

/** `force` is for nodes that are removed: also those that cannot be emptied or told to leave. */
export function propose(name: ActionName, nodes: readonly Target[], force = false): Proposal {
  const names = nodes.map((node) => node.hostname);
  const whom = names.length === 1 ? (names[0] ?? '') : count(names.length, 'node');
  const are = names.length === 1 ? 'is' : 'are';
  const common = { name, effects: effects(name, nodes), danger: ['drain', 'demote', 'remove'].includes(name) };
  switch (name) {
    case 'activate':
    case 'pause': {
      const change: NodeChange = { availability: name === 'activate' ? 'active' : 'pause' };
      const action = name === 'activate' ? 'Activate' : 'Pause';
      return {
        ...common,
        action,
        title: `${action} ${whom}?`,
        command: commandLine(nodeUpdateCommand(names, change)),
        role: 'operator',
        work: { change },
        done: `${whom} ${are} set to ${change.availability}`,
      };
    }
    case 'promote':
    case 'demote': {
      const role = name === 'promote' ? 'manager' : 'worker';
      return {
        ...common,
        action: name === 'promote' ? 'Promote' : 'Demote',
        title: name === 'promote' ? `Promote ${whom} to manager?` : `Demote ${whom} to worker?`,
        command: commandLine(nodeRoleCommand(names, role)),
        role: 'operator',
        work: { change: { role } },
        done: `${whom} ${are} ${names.length === 1 ? `a ${role}` : `${role}s`} now`,
      };
    }
    case 'drain':
      return {
        ...common,
        action: 'Drain',
        title: `Drain ${whom}?`,
        command: commandLine(nodeDrainCommand(names)),
        role: 'operator',
        work: { job: 'nodes/drain' },
        done: '',
      };
    case 'remove':
      return {
        ...common,
        action: 'Remove',
        title: `Remove ${whom} from the Swarm?`,
        command: commandLine(nodeRemoveCommand(names, force)),
        role: 'admin',
        work: { job: 'nodes/remove' },
        done: '',
      };
  }
}

function effects(name: ActionName, nodes: readonly Target[]): string[] {
  const one = nodes.length === 1;
  const tasks = count(sum(nodes, 'tasks'), 'task');
  const nothingNew = `Nothing new is placed ${one ? 'here until the node is' : 'there until the nodes are'} active again.`;
  switch (name) {
    case 'activate':
      return [`Services may be placed ${one ? 'here' : 'there'} again, and instances that wait for a node may start.`];
    case 'pause':
      return [nothingNew, `What runs ${one ? 'here' : 'there'} goes on: ${tasks}.`];
    case 'drain':
      return [nothingNew, ...emptying(nodes)];
    case 'promote':
      return [
        `${one ? 'It keeps' : 'Each keeps'} a copy of all that the Swarm knows, secrets included, and votes on every change.`,
        'An odd number of managers bears the loss of the most: three bear one, five bear two.',
      ];
    case 'demote':
      return [
        `${one ? 'It votes no more and forgets' : 'They vote no more and forget'} what the Swarm knows; what runs there goes on.`,
        'It is refused where too few managers would be left to decide.',
        ...leading(nodes),
      ];
    case 'remove':
      return removal(nodes);
  }
}

function removal(nodes: readonly Target[]): string[] {
  const down = nodes.filter((node) => node.state === 'down').map((node) => node.hostname);
  const managers = nodes.filter((node) => node.role === 'manager').map((node) => node.hostname);
  return [
    ...(down.length === nodes.length ? [] : emptying(nodes)),
    'Then each is told over SSH to leave the Swarm, and is taken off its list. Images and volumes stay on it.',
    ...(managers.length === 0 ? [] : [`${managers.join(', ')} would be demoted first.`]),
    ...(down.length === 0 ? [] : [`${down.join(', ')} cannot be asked, being down: off the list it goes as it is.`]),
    ...leading(nodes),
  ];
}

function emptying(nodes: readonly Target[]): string[] {
  const [instances, tasks] = [sum(nodes, 'instances'), sum(nodes, 'tasks')];
  if (instances === 0 && tasks === 0) return ['Nothing runs there now.'];
  const moved = `What SwarmManager placed there moves: ${count(instances, 'instance')}. Each is started on the best of the other nodes first, and stops when it runs there.`;
  const others = `Swarm stops the rest, and starts it elsewhere where it may: ${count(tasks, 'task')} run there in all.`;
  return [...(instances === 0 ? [] : [moved]), others];
}

function leading(nodes: readonly Target[]): string[] {
  const leader = nodes.find((node) => node.leader);
  return leader === undefined ? [] : [`${leader.hostname} leads the Swarm now: another manager takes over.`];
}

function sum(nodes: readonly Target[], of: 'instances' | 'tasks'): number {
  return nodes.reduce((total, node) => total + node[of], 0);
}
