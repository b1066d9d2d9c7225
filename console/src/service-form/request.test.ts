import { beforeEach, describe, expect, test } from 'vitest';
import { Draft } from './draft';
import { fillForm } from './fill';
import { emptyFile, emptyForm, emptyMount, emptyNetwork, emptyPort, type ServiceForm } from './model';
import { instancesToPreview, previewRequest } from './preview';
import { fieldOfRefusal } from './refusal';
import { readForm } from './request';
import type { ServiceCreate } from '../api/service';

function form(changes: Partial<ServiceForm> = {}): ServiceForm {
  return { ...emptyForm(), name: 'web', image: 'nginx', ...changes };
}

const FULL: ServiceCreate = {
  name: 'web',
  image: 'nginx:1.27',
  mode: { replicated: 3 },
  demand: { cpu: '0.5', memory: 67_108_864, disk: 1_073_741_824 },
  limits: { cpu: '500MHz', memory: 134_217_728, pids: 100 },
  args: ['-g', 'daemon off;'],
  entrypoint: ['sh', '-c', 'a b'],
  env: ["GREETING=it's me", 'A='],
  labels: { plain: '', team: 'edge' },
  container_labels: { d: 'e=f' },
  user: '33:33',
  workdir: '/srv',
  hostname: '{{.Node.Hostname}}',
  mounts: [
    { kind: 'bind', source: '/a,b', target: '/srv', read_only: true, bind_propagation: 'rslave' },
    { kind: 'tmpfs', target: '/tmp', tmpfs_size: 8_388_608 },
    { kind: 'volume', source: 'db', target: '/d', volume_driver: 'nfs' },
  ],
  publish: [{ published: 8080, target: 80, protocol: 'udp', mode: 'host' }],
  endpoint_mode: 'dnsrr',
  networks: [{ name: 'mesh', aliases: ['www', 'api'], driver_opts: { mtu: '1400' } }],
  secrets: [{ source: 'key' }],
  configs: [{ source: 'site', target: '/etc/site.conf', uid: '33', gid: '34', mode: 0o440 }],
  constraints: ['node.labels.zone==north'],
  max_replicas_per_node: 2,
  healthcheck: { command: 'true', interval_ms: 5000, timeout_ms: 1000, retries: 3, start_period_ms: 90_000 },
  restart: { condition: 'on-failure', delay_ms: 2000, max_attempts: 4, window_ms: 60_000 },
  update_order: 'stop-first',
  stop_grace_period_ms: 20_000,
  stop_signal: 'SIGINT',
  read_only: true,
  init: true,
  tty: true,
  cap_add: ['CAP_NET_ADMIN'],
  cap_drop: ['ALL'],
};

describe('a form read', () => {
  test('name and image are enough', () => {
    expect(readForm(form())).toEqual({
      request: {
        name: 'web',
        image: 'nginx',
        mode: { replicated: 1 },
        demand: { cpu: '100MHz', memory: 67_108_864, disk: 67_108_864 },
      },
      errors: {},
    });
  });

  test('a request put into the form comes out of it unchanged', () => {
    expect(readForm(fillForm(FULL))).toEqual({ request: FULL, errors: {} });
    const global: ServiceCreate = { name: 'a', image: 'b', mode: 'global', demand: {}, healthcheck: { disable: true } };
    expect(readForm(fillForm(global))).toEqual({ request: global, errors: {} });
  });

  test('an empty demand is the default of the manager', () => {
    expect(readForm(form({ cpu: '', memory: ' ', disk: '' })).request.demand).toEqual({});
  });

  test('rows in which nothing was written are none', () => {
    const blank = form({
      env: ['', ' '],
      labels: [''],
      constraints: [' '],
      ports: [emptyPort()],
      networks: [emptyNetwork()],
      mounts: [emptyMount()],
      secrets: [emptyFile()],
    });
    expect(readForm(blank)).toEqual(readForm(form()));
  });

  test('capabilities are written in full once, and what is added is not dropped', () => {
    const { request } = readForm(form({ capAdd: 'net_admin, CAP_NET_ADMIN', capDrop: 'all NET_ADMIN chown' }));
    expect(request.cap_add).toEqual(['CAP_NET_ADMIN']);
    expect(request.cap_drop).toEqual(['ALL', 'CAP_CHOWN']);
  });
});

