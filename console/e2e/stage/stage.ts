/** A lab, the manager in its first node, and a port of this machine that leads to it: what tests play on. */

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Background, output, program, variable } from './programs';
import { Hopeless, until } from './wait';

/** The agent's image has to reach every node and the first report the manager. */
const AGENTS_LIMIT_MS = 60_000;
const PORT = 6602;
const FIRST = 'ap1';

interface Status {
  nodes: number;
  agents_live: number;
}

export class Stage {
  readonly #folder = mkdtempSync(join(tmpdir(), 'swarmmanager-e2e-'));
  #manager: Background | undefined;
  #forward: Background | undefined;
  #port = 0;
  #registry = '';

  private constructor(readonly name: string) {}

  /** Starts a lab with so many real nodes, the manager, and an agent on each; waits until all report. */
  static async start(name: string, nodes: number): Promise<Stage> {
    return Stage.#begin(name, async (stage) => {
      await stage.#up(nodes);
      await stage.waitForAgents();
    });
  }

  /** The same before there is a Swarm: engines that are in none, and a manager that waits for one. */
  static async startBare(name: string, nodes: number): Promise<Stage> {
    return Stage.#begin(name, (stage) => stage.#up(nodes, '--bare'));
  }

  static async #begin(name: string, up: (stage: Stage) => Promise<void>): Promise<Stage> {
    const stage = new Stage(name);
    try {
      await up(stage);
    } catch (error) {
      await stage.end();
      throw error;
    }
    return stage;
  }

  /** Where this machine reaches the console. */
  get url(): string {
    return `https://127.0.0.1:${this.#port}`;
  }

  /** The name of an image in the lab's registry. */
  image(name: string): string {
    return `${this.#registry}/${name}`;
  }

  /** The token of the latest set-up link that the manager printed. */
  async setUpToken(): Promise<string> {
    return until('the set-up link', 10_000, () => [...this.log().matchAll(/\/setup#(\S+)/g)].at(-1)?.[1]);
  }

  /** What `swarm-lab` says. */
  async lab(...words: string[]): Promise<string> {
    return output(program('swarm-lab'), ['--name', this.name, ...words]);
  }

  /** What Docker's own client says on the first node. */
  async docker(...words: string[]): Promise<string> {
    return this.lab('docker', FIRST, '--', ...words);
  }

  /** What `swarm-manager` says, as root on the manager's own host. */
  async client(...words: string[]): Promise<string> {
    return output(program('swarm-manager'), ['--host', `unix://${this.#socket}`, ...words]);
  }

  /** The certificate that the manager made for itself, and its key, in PEM. */
  certificate(): { cert: string; key: string } {
    const read = (name: string) => readFileSync(this.#file(`state/${name}`), 'utf8');
    return { cert: read('console-certificate.pem'), key: read('console-key.pem') };
  }

  /** Puts load on a node; gives it back from its first tenth of a second of work on. */
  async load(node: string, share: string): Promise<Background> {
    const before = this.#cpuSeconds(node);
    const load = this.inBackground('load', node, '--cpu', share, '--for', '20s');
    await until(`load on ${node}`, 10_000, () => (this.#cpuSeconds(node) - before > 0.1 ? true : undefined));
    return load;
  }

  /** Adds nodes, forwards ports: `swarm-lab` in the background. */
  inBackground(...words: string[]): Background {
    return new Background(program('swarm-lab'), ['--name', this.name, ...words], this.#file('background.log'));
  }

  /** The manager's process. */
  get manager(): Background {
    if (this.#manager === undefined) throw new Error('the manager does not run');
    return this.#manager;
  }

  /** What the manager logged. */
  log(): string {
    return readFileSync(this.#file('manager.log'), 'utf8');
  }

  /** Kills the manager as nothing can be prepared for. */
  async killManager(): Promise<void> {
    await this.#manager?.end('SIGKILL');
  }

  startManager(): void {
    const words = ['--name', this.name, 'exec', FIRST, '--', program('swarm-manager'), 'serve'];
    words.push('--docker-host', `unix:///run/swarmlab/${this.name}/${FIRST}/docker.sock`);
    words.push('--socket', this.#socket, '--state-dir', this.#file('state'));
    words.push('--listen', `0.0.0.0:${PORT}`);
    words.push('--agent-image', this.image(variable('SWARMMANAGER_AGENT_IMAGE')));
    words.push('--agent-archive', variable('SWARMMANAGER_AGENT_ARCHIVE'));
    words.push('--agent-node-scope', `cgroup:/swarmlab/${this.name}/{{.Node.Hostname}}`);
    this.#manager = new Background(program('swarm-lab'), words, this.#file('manager.log'));
  }

  /** Waits until every node's agent is live, by the manager's word. */
  async waitForAgents(limitMs = AGENTS_LIMIT_MS): Promise<void> {
    await until('a report from every node', limitMs, async () => {
      if (!this.manager.runs) throw new Hopeless(`the manager ended; its log says:\n${this.log()}`);
      const status = JSON.parse(await this.client('status', '--format', 'json')) as Status;
      if (status.nodes === 0 || status.agents_live !== status.nodes) throw new Error(JSON.stringify(status));
      return true;
    });
  }

  /** Removes everything. */
  async end(): Promise<void> {
    await this.#manager?.end('SIGTERM');
    await this.#forward?.end('SIGTERM');
    await this.lab('down');
    rmSync(this.#folder, { recursive: true });
  }

  /** What a node has used so far, by its cgroup of either version. */
  #cpuSeconds(node: string): number {
    const path = `swarmlab/${this.name}/${node}`;
    const second = `/sys/fs/cgroup/${path}/cpu.stat`;
    if (!existsSync(second)) return Number(readFileSync(`/sys/fs/cgroup/cpuacct/${path}/cpuacct.usage`, 'utf8')) / 1e9;
    return Number(/usage_usec (\d+)/.exec(readFileSync(second, 'utf8'))?.[1]) / 1e6;
  }

  get #socket(): string {
    return this.#file('swarm-manager.sock');
  }

  #file(name: string): string {
    return join(this.#folder, name);
  }

  async #up(nodes: number, ...words: string[]): Promise<void> {
    await this.lab('down');
    await this.lab('up', '--nodes', String(nodes), ...words);
    const status = JSON.parse(await this.lab('status', '--format', 'json')) as { registry: string };
    this.#registry = status.registry;
    this.startManager();
    this.#port = await freePort();
    const listen = `127.0.0.1:${this.#port}`;
    this.#forward = this.inBackground('forward', FIRST, String(PORT), '--listen', listen);
  }
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (address !== null && typeof address === 'object' ? resolve(address.port) : reject(address)));
    });
  });
}
