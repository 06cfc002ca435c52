// What operators do to the databases of a fleet whose primary has a standby, and what clones and people see of it.
import {
  CreateBlueGreenDeploymentCommand,
  DeleteBlueGreenDeploymentCommand,
  DescribeBlueGreenDeploymentsCommand,
  DescribeDBInstancesCommand,
  RDSClient,
  RebootDBInstanceCommand,
  SwitchoverBlueGreenDeploymentCommand,
} from '@aws-sdk/client-rds';
import type { Database } from '../../lib/local/servers/database';
import { Aws } from '../../lib/ops/aws';
import { planWith } from '../local/planned';
import { type InProcess, startInProcess } from './in-process';
import { Operator, verbsOfStandbys } from './operator';
import { until } from './running-fleet';
import { Visitor } from './visitor';

let on: InProcess;
let operator: Operator;
let aws: Aws;
beforeAll(async () => {
  const declared = planWith((config) => {
    config.database.multiAz = true;
  });
  const plan = {
    ...declared,
    group: { ...declared.group, warmUpSeconds: 0, graceSeconds: 1 },
    // A clone that will never be ready is given up soon.
    toUserData: (...given: Parameters<typeof declared.toUserData>) =>
      declared.toUserData(...given).replace(/(CLONEKIT_READY_SECONDS=)\d+/, '$15'),
  };
  on = await startInProcess(plan);
  operator = new Operator(on);
  aws = new Aws({ stage: 'dev', endpoint: on.fleet.endpoint, region: on.fleet.plan.region });
}, 120_000);
afterAll(async () => {
  aws?.close();
  await on?.stop();
});

const rds = () => aws.of(RDSClient);
const listInstances = async () => (await rds().send(new DescribeDBInstancesCommand({}))).DBInstances ?? [];
const getDeployment = async () =>
  (await rds().send(new DescribeBlueGreenDeploymentsCommand({}))).BlueGreenDeployments?.[0];

/** Somebody who writes all the time. */
class Writer {
  readonly visitor = new Visitor(on.fleet.url);
  readonly #written: string[] = [];
  #goesOn = true;
  #going: Promise<void> = Promise.resolve();

  get written(): number {
    return this.#written.length;
  }

  async begin(): Promise<void> {
    await this.visitor.signUp();
    this.#going = (async () => {
      for (let turn = 0; this.#goesOn; turn++) {
        const { status, body } = await this.visitor.call('POST', '/api/articles', { title: `${turn}`, body: 'text' });
        if (status === 201) this.#written.push(String(body.id));
      }
    })();
  }

  /** @returns articles that were acknowledged and are not there */
  async end(): Promise<string[]> {
    this.#goesOn = false;
    await this.#going;
    const lost: string[] = [];
    for (const id of this.#written) {
      if ((await this.visitor.call('GET', `/api/articles/${id}`)).status !== 200) lost.push(id);
    }
    return lost;
  }
}

test('status and the twin show the standby as what RDS shows: Multi-AZ, and no instance of its own', async () => {
  expect((await operator.json('status')).database).toMatchObject([
    { role: 'primary', multiAz: true },
    { role: 'replica', multiAz: false },
  ]);
});

test('db failover: the standby takes over, and no acknowledged write is lost', async () => {
  const { pid } = on.fleet.databases[0]?.process ?? {};
  const writer = new Writer();
  await writer.begin();
  await until('some are written', async () => writer.written > 10);
  expect(await operator.run('db failover', '--yes')).toContain('clonekit-dev-primary runs where its standby was');
  const many = writer.written;
  await until('writes go on', async () => writer.written > many + 10);
  expect(await writer.end()).toEqual([]);
  expect(on.fleet.databases[0]?.process.pid).not.toBe(pid);
  const [primary, replica] = await listInstances();
  expect(primary).toMatchObject({ MultiAZ: true, ReadReplicaDBInstanceIdentifiers: [replica?.DBInstanceIdentifier] });
  expect(replica).toMatchObject({ ReadReplicaSourceDBInstanceIdentifier: primary?.DBInstanceIdentifier });
}, 120_000);