describe('what is wrong stands beside its field with what would be right', () => {
  test.each<[string, Partial<ServiceForm>, string]>([
    ['name', { name: '' }, 'such as web'],
    ['name', { name: '-web' }, 'begins and ends with a letter'],
    ['name', { name: 'a'.repeat(59) }, '1 to 58'],
    ['image', { image: '' }, 'nginx:1.27'],
    ['image', { image: 'nginx -g' }, 'Arguments'],
    ['replicas', { replicas: '1001' }, '0 to 1000'],
    ['replicas', { replicas: '' }, '0 to 1000'],
    ['cpu', { cpu: 'fast' }, 'such as 500MHz'],
    ['memory', { memory: '64x' }, 'such as 64m'],
    ['limitPids', { limitPids: '0' }, 'from 1'],
    ['args', { args: "sh -c 'x" }, 'not closed'],
    ['env.1', { env: ['A=1', '=x'] }, 'NAME=value'],
    ['env.0', { env: ['A'] }, 'NAME=value'],
    ['labels.0', { labels: ['swarmmanager.x=y'] }, "SwarmManager's own"],
    ['labels.1', { labels: ['a=1', 'a=2'] }, 'twice'],
    ['containerLabels.0', { containerLabels: ['=x'] }, 'KEY=value'],
    ['workdir', { workdir: 'srv' }, 'absolute path'],
    ['constraints.0', { constraints: ['node.role'] }, '== or !='],
    ['constraints.0', { constraints: ['node.role==boss'] }, 'manager or worker'],
    ['constraints.0', { constraints: ['node.platform.arch==amd64'] }, 'node.platform.arch==x86_64'],
    ['constraints.0', { constraints: ['zone==north'] }, 'node.labels.NAME'],
    ['constraints.0', { constraints: ['node.labels.zone=='] }, 'value behind =='],
    ['constraints.0', { constraints: ['node.ip==here'] }, '192.168.1.0/24'],
    ['ports.0.target', { ports: [{ ...emptyPort(), published: '80' }] }, '1 to 65535'],
    ['ports.0.published', { ports: [{ ...emptyPort(), published: '99999', target: '80' }] }, '1 to 65535'],
    [
      'ports.1.published',
      {
        ports: [
          { ...emptyPort(), published: '80', target: '80' },
          { ...emptyPort(), published: '80', target: '81' },
        ],
      },
      'published twice',
    ],
    [
      'ports.0.mode',
      { replicas: '2', ports: [{ ...emptyPort(), mode: 'ingress', published: '80', target: '80' }] },
      'on the host',
    ],
    ['mounts.0.target', { mounts: [{ ...emptyMount(), source: 'db', target: 'data' }] }, 'such as /data'],
    ['mounts.0.source', { mounts: [{ ...emptyMount(), kind: 'bind', target: '/data' }] }, 'path of the node'],
    [
      'mounts.0.tmpfsSize',
      { mounts: [{ ...emptyMount(), kind: 'tmpfs', target: '/t', tmpfsSize: '8x' }] },
      'unit is unknown',
    ],
    ['networks.0.name', { networks: [{ ...emptyNetwork(), aliases: 'www' }] }, 'name or id'],
    ['networks.0.driverOpts', { networks: [{ name: 'mesh', aliases: '', driverOpts: 'mtu' }] }, 'KEY=VALUE'],
    ['secrets.0.source', { secrets: [{ ...emptyFile(), target: 'x' }] }, 'name in the Swarm'],
    ['configs.0.mode', { configs: [{ ...emptyFile(), source: 'x', mode: '0888' }] }, 'octal'],
    ['healthInterval', { healthInterval: '5' }, 'such as 30s'],
    ['restartDelay', { restartDelay: 'soon' }, 'such as 30s'],
    ['stopSignal', { stopSignal: 'kill -9' }, 'SIGINT'],
  ])('%s of %j', (path, changes, expected) => {
    const { errors } = readForm(form(changes));
    expect(Object.keys(errors)).toEqual([path]);
    expect(errors[path]).toContain(expected);
  });
});

test("the manager's refusals stand beside the field that they are about", () => {
  expect(fieldOfRefusal('invalid publish: 80/tcp is published twice')).toEqual({ ports: '80/tcp is published twice.' });
  expect(fieldOfRefusal('service web already exists')).toEqual({ name: 'Service web already exists.' });
  expect(fieldOfRefusal("no such network: mesh; create it with 'docker network create' first")).toHaveProperty(
    'networks',
  );
  expect(fieldOfRefusal('this manager does not lead the Swarm')).toEqual({});
});

describe('a preview', () => {
  const ask = (changes: Partial<ServiceForm>, most = 25) => {
    const { request, errors } = readForm(form(changes));
    return previewRequest(request, errors, most);
  };

  test('is asked for before the form is complete', () => {
    const asked = ask({ name: '', image: '', healthInterval: 'soon', constraints: ['node.role==worker'] });
    expect(asked).toMatchObject({
      kind: 'ask',
      request: { name: 'new-service', image: 'image', constraints: ['node.role==worker'] },
    });
  });

  test('leaves out what placement does not look at', () => {
    const asked = ask({ env: ['A=1'], mounts: [{ ...emptyMount(), target: '/data' }] });
    expect(asked.kind === 'ask' && Object.keys(asked.request)).toEqual(['name', 'image', 'mode', 'demand']);
  });

  test('waits while what decides is wrong', () => {
    expect(ask({ memory: '64x' }).kind).toBe('wrong');
    expect(ask({ constraints: ['zone'] }).kind).toBe('wrong');
    expect(ask({ replicas: '0' }).kind).toBe('nothing');
    expect(ask({ mode: 'global' }).kind).toBe('global');
  });

  test('is bounded however many instances and nodes there are', () => {
    expect(ask({ replicas: '1000' }, 7)).toMatchObject({ request: { mode: { replicated: 7 } } });
    expect([1, 100, 300, 5000].map(instancesToPreview)).toEqual([25, 20, 6, 3]);
  });
});

describe('a draft', () => {
  const kept = new Map<string, string>();
  const draft = new Draft({
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  });
  beforeEach(() => kept.clear());

  test('keeps what was typed, wrong or right', () => {
    const typed = form({ memory: '64x', env: ['A=1', '='] });
    draft.save(typed);
    expect(draft.load()).toEqual(typed);
    draft.clear();
    expect(draft.load()).toBeUndefined();
  });

  test('an untouched form leaves nothing behind', () => {
    draft.save(form());
    draft.save(emptyForm());
    expect(kept.size).toBe(0);
  });

  test('what another version wrote does no harm', () => {
    for (const text of ['{"name":"web","env":"A=1","gone":1,"tty":"yes"}', 'no JSON']) {
      kept.set('swarmmanager.service-form', text);
      const form = draft.load();
      if (form !== undefined) expect(form).toEqual({ ...emptyForm(), name: 'web' });
    }
    expect(kept.size).toBe(0);
  });
});
