import type { FieldErrors } from './errors';
import type { ServiceCreate } from '../api/service';

/** Fields that decide where an instance goes. */
const DECISIVE = ['name', 'replicas', 'cpu', 'memory', 'disk', 'constraints', 'maxPerNode', 'ports'];

/** Why there is nothing to preview, or the request to preview. */
export type PreviewRequest =
  { kind: 'ask'; request: ServiceCreate } | { kind: 'global' | 'nothing' | 'wrong'; reason: string };

/** What to ask the manager: only what placement looks at, so that the scores show before the form is complete. */
export function previewRequest(request: ServiceCreate, errors: FieldErrors, mostInstances: number): PreviewRequest {
  if (request.mode === 'global') {
    return { kind: 'global', reason: 'Swarm runs one instance on every node that fits: there is nothing to choose.' };
  }
  const named = request.name !== '';
  const fault = Object.keys(errors).find((path) => isDecisive(path) && (path !== 'name' || named));
  if (fault !== undefined)
    return { kind: 'wrong', reason: 'Scores show again when what is marked in the form is right.' };
  const wanted = request.mode?.replicated ?? 1;
  if (wanted === 0) return { kind: 'nothing', reason: 'No instances are asked for: there is nothing to place.' };
  const asked: ServiceCreate = {
    name: named ? request.name : 'new-service',
    image: request.image === '' || errors.image !== undefined ? 'image' : request.image,
    mode: { replicated: Math.min(wanted, mostInstances) },
    ...(request.demand && { demand: request.demand }),
    ...(request.constraints && { constraints: request.constraints }),
    ...(request.max_replicas_per_node && { max_replicas_per_node: request.max_replicas_per_node }),
    ...(request.publish && { publish: request.publish }),
  };
  return { kind: 'ask', request: asked };
}

function isDecisive(path: string): boolean {
  return DECISIVE.includes(path.split('.', 1)[0] ?? '');
}

/** Rows of verdicts that one preview may bring: instances times nodes. */
const MOST_VERDICTS = 2000;

/** How many instances to ask for at once in a Swarm of that many nodes. */
export function instancesToPreview(nodes: number): number {
  return Math.max(3, Math.min(25, Math.floor(MOST_VERDICTS / Math.max(nodes, 1))));
}