test('a primary that died has no standby until that is built anew, and no failover meanwhile', async () => {
  const { events, databaseFleet } = on.fleet;
  const primary = () => databaseFleet.instances[0] as Database;
  const countOver = () => events.all.filter(({ message }) => /failover completed/.test(message)).length;
  const isProtected = async () => databaseFleet.standbys.isProtected(primary());
  await until('there is a standby', isProtected);
  const before = countOver();
  process.kill(primary().process.pid, 'SIGKILL');
  await until('it has taken over', async () => countOver() > before);
  const failover = { DBInstanceIdentifier: primary().plan.id, ForceFailover: true };
  await expect(rds().send(new RebootDBInstanceCommand(failover))).rejects.toThrow(/standby of .* is not there yet/);
  await until('there is one again', isProtected);
});

test('drill db-failover: nobody is signed out and nothing read is older than what was written', async () => {
  const { evidence } = await operator.json('drill db-failover', '--yes');
  expect(evidence).toMatchObject({ passed: true, broken: [], probe: { sessionsLost: 0, staleReads: 0 } });
}, 120_000);

test('of a replica that hangs nobody knows how far it is behind, and it is not promoted by what it was', async () => {
  const pid = on.fleet.databases[1]?.process.pid as number;
  expect(await operator.run('db lag')).toMatch(/clonekit-dev-replica-1 {2}available {2}[\d.]+ s/);
  process.kill(pid, 'SIGSTOP');
  try {
    // A figure is of a minute: with the next one there is none.
    await until('no lag is told', async () => (await on.run('db', 'lag')).code === 1, 100);
    await operator.refuse(1, /replication that tells no lag/, 'db', 'promote', 'clonekit-dev-replica-1', '--yes');
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await until('it is told again', async () => (await on.run('db', 'lag')).code === 0);
}, 180_000);

describe('blue/green deployments', () => {
  const create = (source: string, more: object = {}) =>
    rds().send(
      new CreateBlueGreenDeploymentCommand({
        ...{ BlueGreenDeploymentName: 'upgrade', Source: `arn:aws:rds:eu-central-1:000000000000:db:${source}` },
        ...more,
      }),
    );

  const countFailovers = () => on.fleet.events.all.filter(({ message }) => /failover started/.test(message)).length;

  test('a switchover is refused while there is nothing to switch to, and while it is being made', async () => {
    await operator.refuse(1, /must have a blue\/green deployment, got: none/, 'db', 'switchover', '--yes');
    await expect(create('clonekit-dev-replica-1')).rejects.toMatchObject({ name: 'SourceDatabaseNotSupportedFault' });
    await expect(create('nobody')).rejects.toMatchObject({ name: 'DBInstanceNotFoundFault' });
    await create('clonekit-dev-primary', { TargetDBInstanceClass: 'db.t4g.small' });
    expect((await getDeployment())?.Status).toBe('PROVISIONING');
    await operator.refuse(1, /must be AVAILABLE, got: PROVISIONING/, 'db', 'switchover', '--yes');
    const again = create('clonekit-dev-primary');
    await expect(again).rejects.toMatchObject({ name: 'BlueGreenDeploymentAlreadyExistsFault' });
  });

  test('green is a copy of all: it follows, and has what was written before and since', async () => {
    const stati = new Set<string | undefined>();
    await until('it is there', async () => {
      for (const { DBInstanceStatus } of (await listInstances()).slice(2)) stati.add(DBInstanceStatus);
      return (await getDeployment())?.Status === 'AVAILABLE';
    });
    expect(stati).toContain('creating');
    const ids = (await listInstances()).map(({ DBInstanceIdentifier }) => DBInstanceIdentifier);
    expect(ids.map((id) => id?.replace(/-green-[a-z0-9]{6}$/, ' green'))).toEqual([
      ...['clonekit-dev-primary', 'clonekit-dev-replica-1'],
      ...['clonekit-dev-primary green', 'clonekit-dev-replica-1 green'],
    ]);
    const counts = () =>
      Promise.all(on.fleet.databases.map((one) => one.query('SELECT COUNT(*) AS n FROM clonekit.articles')));
    await until('all have the same', async () => new Set((await counts()).map(([row]) => row?.n)).size === 1);
  }, 60_000);

  test('db switchover: green has the names and addresses, nothing acknowledged is lost, and blue takes no writes', async () => {
    // A lag is the average of a minute, and at first green had all to catch up with.
    const isNear = async () => (await on.run('db', 'switchover', '--dry-run')).code === 0;
    await until('green is near enough for the least of a minute', isNear, 120);
    const before = on.fleet.databases.slice(0, 2).map(({ address }) => address);
    const failovers = countFailovers();
    const writer = new Writer();
    await writer.begin();
    await until('some are written', async () => writer.written > 10);
    expect(await operator.run('db switchover', '--yes')).toMatch(/-green-\w{6} is clonekit-dev-primary now/);
    const many = writer.written;
    await until('writes go on', async () => writer.written > many + 10);
    expect(await writer.end()).toEqual([]);
    expect(on.fleet.databases.slice(0, 2).map(({ address }) => address)).toEqual(before);
    expect(await listInstances()).toMatchObject([
      { DBInstanceIdentifier: 'clonekit-dev-primary', DBInstanceClass: 'db.t4g.small', MultiAZ: true },
      {
        DBInstanceIdentifier: 'clonekit-dev-replica-1',
        ReadReplicaSourceDBInstanceIdentifier: 'clonekit-dev-primary',
      },
      { DBInstanceIdentifier: 'clonekit-dev-primary-old1' },
      {
        DBInstanceIdentifier: 'clonekit-dev-replica-1-old1',
        ReadReplicaSourceDBInstanceIdentifier: 'clonekit-dev-primary-old1',
      },
    ]);
    // Who is renamed is not taken for dead.
    expect(countFailovers()).toBe(failovers);
    const [row] = (await on.fleet.databases[2]?.query('SELECT @@GLOBAL.read_only AS refuses')) ?? [];
    expect(row?.refuses).toBe(1);
    await operator.refuse(1, /must have a blue\/green deployment, got: none/, 'db', 'switchover', '--yes');
  }, 240_000);

  test('one that has switched over is not switched again, and goes without its databases', async () => {
    const { BlueGreenDeploymentIdentifier } = (await getDeployment()) ?? {};
    const again = rds().send(new SwitchoverBlueGreenDeploymentCommand({ BlueGreenDeploymentIdentifier }));
    await expect(again).rejects.toMatchObject({ name: 'InvalidBlueGreenDeploymentStateFault' });
    await rds().send(new DeleteBlueGreenDeploymentCommand({ BlueGreenDeploymentIdentifier }));
    await until('it is gone', async () => (await getDeployment()) === undefined);
    expect(await listInstances()).toHaveLength(4);
  });

  test('a failover goes on to work after it', async () => {
    await operator.run('db failover', '--yes');
    const register = () =>
      new Visitor(on.fleet.url).signUp().then(
        () => true,
        () => false,
      );
    await until('people can register', register);
  }, 120_000);

  test('copies that are not wanted are deleted with their processes', async () => {
    await create('clonekit-dev-primary', { BlueGreenDeploymentName: 'second' });
    await until('it is there', async () => (await getDeployment())?.Status === 'AVAILABLE');
    const { BlueGreenDeploymentIdentifier } = (await getDeployment()) ?? {};
    const processes = on.fleet.processes.records.length;
    await rds().send(new DeleteBlueGreenDeploymentCommand({ BlueGreenDeploymentIdentifier, DeleteTarget: true }));
    await until('it is gone', async () => (await getDeployment()) === undefined);
    expect(await listInstances()).toHaveLength(4);
    // A primary, its standby and a replica.
    expect(on.fleet.processes.records).toHaveLength(processes - 3);
  }, 60_000);
});

test('drill bad-release: no clone of it gets a request, and the roll goes back by itself', async () => {
  const { evidence } = await operator.json('drill bad-release', '--yes');
  expect(evidence).toMatchObject({ passed: true, broken: [], probe: { sessionsLost: 0, serverErrors: 0 } });
  expect(on.fleet.group.refreshes[0]?.status).toBe('RollbackSuccessful');
}, 240_000);

test('those verbs asked for every right they have, and for no other', () => {
  expect(verbsOfStandbys.filter((verb) => !operator.used.has(verb))).toEqual([]);
  expect(operator.listIdle()).toEqual({
    // Of a drill that is interrupted while its roll goes on.
    'drill bad-release': ['autoscaling:RollbackInstanceRefresh', 'autoscaling:CancelInstanceRefresh'],
  });
});
