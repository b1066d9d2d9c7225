/** Commands on images. A registry's password is asked for, or read from a pipe; it never stands in a command line. */

import { option, toggle } from './flags';

const IMAGE = ['swarm-manager', 'image'];

export function imageListCommand(): string[] {
  return [...IMAGE, 'ls', '--digests'];
}

export function imagePushCommand(reference: string, target = '', user = ''): string[] {
  return [
    ...IMAGE,
    'push',
    ...option('as', target),
    ...option('username', user),
    ...toggle('password-stdin', user !== ''),
    reference,
  ];
}

/** To these nodes, or to all that are ready where none is named. */
export function imageToNodesCommand(reference: string, nodes: string[]): string[] {
  return [...IMAGE, 'push', nodes.length === 0 ? '--to-nodes' : `--to-nodes=${nodes.join(',')}`, reference];
}
