// A MySQL replica and a primary that stays away: real servers, since how long it is waited for is MySQL's own affair.
import { until } from '../../fleet/running-fleet';
import { type RealDatabase, startDatabase } from '../../web/real-servers';

let database: RealDatabase;

beforeAll(async () => {
  database = await startDatabase('mysql');
});

afterAll(async () => {
  await database?.stop();
});

const findStatus = async (): Promise<Record<string, unknown> | undefined> =>
  ((await database.administer('replica', 'SHOW REPLICA STATUS')) as Record<string, unknown>[])[0];

test('a replica goes on trying to reach its primary, and follows it again once it is back', async () => {
  await database.crashPrimary();
  await until('it has tried more often than MySQL does by itself', async () =>
    /attempt (1[1-9]|[2-9]\d)\//.test(String((await findStatus())?.Last_IO_Error)),
  );
  await database.restartPrimary();
  await until('it follows again', async () => (await findStatus())?.Replica_IO_Running === 'Yes');
}, 90_000);
