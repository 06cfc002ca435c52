// What the programs beside an app meet on a clone: an app, a machine's metadata, and a group that waits, all over HTTP.
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Lifecycle } from '../../lib/clone/lifecycle';
import { openLog } from '../../lib/clone/log';
import type { Fleet } from '../../lib/local/fleet';
import { CloneGroup, type GroupOptions } from '../../lib/local/group';
import type { Instance } from '../../lib/local/instance';
import { LaunchTemplates } from '../../lib/local/launch-templates';
import { Twin } from '../../lib/local/twin/twin';

const servers: Server[] = [];
const twins: Twin[] = [];

export async function closeAll(): Promise<void> {
  for (const server of servers.splice(0)) {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }
  for (const twin of twins.splice(0)) await twin.stop();
}

/** Where something answers as told. */
export async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** An address that nobody listens on any more. */
export async function nowhere(): Promise<string> {
  const url = await serve(() => {});
  await new Promise((resolve) => servers.pop()?.close(resolve));
  return url;
}

export interface Line {
  readonly level: number;
  readonly msg: string;
  readonly [key: string]: unknown;
}

/** What a program says, as JSON lines, and its log to say it to. */
export function listen(): { lines: Line[]; log: ReturnType<typeof openLog> } {
  const lines: Line[] = [];
  const write = (line: string): void => void lines.push(JSON.parse(line));
  return { lines, log: openLog({ clone: 'i-1', release: 'source', program: 'test', write }) };
}

export const hooks = {
  ready: { name: 'ready', timeoutSeconds: 60, defaultResult: 'ABANDON' },
  stop: { name: 'stop', timeoutSeconds: 60, defaultResult: 'CONTINUE' },
} as const;

export interface Waiting {
  readonly group: CloneGroup;
  readonly instance: Instance;
  readonly endpoint: string;
  /** The SDK of a clone of it. */
  readonly lifecycle: Lifecycle;
  /** Resolves with the event once it is there. */
  event(fits: RegExp): Promise<string>;
}

/** A group of one clone, i-1, behind the twin: the real one, with nothing started. */
export async function startGroup(): Promise<Waiting> {
  const launchTemplate = { id: 'lt-1', name: 'clone', instanceType: 't4g.small', imageId: 'ami-1' };
  const plan = { name: 'fleet', min: 0, graceSeconds: 60, launchTemplate };
  const { default: template } = new LaunchTemplates({ imageId: 'ami-1', toUserData: () => '' });
  const group = new CloneGroup({ plan, template, loadBalancer: {}, targetGroup: {} } as unknown as GroupOptions);
  const instance: Instance = {
    id: 'i-1',
    zone: 'a',
    launchedAt: new Date(),
    tags: {},
    slot: 1,
    template,
    state: 'InService',
    healthy: true,
  };
  group.instances.set(instance.id, instance);
  const events: string[] = [];
  const onEvent = (_: string, text: string): void => {
    events.push(text);
    group.emit('event', text);
  };
  const twin = await Twin.start({ plan: { group: plan }, group, emit: onEvent } as unknown as Fleet);
  twins.push(twin);
  const { endpoint } = twin;
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
  const lifecycle = new Lifecycle({
    cloneId: 'i-1',
    group: 'fleet',
    client: { endpoint, region: 'eu-central-1', credentials },
  });
  const event = (fits: RegExp): Promise<string> =>
    new Promise((resolve) => {
      const found = events.find((text) => fits.test(text));
      if (found) return resolve(found);
      group.on('event', (text) => fits.test(text) && resolve(text));
    });
  return { group, instance, endpoint, lifecycle, event };
}
