/** Commands on jobs. */

const JOB = ['swarm-manager', 'job'];

export function jobListCommand(): string[] {
  return [...JOB, 'ls'];
}

export function jobFollowCommand(id: string): string[] {
  return [...JOB, 'follow', id];
}

export function jobCancelCommand(id: string): string[] {
  return [...JOB, 'cancel', id];
}
