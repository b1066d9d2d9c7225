/** Why a node is out, in the words of the command line. */

import { bytes, count, megahertz, rate } from '../../format/quantity';
import type { Explanation, Factor, Part, PlacementOutcome, Platform, Reason, Resource } from './explanation';

const RESOURCE_NAMES: Record<Resource, string> = {
  cpu: 'CPU',
  memory: 'memory',
  disk: 'disk',
  'disk-io': 'disk I/O',
  network: 'network',
};
const AMOUNTS: Record<Resource, (value: number) => string> = {
  cpu: megahertz,
  memory: bytes,
  disk: bytes,
  'disk-io': rate,
  network: rate,
};
const FACTORS: Record<Factor, number> = { unstable: 1.2, falling: 0.9, rising: 1.1 };
const AVAILABILITIES: Record<string, string> = { pause: 'paused', drain: 'drained' };
/** A node whose last report is older is not placed on. */
const STALE_AFTER_S = 5;

export function resourceName(resource: Resource): string {
  return RESOURCE_NAMES[resource];
}

/** An amount of a resource with its unit. */
export function amount(resource: Resource, value: number): string {
  return AMOUNTS[resource](value);
}

/** `rising × 1.1`. */
export function factorText(factor: Factor): string {
  return `${factor} × ${FACTORS[factor]}`;
}

/** With the numbers: `memory: 64 MiB asked, 12 MiB free of 128 MiB (116 MiB used)`. */
export function reasonText(reason: Reason): string {
  switch (reason.kind) {
    case 'not-ready':
      return reason.status === 'unknown' ? 'not heard of yet' : reason.status;
    case 'not-active':
      return AVAILABILITIES[reason.availability] ?? reason.availability;
    case 'excluded':
      return 'excluded: the instance is to move away from it';
    case 'no-reports':
      return 'no reports from its agent';
    case 'stale':
      return `stale: last report ${age(reason.age)} ago, ${STALE_AFTER_S} s allowed`;
    case 'constraint':
      return `constraint ${reason.constraint} does not hold`;
    case 'platform':
      return `platform ${platform(reason.node)}: the image is for ${reason.image.map(platform).join(', ')}`;
    case 'max-per-node':
      return `max replicas per node ${reason.most} reached`;
    case 'policy':
      return `ruled out by policy ${reason.policy}`;
    case 'port-taken':
      return `port ${reason.port.port}/${reason.port.protocol} already published`;
    case 'too-little-free':
      return tooLittleFree(reason);
    case 'reserved':
      return `${resourceName(reason.resource)}: ${amount(reason.resource, reason.demand)} asked, ${amount(
        reason.resource,
        reason.reserved,
      )} of ${amount(reason.resource, reason.capacity)} reserved`;
    default:
      // A newer manager may know reasons that this page does not.
      return (reason as { kind: string }).kind.replaceAll('-', ' ');
  }
}

function tooLittleFree(reason: Extract<Reason, { kind: 'too-little-free' }>): string {
  const { resource, demand, free, capacity, used, unseen } = reason;
  const of = (value: number) => amount(resource, value);
  if (capacity <= 0) return `${resourceName(resource)}: ${of(demand)} asked, the node has none`;
  const [asked, left] = toldApart(resource, demand, free);
  const placed = unseen > 0 ? `, ${of(unseen)} just placed` : '';
  return `${resourceName(resource)}: ${asked} asked, ${left} free of ${of(capacity)} (${of(used)} used${placed})`;
}

/** Two amounts, with all of their digits where they would look alike without. */
function toldApart(resource: Resource, a: number, b: number): [string, string] {
  const [first, second] = [amount(resource, a), amount(resource, b)];
  if (a === b || first !== second) return [first, second];
  const unit = resource === 'cpu' ? 'MHz' : 'B';
  return [`${a} ${unit}`, `${b} ${unit}`];
}

function platform({ os, arch }: Platform): string {
  return arch === '' ? os : `${os}/${arch}`;
}

/** Rounded up where seconds decide, so that nothing is stale at the age that is allowed. */
function age({ secs, nanos }: { secs: number; nanos: number }): string {
  const seconds = secs + nanos / 1e9;
  if (seconds < 10) return `${Math.ceil(seconds * 10) / 10} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

/** `placed on ap1`, or how many nodes are out for which kind of reason. */
export function outcomeText(outcome: PlacementOutcome): string {
  if (outcome.kind === 'placed') return `placed on ${outcome.hostname}`;
  const counts = outcome.reason.counts.map(([kind, nodes]) => `${count(nodes, 'node')}: ${kind}`);
  return `no suitable node (${counts.length === 0 ? 'the Swarm has none' : counts.join('; ')})`;
}

/** What was asked for: `500 MHz CPU, 64 MiB memory, 64 MiB disk`. */
export function demandText(demand: Explanation['demand']): string {
  const cores = Number(demand.cpu);
  const cpu = Number.isFinite(cores) ? `${count(cores, 'core')} of CPU` : `${demand.cpu.replace('MHz', ' MHz')} CPU`;
  return `${cpu}, ${bytes(demand.memory)} memory, ${bytes(demand.disk)} disk`;
}

/** Demand as a share of what is free; nothing where nothing is free. */
export function shareText(part: Part): string {
  return part.share > 1000 ? '–' : `${(part.share * 100).toFixed(1)} %`;
}
