// Every verb of an operator on a real fleet: what it does, what it refuses, what it prints, and that it asks for no more than its rights.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { SendCommandCommand, SSMClient } from '@aws-sdk/client-ssm';
import { Aws } from '../../lib/ops/aws';
import { withLock } from '../../lib/ops/lock';
import { rights, type VerbWithRights } from '../../lib/ops/rights';
import { startRoll } from '../../lib/ops/roll';
import { getStage } from '../../lib/ops/stage';
import { machineArchitecture } from '../../lib/release/descriptor';
import { type PackedRelease, packApp } from '../../lib/release/pack-app';
import { planWith } from '../local/planned';
import { TinyApps } from '../release/tiny-app';
import { type InProcess, startInProcess } from './in-process';
import { Operator, verbsOfStandbys } from './operator';
import { until } from './running-fleet';
import { Visitor } from './visitor';

const apps = new TinyApps();
let on: InProcess;
let operator: Operator;
let other: PackedRelease;
beforeAll(async () => {
  const declared = planWith();
  const releasesFolder = mkdtempSync(join(tmpdir(), 'clonekit-releases-'));
  other = await packApp({ folder: apps.make('tiny'), architecture: machineArchitecture, outDir: releasesFolder });
  const plan = {
    ...declared,
    // A bad clone is given up within seconds, and a good one counts at once.
    group: { ...declared.group, warmUpSeconds: 0, graceSeconds: 1 },
  };
  on = await startInProcess(plan, { releasesFolder });
  operator = new Operator(on);
}, 120_000);
afterAll(async () => {
  await on?.stop();
  apps.remove();
  if (other) rmSync(dirname(other.file), { recursive: true, force: true });
});

const run: Operator['run'] = (verb, ...args) => operator.run(verb, ...args);
const json: Operator['json'] = (verb, ...args) => operator.json(verb, ...args);
const refuse: Operator['refuse'] = (code, sentence, ...args) => operator.refuse(code, sentence, ...args);
const status = () => json('status');

describe('status', () => {
  test('shows clones, caches with their roles, databases, alarms and that nothing was rolled, in 80 columns', async () => {
    const text = await run('status');
    for (const word of ['healthy', 'InService', 'primary', 'replica', 'noeviction', 'alarms:', 'no roll yet']) {
      expect(text).toContain(word);
    }
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(await status()).toMatchObject({
      stage: 'dev',
      group: { min: 2, desired: 2, max: 4 },
      clones: Array(2).fill({ health: 'healthy', state: 'InService' }),
      refresh: null,
      caches: [{ name: 'sessions', role: 'primary' }, { name: 'sessions', role: 'replica' }, { name: 'objects' }],
      database: [
        { role: 'primary', class: 'db.t4g.micro', multiAz: false },
        { role: 'replica', lagSeconds: expect.any(Number) },
      ],
      alarms: { alarms: [] },
    });
    // The average of a minute, in which it has just started.
    expect((await status()).database[1].lagSeconds).toBeLessThanOrEqual(1);
  });
});

describe('verify and clone-check', () => {
  test('a fleet that was just started is what was declared', async () => {
    const folder = join(on.home, 'assembly');
    mkdirSync(folder);
    for (const [name, template] of Object.entries(on.fleet.plan.templates)) {
      // The one thing of this fleet that no template has.
      const text = JSON.stringify(template).replace(/"HealthCheckGracePeriod":\d+/, '"HealthCheckGracePeriod":1');
      writeFileSync(join(folder, `${name}.template.json`), text);
    }
    expect(await run('verify', '--app', folder)).toMatch(/\n\d\d pass, 0 fail, 0 unknown\n$/);
    await run('scale', '2', '3', '--yes');
    const ended = await on.run('verify', '--app', folder);
    expect(ended).toMatchObject({ code: 1, stdout: expect.stringContaining('group clonekit-dev-fleet: MaxSize: 3') });
    expect(ended.stdout).toContain('must be: 4');
    await run('scale', '2', '4', '--yes');
  });

  test('every clone is of one release and image, and a file that somebody changed or added is named', async () => {
    expect(await run('clone-check')).toMatch(/\n7 pass, 0 fail, 0 unknown\n$/);
    const [instance] = on.fleet.group.instances.values();
    const folder = instance?.clone?.place?.folder as string;
    const file = join(folder, 'release.json');
    const was = readFileSync(file);
    writeFileSync(file, '{}');
    writeFileSync(join(folder, 'notes.txt'), 'somebody was here');
    const ended = await on.run('clone-check', '--json');
    writeFileSync(file, was);
    await run('exec', '--yes', '--clone', String(instance?.id), '--', 'rm notes.txt');
    expect(ended.code).toBe(1);
    const { checks } = JSON.parse(ended.stdout);
    expect(checks).toContainEqual(
      expect.objectContaining({ outcome: 'fail', got: 'release.json was changed, notes.txt was added' }),
    );
    expect(await run('clone-check')).toContain('0 fail');
  });
});

