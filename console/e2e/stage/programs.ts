/** The programs that a stage is made of, and how to run others. */

import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A variable that `cargo xtask` sets. */
export function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set; cargo xtask test --only e2e sets it`);
  return value;
}

/** The path of a program that was built. */
export function program(name: string): string {
  return join(variable('SWARMMANAGER_BINARIES'), name);
}

/** Runs a program to its end and gives what it wrote to its standard output. */
export async function output(path: string, words: string[]): Promise<string> {
  try {
    const { stdout } = await run(path, words, { maxBuffer: 64 << 20 });
    return stdout;
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
    throw new Error(`${[path, ...words].join(' ')} failed: ${said}`, { cause: error });
  }
}

/** A program that runs in the background and writes into a file. */
export class Background {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;

  constructor(path: string, words: string[], log: string) {
    const file = openSync(log, 'a');
    this.#child = spawn(path, words, { stdio: ['ignore', file, file] });
    this.#ended = new Promise((resolve, reject) => {
      this.#child.once('exit', () => resolve());
      this.#child.once('error', reject);
    });
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('the program did not start');
    return this.#child.pid;
  }

  get runs(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Sends a signal to the program and waits for its end. */
  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.runs) this.#child.kill(signal);
    await this.#ended;
  }
}
