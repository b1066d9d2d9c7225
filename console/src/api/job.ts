/** Operations that take longer than a request. */

export type JobKind = 'join' | 'drain' | 'remove' | 'destroy' | 'push' | 'distribute';
export type JobState = 'running' | 'succeeded' | 'failed' | 'cancelled';
export type ItemState = 'waiting' | 'running' | 'done' | 'skipped' | 'failed' | 'cancelled';

export interface JobItem {
  /** A node's name, or a layer's short digest. */
  name: string;
  detail?: string;
  state: ItemState;
  step?: string;
  message?: string;
  done_bytes?: number;
  total_bytes?: number;
}

export interface Job {
  id: string;
  kind: JobKind;
  title: string;
  state: JobState;
  by: string;
  started_unix_ms: number;
  ended_unix_ms?: number;
  result?: string;
  items: JobItem[];
}

export interface JobList {
  /** The newest first. */
  jobs: Job[];
}