describe('everything that changes something', () => {
  test('with --dry-run says what it would touch, and touches nothing', async () => {
    const stdout = await run('scale', '2', '3', '--dry-run');
    expect(stdout).toContain('from 4 to 3 at most');
    expect(stdout).toContain('nothing was done');
    expect((await status()).group.max).toBe(4);
    expect(await json('kill', on.fleet.group.instances.keys().next().value as string, '--dry-run')).toMatchObject({
      verb: 'kill',
      dryRun: true,
    });
  });

  test('without --yes asks, and where nobody can be asked that is a wrong call', async () => {
    await refuse(2, /^clonekit: somebody must agree, got: no terminal to ask at/, 'scale', '2', '3');
  });

  test('ends in order when it is interrupted: what it did is undone, and the lock is free', async () => {
    const frozen = () =>
      [...on.fleet.group.instances.values()].filter(({ clone }) => {
        const stat = clone?.place && readFileSync(`/proc/${clone.place.pid}/stat`, 'utf8');
        return stat?.includes(') T ');
      });
    const drill = on.run('drill', 'clone-freeze', '--yes');
    await until('a clone hangs', async () => frozen().length === 1);
    process.emit('SIGINT');
    expect(await drill).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('clonekit: interrupted; it is brought to an end. Once more leaves it as it is\n'),
      stdout: expect.stringMatching(/broken: (inject|heal): interrupted/),
    });
    expect(frozen()).toEqual([]);
    expect(await run('logs', '--audit', '--grep', 'the promise is broken')).toContain('drill clone-freeze');
    await run('scale', '2', '4', '--yes');
  }, 60_000);

  test('is done by one operator at a time, until somebody takes the lock', async () => {
    const aws = new Aws({ stage: 'dev', endpoint: on.fleet.endpoint, region: on.fleet.plan.region });
    await withLock(aws, { who: 'ann', what: 'roll', onLoose: () => {} }, async () => {
      const ended = await on.run('scale', '2', '3', '--yes');
      expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('got: roll of ann since 20') });
      expect((await status()).group.max).toBe(4);
      await run('scale', '2', '3', '--yes', '--take-lock');
    });
    await run('scale', '2', '4', '--yes');
    aws.close();
  });

  test('leaves a line of who did what with what result, also where it failed', async () => {
    const lines = (await run('logs', '--audit', '--json'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(JSON.parse(line).text));
    expect(lines.at(-1)).toMatchObject({
      stage: 'dev',
      who: expect.stringMatching(/^arn:aws:iam::000000000000:user\/local \(.+@.+\)$/),
      what: expect.stringMatching(/^scale: /),
      result: expect.stringMatching(/^scaled until the next deploy/),
    });
    expect(lines.at(-2)).toMatchObject({ result: 'begins' });
  });
});

describe('scale', () => {
  test('grows and shrinks the fleet, and says how to keep it', async () => {
    expect(await run('scale', '3', '4', '--yes')).toContain(
      'clones.min 3 and clones.max 4 of dev into lib/config/stages.ts',
    );
    await until(
      'three are healthy',
      async () => (await status()).clones.filter(({ health }: { health: string }) => health === 'healthy').length === 3,
    );
    await run('scale', '2', '4', '--yes');
    expect((await status()).group).toEqual({ min: 2, desired: 3, max: 4 });
    on.fleet.group.resize({ min: 2, desired: 2, max: 4 });
    await until('two are left', async () => (await status()).clones.length === 2);
  });

  test.each([[['2', '40'], /max must be at most 4, got: 40; the database takes 76 connections, a clone opens 8/]])(
    '%j is refused',
    async (bounds, sentence) => {
      await refuse(1, sentence, 'scale', ...bounds, '--yes');
    },
  );

  test('a number that is none is a wrong call, and so are two that are the wrong way round', async () => {
    expect((await on.run('scale', 'many', '4')).code).toBe(2);
    await refuse(2, /min must be at most max, got: 5 and 4/, 'scale', '5', '4', '--yes');
    expect((await on.run('exec', '--timeout', '172801', '--yes', '--', 'true')).code).toBe(2);
    await refuse(2, /^clonekit: verb: must be one of .*; got: nosuch/, 'iam', 'nosuch', '--stage', 'dev');
    await refuse(2, /is of stage dev, got: --stage prod/, 'status', '--stage', 'prod');
  });
});

