// The authorities that sign certificates of RDS, as a clone gets them.
import { X509Certificate } from 'node:crypto';
import { toAuthorities } from '../../lib/release/authorities';

const certificates = toAuthorities()
  .split(/(?<=-----END CERTIFICATE-----\n)/)
  .map((pem) => new X509Certificate(pem));

test('each is one, and Amazon’s', () => {
  expect(certificates.length).toBeGreaterThan(100);
  const others = certificates.filter(({ ca, subject }) => !ca || !/CN=(Amazon|Starfield Services) R/.test(subject));
  expect(others.map(({ subject }) => subject)).toEqual([]);
});

test.each(['eu-central-1', 'eu-west-1', 'us-east-1', 'ap-southeast-2'])(
  'those of %s are there for every kind of key, and good for years',
  (region) => {
    const names = certificates
      .filter(({ validTo }) => new Date(validTo) > new Date('2040-01-01'))
      .flatMap(({ subject }) => /CN=(Amazon RDS .*)/.exec(subject)?.[1] ?? []);
    for (const key of ['RSA2048', 'RSA4096', 'ECC384'])
      expect(names).toContain(`Amazon RDS ${region} Root CA ${key} G1`);
  },
);
