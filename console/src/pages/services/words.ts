/** What services and instances are, in Docker's words. */

import type { InstanceState } from '../../api/node';
import type { Demand, PublishedPort, Service } from '../../api/service';
import { bytes } from '../../format/quantity';

/** The tones of the badge and its shape. */
type Tone = 'ok' | 'busy' | 'warn' | 'bad' | 'idle';

export function modeText(service: Pick<Service, 'mode'>): string {
  return service.mode === 'global' ? 'global' : 'replicated';
}

/** How far it is, in one word, and how that looks. */
export function convergenceWord(service: Pick<Service, 'convergence'>): { text: string; tone: Tone; message?: string } {
  const { convergence } = service;
  switch (convergence.state) {
    case 'converged':
      return { text: 'Converged', tone: 'ok' };
    case 'progressing':
      return { text: 'Progressing', tone: 'busy', message: convergence.message };
    case 'blocked':
      return { text: 'Blocked', tone: 'bad', message: convergence.message };
    case 'removing':
      return { text: 'Removing', tone: 'warn' };
  }
}

const STATE_TONES: Partial<Record<InstanceState, Tone>> = {
  running: 'ok',
  failed: 'bad',
  rejected: 'bad',
  orphaned: 'bad',
  pending: 'warn',
  complete: 'idle',
  shutdown: 'idle',
  remove: 'idle',
};

/** Swarm's word for the state, and how it looks; what is on its way to run is at work. */
export function stateWord(state: InstanceState): { text: string; tone: Tone } {
  return { text: state.charAt(0).toUpperCase() + state.slice(1), tone: STATE_TONES[state] ?? 'busy' };
}

/** `500 MHz`, or `0.5 cores`. */
export function cpuText(cpu: string | undefined): string {
  if (cpu === undefined) return '–';
  const cores = Number(cpu);
  if (Number.isFinite(cores)) return `${cpu} ${cores === 1 ? 'core' : 'cores'}`;
  return cpu.replace(/\s*MHz$/i, ' MHz');
}

/** Megahertz where the demand is in megahertz; what cores come to differs from node to node. */
export function demandMegahertz(demand: Demand): number | undefined {
  const match = /^([\d.]+)\s*MHz$/i.exec(demand.cpu ?? '');
  return match ? Number(match[1]) : undefined;
}

export function demandBytes(size: number | string | undefined): number | undefined {
  const number = Number(size);
  return size === undefined || !Number.isFinite(number) ? undefined : number;
}

/** `100 MHz · 64 MiB · 64 MiB`: CPU, memory, disk. */
export function demandText(demand: Demand): string {
  return [cpuText(demand.cpu), bytes(demandBytes(demand.memory)), bytes(demandBytes(demand.disk))].join(' · ');
}

/** `*:8080->80/tcp`, as Docker lists ports. */
export function portText(port: PublishedPort): string {
  const host = port.mode === 'host' ? ' (host)' : '';
  return `*:${port.published ?? ''}->${port.target}/${port.protocol ?? 'tcp'}${host}`;
}

/** An image's name without the digest that Swarm adds to it; what has nothing but a digest keeps it. */
export function shortImage(image: string): string {
  const name = image.split('@sha256:', 1)[0] ?? '';
  return name === '' ? image : name;
}
