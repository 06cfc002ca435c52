// A connection to a real memcached: bounded in time, back by itself, and over TLS only to whom the certificate names.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '../../../../lib/web/cache/memcached/connection';
import { Memcached } from '../../../../lib/web/cache/memcached/memcached';
import { pauseProcess } from '../../paused';
import { getFreePort, untilTrue } from '../../real-servers';
import { endMemcached, isDone, runMemcached } from '../real-engines';

const errors: Error[] = [];

const open = async (
  port: number,
  timeoutMilliseconds = 100,
): Promise<{ connection: Connection; memcached: Memcached }> => {
  const connection = new Connection({
    endpoint: { host: '127.0.0.1', port },
    tls: false,
    timeoutMilliseconds,
    toRetryDelay: () => 20,
    onError: (error) => errors.push(error),
  });
  await connection.connect();
  return { connection, memcached: new Memcached(connection) };
};

test('without a server commands fail at once, and later they do not', async () => {
  const port = await getFreePort();
  const { connection, memcached } = await open(port, 5_000);
  await expect(memcached.get('thing')).rejects.toThrow('There is no connection');
  const server = await runMemcached(port);
  await untilTrue('the server to answer', () => isDone(memcached.verifyReached()), server);
  connection.close();
  await endMemcached(server);
});

test('a server that hangs costs the time limit and no more, and its late replies confuse nobody', async () => {
  const port = await getFreePort();
  const server = await runMemcached(port);
  const { connection, memcached } = await open(port);
  await untilTrue('the server to answer', () => isDone(memcached.verifyReached()), server);
  await memcached.set('late', 'late', 60_000);
  pauseProcess(server.pid as number);
  const start = performance.now();
  await expect(memcached.get('late')).rejects.toThrow('did not answer within 100 ms');
  expect(performance.now() - start).toBeLessThan(600);
  server.kill('SIGCONT');
  await untilTrue('the server to answer', () => isDone(memcached.verifyReached()), server);
  expect(await memcached.get('absent')).toBeUndefined();
  connection.close();
  await endMemcached(server);
});

test('a server that dies fails what is under way, and is found again when it is back', async () => {
  const port = await getFreePort();
  let server = await runMemcached(port);
  const { connection, memcached } = await open(port, 5_000);
  await untilTrue('the server to answer', () => isDone(memcached.verifyReached()), server);
  pauseProcess(server.pid as number);
  const underWay = memcached.get('thing');
  await Promise.all([expect(underWay).rejects.toThrow('was lost'), endMemcached(server)]);
  server = await runMemcached(port);
  await untilTrue('the server to answer', () => isDone(memcached.verifyReached()), server);
  connection.close();
  await endMemcached(server);
});

test('what the server refuses is an error with its words', async () => {
  const port = await getFreePort();
  const server = await runMemcached(port);
  const { connection, memcached } = await open(port, 5_000);
  await untilTrue('the server to answer', () => isDone(memcached.verifyReached()), server);
  await expect(memcached.set('large', 'x'.repeat(2 << 20), 60_000)).rejects.toThrow('SERVER_ERROR object too large');
  expect(await memcached.set('small', 'x', 60_000)).toBe(true);
  connection.close();
  await endMemcached(server);
});

describe('over TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'clonekit-memcached-'));
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  let port: number;
  let server: Awaited<ReturnType<typeof runMemcached>>;

  beforeAll(async () => {
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const files = ['-keyout', key, '-out', certificate];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', ...files, ...subject], {
      stdio: 'ignore',
    });
    port = await getFreePort();
    server = await runMemcached(port, ['-Z', '-o', `ssl_chain_cert=${certificate},ssl_key=${key}`]);
  });

  afterAll(async () => {
    await endMemcached(server);
    rmSync(folder, { recursive: true, force: true });
  });

  /** In a process of its own, for it reads whom to trust when it starts. */
  function reach(host: string, ca?: string): string {
    const program = `
      const { Connection } = require(${JSON.stringify(join(__dirname, '../../../../lib/web/cache/memcached/connection'))});
      const connection = new Connection({
        endpoint: { host: '${host}', port: ${port} }, tls: true, timeoutMilliseconds: 5000, toRetryDelay: () => 20,
        onError: (error) => console.log(error.code),
      });
      connection.connect()
        .then(() => connection.send('mn'))
        .then(({ status }) => console.log(status), () => undefined)
        .finally(() => connection.close());`;
    const env = { PATH: process.env.PATH, ...(ca && { NODE_EXTRA_CA_CERTS: ca }) };
    const { stdout } = spawnSync(process.execPath, ['--import', 'tsx', '-e', program], { env, encoding: 'utf8' });
    return stdout.trim().split('\n')[0] ?? '';
  }

  test('it answers whoever trusts its authority, under the name in its certificate', async () => {
    await untilTrue('the server to answer', async () => reach('localhost', certificate) === 'MN', server);
  });

  test('another name is refused, and so is an authority that nobody trusts', () => {
    expect(reach('127.0.0.1', certificate)).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(reach('localhost')).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
  });
});