describe('roll', () => {
  test('replaces every clone while nobody notices, and says so', async () => {
    const before = [...on.fleet.group.instances.keys()];
    const { holds, refresh, probe } = await json('roll', '--probe', '--yes');
    expect(holds).toBe(true);
    expect(refresh).toMatchObject({ status: 'Successful', percent: 100, left: 0 });
    expect(probe).toMatchObject({ people: 5, serverErrors: 0, unanswered: 0, sessionsLost: 0, staleReads: 0 });
    expect(probe.requests).toBeGreaterThan(100);
    expect(probe.clones).toBeGreaterThan(2);
    const after = [...on.fleet.group.instances.values()].filter(({ state }) => state === 'InService');
    expect(after).toHaveLength(2);
    expect(after.filter(({ id }) => before.includes(id))).toEqual([]);
    expect(await run('status')).toContain('last roll: Successful');
  }, 120_000);

  test('one that goes on is watched, not begun again; another release is refused meanwhile', async () => {
    const aws = new Aws({ stage: 'dev', endpoint: on.fleet.endpoint, region: on.fleet.plan.region });
    await startRoll(aws, await getStage(aws));
    aws.close();
    await refuse(1, /must not be rolling, got: InProgress/, 'roll', 'abc', '--yes');
    await refuse(1, /must not be rolling, got: InProgress/, 'drill', 'bad-release', '--yes');
    const { holds, refresh } = await json('roll', '--yes');
    expect([holds, refresh.status]).toEqual([true, 'Successful']);
    expect(on.fleet.group.refreshes).toHaveLength(2);
  }, 120_000);

  test('one that goes on is cancelled, and the fleet is whole', async () => {
    const aws = new Aws({ stage: 'dev', endpoint: on.fleet.endpoint, region: on.fleet.plan.region });
    await startRoll(aws, await getStage(aws));
    aws.close();
    expect(await run('rollback', '--yes')).toContain('the roll was cancelled (Cancelled)');
    await until('two are healthy', async () => {
      const { clones } = await status();
      return clones.length === 2 && clones.every(({ health }: { health: string }) => health === 'healthy');
    });
  }, 60_000);

  test('a release that is none is refused with those there are', async () => {
    await refuse(
      1,
      /^clonekit: release: must be one of an image that is kept, got: 0000. The releases are: [0-9a-f]{12}, [0-9a-f]{12}\n$/,
      'roll',
      '0000',
      '--yes',
    );
    expect(await run('releases')).toContain(on.fleet.images.first.id);
  });

  test('to another release and back: every clone is of it, and is told so', async () => {
    const first = on.fleet.images.first.release;
    const identity = async () => (await (await fetch(`${on.fleet.url}/-/identity`)).json()) as { release: string };
    expect((await json('roll', other.digest.slice(0, 12), '--yes')).refresh.status).toBe('Successful');
    expect((await status()).clones).toEqual(Array(2).fill(expect.objectContaining({ release: other.digest })));
    expect((await identity()).release).toBe(other.digest);
    expect((await json('rollback', first.slice(0, 12), '--yes')).refresh.status).toBe('Successful');
    expect((await status()).clones).toEqual(Array(2).fill(expect.objectContaining({ release: first })));
    expect((await identity()).release).toBe(first);
  }, 120_000);

  test('there is nothing to undo while nothing rolls', async () => {
    await refuse(1, /must be rolling, got: nothing that goes on/, 'rollback', '--yes');
  });
});

