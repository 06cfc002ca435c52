// A certificate authority of one fleet: made when it starts, and forgotten at once, so that nobody can sign by it again.
import { KeyObject, webcrypto } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type JsonGeneralName,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

export interface Authority {
  /** What is trusted, as PEM. */
  readonly ca: string;
  /** A certificate for a server that is reached by these names and addresses, and the key to it, as PEM. */
  issue(hosts: readonly string[]): Promise<{ readonly certificate: string; readonly key: string }>;
}

/** What a server needs to prove who it is, and others to believe it. */
export interface ServerTls {
  /** What is trusted, as PEM. */
  readonly ca: string;
  readonly caFile: string;
  readonly certificateFile: string;
  readonly keyFile: string;
}

const dayMs = 24 * 3600 * 1000;
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

const makeKeys = (isExtractable: boolean) =>
  webcrypto.subtle.generateKey(algorithm, isExtractable, ['sign', 'verify']) as Promise<webcrypto.CryptoKeyPair>;

const toAltName = (host: string): JsonGeneralName => ({ type: isIP(host) ? 'ip' : 'dns', value: host });

export async function makeAuthority(): Promise<Authority> {
  const keys = await makeKeys(false);
  const name = 'CN=clonekit\\, one fleet on this machine';
  const common = {
    // A clock that is behind must not see a certificate of the future.
    notBefore: new Date(Date.now() - dayMs),
    notAfter: new Date(Date.now() + 365 * dayMs),
    signingAlgorithm: algorithm,
  };
  const ca = await X509CertificateGenerator.createSelfSigned({
    ...common,
    name,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const issue: Authority['issue'] = async (hosts) => {
    const { publicKey, privateKey } = await makeKeys(true);
    const certificate = await X509CertificateGenerator.create({
      ...common,
      subject: 'CN=clonekit server',
      issuer: name,
      publicKey,
      signingKey: keys.privateKey,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        // Nodes of a cluster of caches are clients of each other.
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
        new SubjectAlternativeNameExtension(hosts.map(toAltName)),
        await SubjectKeyIdentifierExtension.create(publicKey),
        await AuthorityKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    const key = KeyObject.from(privateKey).export({ type: 'pkcs8', format: 'pem' });
    return { certificate: `${certificate.toString('pem')}\n`, key: String(key) };
  };
  return { ca: `${ca.toString('pem')}\n`, issue };
}

/** One certificate for all servers of a fleet, in a folder that is made for it. */
export async function makeServerTls(
  folder: string,
  hosts: readonly string[],
  authority?: Authority,
): Promise<ServerTls> {
  const { ca, issue } = authority ?? (await makeAuthority());
  const { certificate, key } = await issue(hosts);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const write = (name: string, content: string): string => {
    const file = join(folder, name);
    writeFileSync(file, content, { mode: 0o600 });
    return file;
  };
  return {
    ca,
    caFile: write('ca.pem', ca),
    certificateFile: write('server.pem', certificate),
    keyFile: write('server.key', key),
  };
}
