import { describe, expect, test } from 'vitest';
import type { ServiceCreate } from '../api/service';
import { imageListCommand, imagePushCommand, imageToNodesCommand } from './image';
import { jobCancelCommand, jobFollowCommand, jobListCommand } from './job';
import { nodeDrainCommand, nodeRemoveCommand, nodeRoleCommand, nodeUpdateCommand } from './node';
import { commandLine, commandLines, quote } from './quote';
import { createCommand, logsCommand, removeCommand, rollbackCommand, scaleCommand, updateCommand } from './service';
import {
  joinTokenCommand,
  nodeAddCommand,
  swarmCaCommand,
  swarmDestroyCommand,
  swarmInitCommand,
  swarmJoinCommand,
  swarmStatusCommand,
} from './swarm';

/** Every field that a request has, each with a value that differs from its default. */
const FULL: ServiceCreate = {
  name: 'web',
  image: 'nginx:1.27',
  mode: { replicated: 3 },
  demand: { cpu: '0.5', memory: 67_108_864, disk: 1_073_741_824 },
  limits: { cpu: '500MHz', memory: 134_217_728, pids: 100 },
  args: ['-g', 'daemon off;'],
  entrypoint: ['sh', '-c', 'a b'],
  env: ["GREETING=it's me", 'A=1'],
  labels: { team: 'edge', plain: '' },
  container_labels: { d: 'e' },
  user: '33:33',
  workdir: '/srv',
  hostname: '{{.Node.Hostname}}',
  mounts: [
    { kind: 'bind', source: '/a,b', target: '/srv', read_only: true, bind_propagation: 'rslave' },
    { kind: 'tmpfs', target: '/tmp', tmpfs_size: 8_388_608 },
    { kind: 'volume', source: 'db', target: '/d', volume_driver: 'nfs' },
  ],
  publish: [
    { published: 8080, target: 80, protocol: 'tcp', mode: 'host' },
    { target: 53, published: 5353, protocol: 'udp', mode: 'ingress' },
  ],
  endpoint_mode: 'dnsrr',
  networks: [{ name: 'mesh', aliases: ['www'], driver_opts: { mtu: '1400' } }, { name: 'plain' }],
  secrets: [{ source: 'key' }],
  configs: [{ source: 'site', target: '/etc/site.conf', uid: '33', gid: '34', mode: 0o440 }],
  constraints: ['node.labels.zone==north'],
  max_replicas_per_node: 2,
  healthcheck: {
    command: 'curl -f localhost',
    interval_ms: 5000,
    timeout_ms: 1000,
    retries: 3,
    start_period_ms: 90_000,
  },
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

describe('quote', () => {
  test.each([
    ['web', 'web'],
    ['registry.example:5000/team/app@sha256:abc', 'registry.example:5000/team/app@sha256:abc'],
    ['', "''"],
    ['two words', "'two words'"],
    ["it's", `'it'\\''s'`],
    ['$(rm -rf /)', "'$(rm -rf /)'"],
    ['a\nb', "'a\nb'"],
    ['*', "'*'"],
    ['~', "'~'"],
    ['!important', "'!important'"],
  ])('%j becomes %s', (word, quoted) => {
    expect(quote(word)).toBe(quoted);
  });

  test('long commands keep an option and its value on one line', () => {
    const words = createCommand({ name: 'web', image: 'nginx', env: ['A=1', 'B=2'], tty: true });
    expect(commandLines(words, 40)).toBe(
      'swarm-manager service create --name web \\\n    --env A=1 --env B=2 --tty nginx',
    );
  });
});

describe('service create', () => {
  test('defaults are left out', () => {
    expect(commandLine(createCommand({ name: 'web', image: 'nginx', mode: { replicated: 1 } }))).toBe(
      'swarm-manager service create --name web nginx',
    );
    expect(createCommand({ name: 'a', image: 'b', mode: 'global' })).toContain('global');
  });

  test('a demand that is asked for anyway is left out', () => {
    const demand = { cpu: '100MHz', memory: 67_108_864, disk: 1024 };
    expect(commandLine(createCommand({ name: 'web', image: 'nginx', demand }))).toBe(
      'swarm-manager service create --name web --disk 1k nginx',
    );
  });

  test('credentials of the registry are never in the command', () => {
    expect(commandLine(createCommand({ name: 'web', image: 'r.example/app' }, true))).toBe(
      'swarm-manager service create --with-registry-auth --name web r.example/app',
    );
  });

  test('everything that the request has is in the command', () => {
    const line = commandLine(createCommand(FULL));
    for (const part of [
      '--name web --replicas 3 --constraint node.labels.zone==north --replicas-max-per-node 2 --update-order stop-first',
      '--cpu 0.5 --disk 1g --limit-cpu 500MHz --limit-memory 128m --limit-pids 100',
      `--env 'GREETING=it'\\''s me' --env A=1 --label team=edge --label plain --container-label d=e`,
      `--user 33:33 --workdir /srv --hostname '{{.Node.Hostname}}' --entrypoint 'sh -c '\\''a b'\\'''`,
      '--read-only --init --tty --cap-add CAP_NET_ADMIN --cap-drop ALL --stop-grace-period 20s --stop-signal SIGINT',
      `--mount 'type=bind,"source=/a,b",target=/srv,readonly,bind-propagation=rslave'`,
      '--mount type=tmpfs,target=/tmp,tmpfs-size=8m --mount type=volume,source=db,target=/d,volume-driver=nfs',
      '--secret key --config source=site,target=/etc/site.conf,uid=33,gid=34,mode=0440',
      '--network name=mesh,alias=www,driver-opt=mtu=1400 --network plain',
      '--publish published=8080,target=80,mode=host --publish 5353:53/udp --endpoint-mode dnsrr',
      `--health-cmd 'curl -f localhost' --health-interval 5s --health-timeout 1s --health-retries 3`,
      '--health-start-period 1m30s --restart-condition on-failure --restart-delay 2s --restart-max-attempts 4',
      `--restart-window 1m nginx:1.27 -g 'daemon off;'`,
    ]) {
      expect(line).toContain(part);
    }
  });

  test('a value that begins with a dash stays with its option', () => {
    const words = createCommand({ name: 'web', image: 'nginx', healthcheck: { command: '-x' } });
    expect(words).toContain('--health-cmd=-x');
  });

  test('a check that is switched off is one option', () => {
    const line = commandLine(createCommand({ name: 'web', image: 'nginx', healthcheck: { disable: true } }));
    expect(line).toBe('swarm-manager service create --name web --no-healthcheck nginx');
  });
});

test('the other commands on services are those of the command line', () => {
  expect(commandLine(scaleCommand('web', 5))).toBe('swarm-manager service scale web=5');
  expect(commandLine(removeCommand('web'))).toBe('swarm-manager service rm web');
  expect(commandLine(rollbackCommand('web'))).toBe('swarm-manager service rollback web');
  expect(commandLine(logsCommand('web', true, 100))).toBe('swarm-manager service logs --follow --tail 100 web');
});

test('an update names only what changes', () => {
  const update = {
    image: 'nginx:1.28',
    demand: { memory: 134_217_728 },
    limits: { cpu: '0.5' },
    args: ['-g', 'daemon off;'],
    env_add: ['A=1'],
    env_remove: ['B'],
    labels_add: { a: 'b' },
    labels_remove: ['c'],
    constraints_add: ['node.role==worker'],
    constraints_remove: ['node.role==manager'],
    force: true,
  };
  expect(commandLine(updateCommand('web', update))).toBe(
    "swarm-manager service update --image nginx:1.28 '--args=-g '\\''daemon off;'\\''' --memory 128m --limit-cpu 0.5 " +
      '--env-add A=1 --env-rm B --label-add a=b --label-rm c --constraint-add node.role==worker ' +
      '--constraint-rm node.role==manager --force web',
  );
  expect(commandLine(updateCommand('web', { args: [] }))).toBe("swarm-manager service update --args '' web");
  expect(updateCommand('web', {})).toEqual(['swarm-manager', 'service', 'update', 'web']);
});

test('commands on nodes are those of the command line', () => {
  const change = { availability: 'drain' as const, labels_add: { zone: 'north wing' }, labels_remove: ['old'] };
  expect(commandLine(nodeUpdateCommand('ap1', change))).toBe(
    "swarm-manager node update --availability drain --label-add 'zone=north wing' --label-rm old ap1",
  );
  expect(commandLine(nodeRoleCommand('ap1', 'manager'))).toBe('swarm-manager node promote ap1');
  expect(commandLine(nodeRoleCommand('ap1', 'worker'))).toBe('swarm-manager node demote ap1');
});

test('nodes are drained and removed together', () => {
  expect(commandLine(nodeDrainCommand(['ap1', 'ap2']))).toBe('swarm-manager node drain --wait ap1 ap2');
  expect(commandLine(nodeRemoveCommand(['ap1'], false))).toBe('swarm-manager node rm ap1');
  expect(commandLine(nodeRemoveCommand(['ap1', 'ap2'], true))).toBe('swarm-manager node rm --force ap1 ap2');
});

describe('commands on the Swarm', () => {
  test.each([
    [swarmStatusCommand(), 'status'],
    [swarmInitCommand('', ''), 'init'],
    [swarmInitCommand('eth0', 'north wing'), "init --advertise-addr eth0 --name 'north wing'"],
    [swarmJoinCommand('site.toml', true), 'join --nodes site.toml --install-engine'],
    [joinTokenCommand('manager'), 'token manager'],
    [joinTokenCommand('worker', true), 'token --rotate worker'],
    [swarmCaCommand(true), 'ca --rotate'],
    [swarmDestroyCommand(), 'destroy'],
  ])('%s', (words, line) => expect(commandLine(words)).toBe(`swarm-manager swarm ${line}`));

  test('a node that is added names its secrets’ source, never the secret', () => {
    const node = { address: 'fd00::5', port: 2222, user: 'pi', role: 'manager' as const, labels: { zone: 'north' } };
    const withKey = commandLine(nodeAddCommand({ ...node, auth: { private_key: 'KEY', passphrase: 'pass' } }, true));
    expect(withKey).toBe(
      "swarm-manager node add --identity-file KEY_FILE --role manager --label zone=north --install-engine 'pi@[fd00::5]:2222'",
    );
    const plain = { ...node, address: '10.0.0.5', port: 22, role: 'worker' as const, labels: {} };
    const line = commandLine(nodeAddCommand({ ...plain, auth: { password: 'hunter2' } }, false));
    expect(line).toBe('swarm-manager node add --ask-password pi@10.0.0.5');
    expect(commandLine(nodeAddCommand({ ...plain, auth: {} }, false))).toBe('swarm-manager node add pi@10.0.0.5');
  });
});

test('commands on images and jobs are those of the command line', () => {
  expect(commandLine(imageListCommand())).toBe('swarm-manager image ls --digests');
  expect(commandLine(imagePushCommand('web:1'))).toBe('swarm-manager image push web:1');
  expect(commandLine(imagePushCommand('web:1', 'r.example/web:1', 'ann'))).toBe(
    'swarm-manager image push --as r.example/web:1 --username ann --password-stdin web:1',
  );
  expect(commandLine(imageToNodesCommand('web:1', []))).toBe('swarm-manager image push --to-nodes web:1');
  expect(commandLine(imageToNodesCommand('web:1', ['ap2', 'ap3']))).toBe(
    'swarm-manager image push --to-nodes=ap2,ap3 web:1',
  );
  expect(commandLine(jobListCommand())).toBe('swarm-manager job ls');
  expect(commandLine(jobFollowCommand('3f9c'))).toBe('swarm-manager job follow 3f9c');
  expect(commandLine(jobCancelCommand('3f9c'))).toBe('swarm-manager job cancel 3f9c');
});
