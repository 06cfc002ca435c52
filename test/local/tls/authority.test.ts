// Certificates of one fleet's own authority: what Node and servers make of them, accepted and refused.
import { createPublicKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, type Server } from 'node:tls';
import { type Authority, makeAuthority, makeServerTls } from '../../../lib/local/tls/authority';

const hosts = ['localhost', '127.0.0.1', '169.254.0.2'];
let authority: Authority;
let other: Authority;
let certificate: string;
let key: string;
let ca: X509Certificate;
let server: X509Certificate;

beforeAll(async () => {
  [authority, other] = await Promise.all([makeAuthority(), makeAuthority()]);
  ({ certificate, key } = await authority.issue(hosts));
  ca = new X509Certificate(authority.ca);
  server = new X509Certificate(certificate);
});

test('a server is vouched for by the authority, and by its own key', () => {
  expect(server.checkIssued(ca)).toBe(true);
  expect(server.verify(ca.publicKey)).toBe(true);
  expect(createPublicKey(key).equals(server.publicKey)).toBe(true);
});

test('it is one of these names and addresses, and no other', () => {
  expect([server.checkHost('localhost'), server.checkHost('elsewhere.example')]).toEqual(['localhost', undefined]);
  expect(['127.0.0.1', '169.254.0.2', '127.0.0.2'].map((host) => server.checkIP(host))).toEqual([
    '127.0.0.1',
    '169.254.0.2',
    undefined,
  ]);
});

test('a server is a server, and a client of its like: it cannot vouch for others', () => {
  const [serverAuth, clientAuth] = ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'];
  expect([ca.ca, server.ca]).toEqual([true, false]);
  expect(server.keyUsage).toEqual([serverAuth, clientAuth]);
});

test('both are good since yesterday, and for a year', () => {
  for (const { validFrom, validTo } of [ca, server]) {
    const days = (date: string): number => (Date.parse(date) - Date.now()) / (24 * 3600 * 1000);
    expect(days(validFrom)).toBeCloseTo(-1, 1);
    expect(days(validTo)).toBeCloseTo(365, 1);
  }
});

test('no two authorities have the same key, and no two certificates the same number', async () => {
  expect(new X509Certificate(other.ca).publicKey.equals(ca.publicKey)).toBe(false);
  const issued = await Promise.all(Array.from({ length: 3 }, () => authority.issue(hosts)));
  expect(new Set(issued.map((one) => new X509Certificate(one.certificate).serialNumber)).size).toBe(3);
});

describe('who connects to it', () => {
  let listening: Server;
  beforeAll(async () => {
    listening = createServer({ cert: certificate, key });
    listening.on('tlsClientError', () => {});
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => void listening.close());

  const join = (options: object): Promise<string> =>
    new Promise((resolve) => {
      const { port } = listening.address() as { port: number };
      const socket = connect({ host: '127.0.0.1', port, ...options }, () => {
        socket.destroy();
        resolve('connected');
      });
      socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(String(code)));
    });

  const refused = expect.stringMatching(/VERIFY|SIGNATURE|SELF_SIGNED/);
  test.each([
    ['trusts the authority, is let in', () => ({ ca: authority.ca }), 'connected'],
    [
      'means another host, is not',
      () => ({ ca: authority.ca, servername: 'elsewhere.example' }),
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
    ['trusts the authority of another fleet, is not', () => ({ ca: other.ca }), refused],
    ['trusts what systems trust, is not', () => ({}), refused],
  ])('and %s', async (_, toOptions, expected) => expect(await join(toOptions())).toEqual(expected));
});

test('on the disk are what is trusted, and one server: the authority’s own key is nowhere', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'clonekit-authority-'));
  try {
    const tls = await makeServerTls(join(folder, 'tls'), hosts);
    expect(readdirSync(join(folder, 'tls')).sort()).toEqual(['ca.pem', 'server.key', 'server.pem']);
    expect(readFileSync(tls.caFile, 'utf8')).toBe(tls.ca);
    const made = new X509Certificate(readFileSync(tls.certificateFile));
    expect(createPublicKey(readFileSync(tls.keyFile)).equals(made.publicKey)).toBe(true);
    for (const file of [tls.caFile, tls.certificateFile, tls.keyFile]) expect(statSync(file).mode & 0o777).toBe(0o600);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
