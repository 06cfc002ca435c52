// Who may do what in a database of the fleet, asked of the servers themselves.
import { createConnection } from 'mysql2/promise';
import { flavours, type RealDatabase, startDatabase } from '../../web/real-servers';

const app = { username: 'test_app', password: 'password-of-the-app', privileges: 'SELECT, INSERT' };

describe.each(flavours)('on %s', (flavour) => {
  let server: RealDatabase;

  beforeAll(async () => {
    server = await startDatabase(flavour, [app]);
  });

  afterAll(async () => {
    await server?.stop();
  });

  test.each(['primary', 'replica'] as const)(
    'a user of the template may on the %s what it was given, and no more',
    async (role) => {
      const rows = (await server.administer(role, "SHOW GRANTS FOR 'test_app'@'%'")) as Record<string, string>[];
      const grants = rows.map((row) => String(Object.values(row)[0])).filter((line) => !line.startsWith('GRANT USAGE'));
      expect(grants).toEqual([expect.stringMatching(/^GRANT SELECT, INSERT ON .clonekit.\.\* TO .test_app.@.%.$/)]);
    },
  );

  test('it logs in with its own password', async () => {
    const { username: user, password } = app;
    for (const port of [server.primaryPort, server.replicaPort]) {
      const connection = await createConnection({ host: '127.0.0.1', port, user, password });
      connection.destroy();
    }
  });
});
