// Moto as a process: AWS's API as other people understand it, on a port of this machine.
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Python, providePackages, runPython } from '../policy/python';

/** The newest of the day it was chosen that runs on Python 3.11. */
export const version = '5.2.5';
export const account = '123456789012';

const script = join(__dirname, 'serve_moto.py');

export const provideMoto = (): Promise<Python> => providePackages([`moto[all,server]==${version}`]);

/** Types of CloudFormation that moto makes by itself. */
export async function listTypes(python: Python, temporary: string): Promise<Set<string>> {
  const { stdout, stderr } = await runPython(python, [script, '--types'], { cwd: temporary, temporary });
  try {
    return new Set(JSON.parse(stdout) as string[]);
  } catch {
    throw new Error(`moto did not tell its types: ${stdout}${stderr}`);
  }
}

export class Moto {
  private constructor(
    readonly port: number,
    private readonly child: ChildProcess,
    private readonly said: readonly string[],
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The last lines of its log that are no plain requests. */
  get log(): string {
    return this.said
      .filter((line) => !/ HTTP\/1\.1" [23]\d\d /.test(line))
      .slice(-60)
      .join('\n');
  }

  static async start(python: Python, standIns: readonly string[], temporary: string): Promise<Moto> {
    const [file, ...args] = python.command;
    const child = spawn(file, [...args, script], {
      cwd: temporary,
      env: { PATH: process.env.PATH, HOME: temporary, TMPDIR: temporary, LC_ALL: 'C.UTF-8', ...python.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const said: string[] = [];
    createInterface({ input: child.stderr }).on('line', (line) => said.push(line));
    child.stdin.write(`${JSON.stringify(standIns)}\n`);
    const port = await new Promise<number>((resolve, reject) => {
      createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line).port));
      child.once('error', reject);
      child.once('close', (code) => reject(new Error(`moto ended with ${code}: ${said.slice(-20).join('\n')}`)));
    });
    return new Moto(port, child, said);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const closed = new Promise((resolve) => this.child.once('close', resolve));
    this.child.kill('SIGTERM');
    await closed;
  }
}
