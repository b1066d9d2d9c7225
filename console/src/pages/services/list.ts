/** Which services are shown, and in which order. */

import type { Service } from '../../api/service';
import { convergenceWord, demandBytes, demandMegahertz, modeText, portText, shortImage } from './words';

export interface Order {
  key: string;
  down: boolean;
}

export interface ServiceFilter {
  /** Words that all have to be found in the name, image, ports or message. */
  search: string;
  mode: string;
  status: string;
}

export function filtered(services: readonly Service[], filter: ServiceFilter): Service[] {
  const words = filter.search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return services.filter(
    (service) =>
      (filter.mode === '' || modeText(service) === filter.mode) &&
      (filter.status === '' || service.convergence.state === filter.status) &&
      words.every((word) => searched(service).includes(word)),
  );
}

function searched(service: Service): string {
  const { message = '' } = convergenceWord(service);
  return [service.name, service.image, ...service.publish.map(portText), message].join('\n').toLowerCase();
}

type Key = (service: Service) => string | number;

const KEYS: Record<string, Key> = {
  name: (service) => service.name,
  mode: modeText,
  // What lacks most comes first.
  running: (service) => service.running - service.desired,
  status: (service) => ['blocked', 'removing', 'progressing', 'converged'].indexOf(service.convergence.state),
  image: (service) => shortImage(service.image),
  cpu: (service) => demandMegahertz(service.demand) ?? Number(service.demand.cpu ?? 0),
  memory: (service) => demandBytes(service.demand.memory) ?? 0,
  disk: (service) => demandBytes(service.demand.disk) ?? 0,
  age: (service) => -service.created_unix_ms,
};

/** Numbers in names count as numbers: web2 stands before web10. */
const names = new Intl.Collator('en', { numeric: true });

/** Equal ones stay in the order of their names. */
export function sorted(services: readonly Service[], sort: Order): Service[] {
  const key = KEYS[sort.key] ?? ((service: Service) => service.name);
  const direction = sort.down ? -1 : 1;
  return [...services].sort((a, b) => direction * compare(key(a), key(b)) || names.compare(a.name, b.name));
}

function compare(a: string | number, b: string | number): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : names.compare(`${a}`, `${b}`);
}
