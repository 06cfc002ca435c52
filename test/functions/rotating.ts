// Secrets that rotate, behind Secrets Manager's and ElastiCache's own API: the twin, without the rest of a fleet.
import { randomUUID } from 'node:crypto';
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { Login, RotationHandler } from '../../lib/functions/rotation';
import type { Fleet } from '../../lib/local/fleet';
import type { RotationPlan } from '../../lib/local/plan/rotation';
import { SecretStore } from '../../lib/local/secret-store';
import type { SecretPlan } from '../../lib/local/secrets';
import type { CacheGroup } from '../../lib/local/servers/cache-group';
import { Twin } from '../../lib/local/twin/twin';

export const steps = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;
export type Step = (typeof steps)[number];

const region = 'eu-central-1';
export const arnOf = (name: string): string => `arn:aws:secretsmanager:${region}:000000000000:secret:${name}-abcdef`;

/** A secret whose password is generated, unless it is among the fields. */
export const toSecretPlan = (name: string, fields: Record<string, string>): SecretPlan => ({
  key: name,
  arn: arnOf(name),
  name,
  fields,
  generatedField: 'password' in fields ? undefined : 'password',
  length: 32,
  excluded: '',
});

interface RotatingOptions {
  secrets: SecretPlan[];
  caches?: CacheGroup[];
  /** Who rotates what when RotateSecret is called. @default - nobody: the test itself calls the steps */
  rotations?: (endpoint: string) => Pick<Fleet['rotations'], 'find' | 'hasCode' | 'start'>;
}

/** Everybody is told by the environment where AWS is, as on Lambda. */
export class Rotating {
  readonly secrets: SecretsManagerClient;
  /** Every password that was ever in a secret. */
  readonly passwords = new Set<string>();
  readonly #before = { ...process.env };
  private constructor(
    private readonly twin: Twin,
    private readonly store: SecretStore,
  ) {
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: twin.endpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: 'any',
      AWS_SECRET_ACCESS_KEY: 'any',
      CLONEKIT_TLS: 'off',
    });
    this.secrets = new SecretsManagerClient({ maxAttempts: 1 });
  }

  static async start({ secrets, caches = [], rotations }: RotatingOptions): Promise<Rotating> {
    const store = new SecretStore(secrets, new Map(), { id: 'primary', databaseName: 'clonekit' });
    const fleet = { secrets: store, caches, plan: { region }, emit: () => true };
    const find = (secretArn: string) => ({ secretArn }) as RotationPlan;
    const nobody = { find, hasCode: () => true, start: () => undefined };
    const twin = await Twin.start(fleet as unknown as Fleet);
    Object.assign(fleet, { rotations: rotations?.(twin.endpoint) ?? nobody });
    return new Rotating(twin, store);
  }

  async read(name: string, stage = 'AWSCURRENT'): Promise<Login> {
    const { SecretString } = await this.secrets.send(
      new GetSecretValueCommand({ SecretId: name, VersionStage: stage }),
    );
    return JSON.parse(SecretString ?? '');
  }

  /** Begins a rotation; returns the version it makes. */
  async begin(name: string): Promise<string> {
    const { VersionId } = await this.secrets.send(new RotateSecretCommand({ SecretId: name }));
    return VersionId as string;
  }

  /** Writes the pending version in the function's stead. */
  async forge(name: string, version: string, login: object): Promise<void> {
    const value = { SecretId: name, ClientRequestToken: version, VersionStages: ['AWSPENDING'] };
    await this.secrets.send(new PutSecretValueCommand({ ...value, SecretString: JSON.stringify(login) }));
  }

  async run(handler: RotationHandler, name: string, version: string, ...which: readonly string[]): Promise<void> {
    for (const Step of which) {
      try {
        await handler(
          { Step, SecretId: arnOf(name), ClientRequestToken: version },
          { getRemainingTimeInMillis: () => this.remainingMilliseconds },
        );
      } finally {
        this.#remember();
      }
    }
  }

  /** What Lambda says is left of the function's time. */
  remainingMilliseconds = 60_000;

  /** A whole rotation; the login that is current after it. */
  async rotate(handler: RotationHandler, name: string): Promise<Login> {
    await this.run(handler, name, await this.begin(name), ...steps);
    return await this.read(name);
  }

  #remember(): void {
    for (const plan of this.store.plans) {
      for (const { text } of this.store.versionsOf(plan).all) if (text) this.passwords.add(JSON.parse(text).password);
    }
  }

  async stop(): Promise<void> {
    this.secrets.destroy();
    await this.twin.stop();
    for (const name of Object.keys(process.env)) if (!(name in this.#before)) delete process.env[name];
    Object.assign(process.env, this.#before);
  }
}

export const anyVersion = (): string => randomUUID();
