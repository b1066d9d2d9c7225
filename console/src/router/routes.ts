/** Which page an address shows. */

export type PageName =
  | 'overview'
  | 'node'
  | 'services'
  | 'service'
  | 'create'
  | 'decisions'
  | 'decision'
  | 'images'
  | 'swarm'
  | 'join'
  | 'jobs'
  | 'job'
  | 'settings'
  | 'login'
  | 'setup'
  | 'missing';

export interface Route {
  page: PageName;
  params: Record<string, string>;
}

const PATTERNS: [string, PageName][] = [
  ['/', 'overview'],
  ['/nodes/:node', 'node'],
  ['/services', 'services'],
  ['/services/:service', 'service'],
  ['/create', 'create'],
  ['/decisions', 'decisions'],
  ['/decisions/:id', 'decision'],
  ['/images', 'images'],
  ['/swarm', 'swarm'],
  ['/swarm/join', 'join'],
  ['/jobs', 'jobs'],
  ['/jobs/:id', 'job'],
  ['/settings', 'settings'],
  ['/settings/:section', 'settings'],
  ['/login', 'login'],
  ['/setup', 'setup'],
];

/** Pages that one sees without having logged in. */
export function isOpen(page: PageName): boolean {
  return page === 'login' || page === 'setup';
}

export function match(path: string): Route {
  const parts = split(path);
  for (const [pattern, page] of PATTERNS) {
    const params = compare(split(pattern), parts);
    if (params !== undefined) return { page, params };
  }
  return { page: 'missing', params: {} };
}

/** Addresses of pages, escaped. */
export const to = {
  node: (id: string) => `/nodes/${encodeURIComponent(id)}`,
  service: (name: string) => `/services/${encodeURIComponent(name)}`,
  decision: (id: number) => `/decisions/${id}`,
  job: (id: string) => `/jobs/${encodeURIComponent(id)}`,
  settings: (section: string) => `/settings/${section}`,
};

function split(path: string): string[] {
  return path.split('/').filter((part) => part !== '');
}

function compare(pattern: string[], parts: string[]): Record<string, string> | undefined {
  if (pattern.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, wanted] of pattern.entries()) {
    const part = parts[index] ?? '';
    if (wanted.startsWith(':')) {
      const value = decode(part);
      if (value === undefined) return undefined;
      params[wanted.slice(1)] = value;
    } else if (wanted !== part) return undefined;
  }
  return params;
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