describe('drill', () => {
  const drill = async (name: 'clone-kill' | 'zone-loss' | 'replica-lag' | 'cache-failover' | 'bad-release') => {
    const ended = await on.run('drill', name, '--yes', '--json');
    operator.verifyRights(`drill ${name}`);
    expect({ code: ended.code, said: ended.code === 0 ? '' : `${ended.stdout}${ended.stderr}` }).toEqual({
      code: 0,
      said: '',
    });
    const { evidence, files } = JSON.parse(ended.stdout);
    expect(JSON.parse(readFileSync(files[0], 'utf8'))).toEqual(evidence);
    expect(readFileSync(files[1], 'utf8')).toMatch(new RegExp(`^# Drill ${name}: passed\n`));
    expect(evidence.timeline.map(({ what }: { what: string }) => what)).toContain('undo: done');
    return evidence;
  };

  test.each(['clone-kill', 'zone-loss', 'replica-lag', 'cache-failover'] as const)(
    '%s keeps its promise, with evidence for programs and for people',
    async (name) => {
      expect(await drill(name)).toMatchObject({ passed: true, probe: { sessionsLost: 0, staleReads: 0 } });
    },
    120_000,
  );

  test('clone-freeze is undone, and the clone that hung is replaced', async () => {
    const ended = await on.run('drill', 'clone-freeze', '--yes', '--json');
    operator.verifyRights('drill clone-freeze');
    const { evidence } = JSON.parse(ended.stdout);
    expect(evidence.probe).toMatchObject({ sessionsLost: 0, staleReads: 0 });
    expect(evidence.broken.filter((line: string) => !/requests failed/.test(line))).toEqual([]);
    expect((await status()).clones.map(({ health }: { health: string }) => health)).toEqual(['healthy', 'healthy']);
  }, 120_000);

  test('one that cannot be done there is refused before anything is touched', async () => {
    await refuse(1, /must have a standby, got: none \(database.multiAz is refused\)/, 'drill', 'db-failover', '--yes');
  });
});

describe('maintenance', () => {
  test('is a page with 503 at the load balancer itself, and over again', async () => {
    const visit = async () => await fetch(on.fleet.url, { headers: { connection: 'close' } });
    await run('maintenance', 'on', '--yes');
    const page = await visit();
    expect([page.status, page.headers.get('x-clone')]).toEqual([503, null]);
    expect(await page.text()).toContain('<meta http-equiv="refresh" content="60">');
    expect(await run('maintenance', 'on', '--yes')).toContain('nothing: maintenance is on already');
    on.fleet.loadBalancer.process.signal('SIGKILL');
    await until('the load balancer is back, with the page', async () => (await visit()).status === 503);
    await run('maintenance', 'off', '--yes');
    expect((await visit()).status).toBe(200);
  });
});

