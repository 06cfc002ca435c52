// `clonekit image --boot`: clones that are machines, in a real fleet on this machine, and what must hold of them.
import { setTimeout as delay } from 'node:timers/promises';
import { clonePaths } from '../../config/names';
import { OperatorError } from '../../config/operator-error';
import type { Instance } from '../instance';
import type { Launcher } from '../launch';
import { Machine, type PoweredOff } from '../servers/machine';
import { type UpOptions, up } from '../up';
import type { DiskImage } from './disk';
import { bootPatience } from './emulator';
import { launchMachines } from './launch-machines';

export interface BootOptions extends Omit<UpOptions, 'launcher' | 'patience' | 'port' | 'stop'> {
  readonly image: DiskImage;
  /** A thing that must hold does. */
  readonly onHolds: (what: string, seconds: number) => void;
  /** Ends it early. */
  readonly stop: AbortSignal;
}

interface Booted {
  readonly url: string;
  readonly digest: string;
  readonly machines: ReadonlyMap<string, Machine>;
  readonly off: Promise<PoweredOff>;
}

/** A machine has this long to drain, stop all that runs, and have its disk looked at. */
const offSeconds = 240;

/** Starts the fleet, sees what must hold of it, and stops it. @throws OperatorError naming what does not hold */
export async function bootImage({ image, onHolds, ...options }: BootOptions): Promise<void> {
  const machines = new Map<string, Machine>();
  const done = new AbortController();
  let tellOff: (off: PoweredOff) => void;
  const off = new Promise<PoweredOff>((resolve) => {
    tellOff = resolve;
  });
  const launcher: Launcher = async (launching) => {
    const launch = await launchMachines(image, (one) => tellOff(one))(launching);
    return async (instance: Instance) => {
      const machine = await launch(instance);
      if (machine instanceof Machine) machines.set(instance.id, machine);
      return machine;
    };
  };
  let seen: Promise<void> | undefined;
  await up({
    ...options,
    launcher,
    patience: bootPatience,
    port: 0,
    stop: AbortSignal.any([options.stop, done.signal]),
    report: {
      ...options.report,
      ready: (fleet) => {
        options.report.ready(fleet);
        const booted = { url: fleet.url, digest: image.digest, machines: new Map(machines), off };
        seen = verifyAll(booted, onHolds).finally(() => done.abort());
        // Told by who awaits it, below.
        seen.catch(() => {});
      },
    },
  });
  if (!options.stop.aborted) await seen;
}

async function verifyAll(booted: Booted, onHolds: BootOptions['onHolds']): Promise<void> {
  for (const [what, verify] of Object.entries(mustHold)) {
    const began = Date.now();
    await verify(booted);
    onHolds(what, (Date.now() - began) / 1000);
  }
}

/** In this order: the last one ends a clone. */
const mustHold: Readonly<Record<string, (booted: Booted) => Promise<void>>> = {
  'every clone is live and ready': async ({ machines }) => {
    for (const [id, { address }] of machines) {
      for (const path of [clonePaths.live, clonePaths.ready]) {
        const { status } = await ask(`http://${address.host}:${address.port}${path}`);
        if (status !== 200) throw new OperatorError(`${id}: must answer 200 at ${path}, got: ${status}`);
      }
    }
  },
  'every clone says which it is, and the digest of its release': async ({ machines, digest }) => {
    for (const [id, { address }] of machines) {
      const { text } = await ask(`http://${address.host}:${address.port}${clonePaths.identity}`);
      const { clone, release } = JSON.parse(text) as { clone?: string; release?: string };
      if (clone === id && release === digest) continue;
      throw new OperatorError(
        `${id}: ${clonePaths.identity} must say clone ${id} of release ${digest}, got: ${clone} of ${release}`,
      );
    }
  },
  'one that is powered off drains: no request fails, and its disk is as it was baked': async (booted) => {
    const [id, machine] = [...booted.machines][0] ?? [];
    if (!id || !machine) throw new OperatorError('clones: there must be one to power off, got: none');
    const failed: string[] = [];
    let isOff = false;
    const visits = (async () => {
      while (!isOff) {
        const { status } = await ask(booted.url).catch((error: Error) => ({ status: error.message }));
        if (typeof status !== 'number' || status >= 500) failed.push(String(status));
        await delay(20);
      }
    })();
    const began = Date.now();
    await machine.powerOff();
    const how = await within(machine.exited, `${id}: must power off`);
    isOff = true;
    await visits;
    if (how !== 'exit code 0') throw new OperatorError(`${id}: must power off, got: ${how}`);
    if (failed.length > 0) {
      throw new OperatorError(`${id}: no request may fail while it drains, got: ${failed.length}, first ${failed[0]}`);
    }
    const { changes } = await within(booted.off, `${id}: its disk must be looked at`);
    if (changes.length > 0) {
      const seconds = Math.round((Date.now() - began) / 1000);
      throw new OperatorError(`${id}: its disk must be as it was baked, got: ${changes.join(', ')} after ${seconds} s`);
    }
  },
};

async function ask(url: string): Promise<{ status: number; text: string }> {
  const response = await fetch(url, {
    headers: { connection: 'close' },
    redirect: 'manual',
    signal: AbortSignal.timeout(30_000),
  });
  return { status: response.status, text: await response.text() };
}

async function within<T>(work: Promise<T>, what: string): Promise<T> {
  const late = new AbortController();
  const timer = delay(offSeconds * 1000, undefined, { signal: late.signal }).then(
    () => Promise.reject(new OperatorError(`${what} within ${offSeconds} s, got: no end`)),
    () => new Promise<never>(() => {}),
  );
  try {
    return await Promise.race([work, timer]);
  } finally {
    late.abort();
  }
}
