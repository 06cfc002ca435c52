// Passwords are replaced while people write: the template's own functions do it, and nobody notices.
import { AutoScalingClient, DescribeAutoScalingInstancesCommand } from '@aws-sdk/client-auto-scaling';
import {
  GetSecretValueCommand,
  ListSecretsCommand,
  RotateSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { type RunningFleet, startFleet, until } from './running-fleet';
import { Visitor } from './visitor';

describe.each([
  ['mysql', 'valkey'],
  ['mariadb', 'redis'],
])('on %s and %s', (database, cache) => {
  let fleet: RunningFleet;
  let secrets: SecretsManagerClient;
  const client = () => ({
    endpoint: fleet.endpoint,
    region: fleet.region,
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
  });

  beforeAll(async () => {
    fleet = await startFleet({ CLONEKIT_DATABASE: database, CLONEKIT_CACHE: cache });
    secrets = new SecretsManagerClient(client());
  });
  afterAll(async () => {
    await fleet?.stop();
  });

  const read = async (SecretId: string): Promise<{ username: string; password: string }> =>
    JSON.parse((await secrets.send(new GetSecretValueCommand({ SecretId }))).SecretString ?? '{}');

  const rotate = async (SecretId: string): Promise<void> => {
    const before = await read(SecretId);
    await secrets.send(new RotateSecretCommand({ SecretId }));
    await until(`${SecretId} has another password`, async () => (await read(SecretId)).password !== before.password);
  };

  test('all three are replaced twice while articles are written, and none is lost', async () => {
    const { SecretList = [] } = await secrets.send(new ListSecretsCommand({}));
    const ids = SecretList.map(({ ARN }) => ARN as string);
    expect(ids).toHaveLength(3);
    const visitor = new Visitor(fleet.url);
    await visitor.signUp();
    const written: { id: unknown; status: number }[] = [];
    let isOver = false;
    const writing = (async () => {
      while (!isOver) {
        const { status, body } = await visitor.call('POST', '/api/articles', {
          title: 'One more',
          body: 'Some words.',
        });
        written.push({ id: body.id, status });
      }
    })();
    for (const id of [...ids, ...ids]) await rotate(id);
    isOver = true;
    await writing;
    expect(written.filter(({ status }) => status !== 201)).toEqual([]);
    expect(written.length).toBeGreaterThan(50);
    const last = await visitor.call('GET', `/api/articles/${written.at(-1)?.id}`);
    expect(last).toMatchObject({ status: 200, body: { title: 'One more' } });
  }, 120_000);

  test('a clone that is launched afterwards logs in with what is in the secrets now', async () => {
    const scaling = new AutoScalingClient(client());
    const list = async (): Promise<string[]> => {
      const { AutoScalingInstances = [] } = await scaling.send(new DescribeAutoScalingInstancesCommand({}));
      return AutoScalingInstances.filter(({ LifecycleState }) => LifecycleState === 'InService').map(
        ({ InstanceId }) => InstanceId as string,
      );
    };
    const [first = ''] = await list();
    expect((await fleet.clonekit(['kill', first, '--yes'])).code).toBe(0);
    await until('two others are in service', async () => {
      const now = await list();
      return now.length === 2 && !now.includes(first);
    });
    expect((await new Visitor(fleet.url).signUp()).status).toBe(200);
  }, 120_000);
});