describe('kill, exec and logs', () => {
  test('a clone is named by the beginning of its id, and replaced', async () => {
    const [id] = [...on.fleet.group.instances.keys()] as [string];
    await run('kill', id, '--yes');
    await until('another is in its place', async () => {
      const { clones } = await status();
      const healthy = clones.filter(({ health }: { health: string }) => health === 'healthy');
      return healthy.length === 2 && !clones.some((clone: { id: string }) => clone.id === id);
    });
    await refuse(
      1,
      /^clonekit: clone: must be a clone of the fleet, got: i-nothing. The clones are: i-/,
      'kill',
      'i-nothing',
      '--yes',
    );
  });

  test('a command runs on every clone, each line with who said it; one that fails is told with its exit code', async () => {
    const ids = [...on.fleet.group.instances.keys()];
    const stdout = await run('exec', '--yes', '--', 'echo I am $CLONEKIT_CLONE_ID');
    for (const id of ids) expect(stdout).toContain(`${id}  I am ${id}`);
    const failed = await on.run('exec', '--yes', '--clone', String(ids[0]), '--', 'exit 7');
    expect(failed).toMatchObject({ code: 1, stdout: expect.stringContaining(`failed on ${ids[0]} (Failed, exit 7)`) });
    const late = await on.run('exec', '--yes', '--clone', String(ids[0]), '--timeout', '1', '--', 'sleep 60');
    expect(late).toMatchObject({ code: 1, stdout: expect.stringContaining('(TimedOut, exit -1)') });
  });

  test('nobody runs a command but who has the key of the operators; a script leaves nothing running', async () => {
    const { endpoint, plan } = on.fleet;
    const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
    const ssm = new SSMClient({ endpoint, region: plan.region, credentials, maxAttempts: 1 });
    const InstanceIds = [...on.fleet.group.instances.keys()].slice(0, 1);
    const of = { DocumentName: 'AWS-RunShellScript', InstanceIds, Parameters: { commands: ['true'] } };
    await expect(ssm.send(new SendCommandCommand(of))).rejects.toMatchObject({ name: 'AccessDeniedException' });
    ssm.destroy();
    await on.run('exec', '--yes', '--clone', String(InstanceIds[0]), '--timeout', '1', '--', 'sleep 7123 & sleep 7123');
    const left = readdirSync('/proc').filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('sleep\u00007123');
      } catch {
        return false;
      }
    });
    expect(left).toEqual([]);
  });

  test('a command that is interrupted is ended on the clones, too', async () => {
    const list = () => on.fleet.processes.records.filter(({ name }) => name.endsWith(' command'));
    const exec = on.run('exec', '--yes', '--', 'sleep 100');
    await until('it goes on on both', async () => list().length === 2);
    process.emit('SIGINT');
    expect(await exec).toMatchObject({ code: 1, stderr: expect.stringContaining('interrupted') });
    operator.verifyRights('exec');
    await until('nothing of it is left', async () => list().length === 0);
  }, 60_000);

  test('what clones say is printed with clone and release, and can be searched', async () => {
    const visitor = new Visitor(on.fleet.url);
    await visitor.signUp();
    const { clone } = await visitor.call('GET', '/api/me');
    const stdout = await until('it is there', async () => {
      const said = await run('logs', clone.slice(0, 12), '--grep', '/api/me');
      return said !== '' && said;
    });
    expect(stdout).toMatch(new RegExp(`^${clone} ${on.fleet.images.first.release.slice(0, 12)}  \\{`));
    expect(
      stdout
        .trim()
        .split('\n')
        .every((line) => line.includes('/api/me')),
    ).toBe(true);
    expect(await run('logs', '--grep', 'nobody says this')).toBe('');
    await refuse(2, /^clonekit: a time must be a number and s, m, h or d, got: soon/, 'logs', '--since', 'soon');
  });
});

describe('databases and caches', () => {
  test('a cache fails over with what it holds, counted before and after', async () => {
    const visitor = new Visitor(on.fleet.url);
    await visitor.signUp();
    const { holds, itemsBefore, itemsAfter, probe } = await json('cache failover', 'sessions', '--probe', '--yes');
    expect(holds).toBe(true);
    expect([itemsBefore, itemsAfter]).toEqual([expect.any(Number), expect.any(Number)]);
    expect(itemsBefore).toBeGreaterThan(0);
    expect(probe).toMatchObject({ people: 5, sessionsLost: 0 });
    const me = await until('sessions are read again', async () => {
      const visit = await visitor.call('GET', '/api/me');
      return visit.status === 200 && visit;
    });
    expect(me.body.name).toBe(visitor.name);
    await refuse(
      1,
      /must have a replica that takes over by itself, got: 1 node/,
      'cache',
      'failover',
      'objects',
      '--yes',
    );
  });

  test('a replica that is not the stage’s, and a standby that is not there, are refused', async () => {
    await refuse(
      1,
      /^clonekit: database: must be one of the stage, got: other. They are: /,
      'db',
      'promote',
      'other',
      '--yes',
    );
    await refuse(1, /must be a replica, got: a primary/, 'db', 'promote', 'clonekit-dev-primary', '--yes');
    await refuse(1, /must have a standby, got: none/, 'db', 'failover', '--yes');
  });

  test('lag holds while replicas follow, and does not once one is a primary of its own', async () => {
    expect(await run('db lag')).toMatch(/clonekit-dev-replica-1 {2}available {2}[\d.]+ s/);
    await run('db promote', 'clonekit-dev-replica-1', '--yes');
    expect((await status()).database).toMatchObject([{ role: 'primary' }, { role: 'primary' }]);
    expect(await run('db lag')).toBe('no replicas\n');
  }, 60_000);
});

describe('rights', () => {
  test('every right of every verb was used here, but for that of a stage on Memcached', () => {
    expect(operator.listIdle()).toEqual({ verify: ['elasticache:DescribeCacheClusters'] });
  });

  test('every verb was used, but for those of databases with a standby, which are in failover.test.ts, and that of AWS alone', () => {
    const unused = Object.keys(rights).filter((verb) => !operator.used.has(verb as VerbWithRights));
    expect(unused.sort()).toEqual([...verbsOfStandbys, 'preflight'].sort());
  });
});
