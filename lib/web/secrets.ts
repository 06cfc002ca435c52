// Credentials from Secrets Manager, read when first needed and read again when a server no longer accepts them.
import * as z from 'zod';

const schema = z.object({
  username: z.string().min(1),
  password: z.string().min(1),
  /** The database's name, in the database's secret. */
  dbname: z.string().min(1).optional(),
});

export type Credentials = z.infer<typeof schema>;

/** Credentials younger than this are not asked for again: a storm of refusals must not become a storm of requests. */
const freshMilliseconds = 2_000;

export class Secret {
  #credentials: Promise<Credentials> | undefined;
  #readAt = 0;

  constructor(private readonly arn: string) {}

  /** The credentials as last read; concurrent callers share one request. */
  get(): Promise<Credentials> {
    if (!this.#credentials) {
      this.#readAt = Date.now();
      this.#credentials = readSecret(this.arn);
      this.#credentials.catch(() => {
        this.#credentials = undefined;
      });
    }
    return this.#credentials;
  }

  /** The credentials as they are now: for whoever was refused with those from `get`. */
  renew(): Promise<Credentials> {
    if (Date.now() - this.#readAt >= freshMilliseconds) this.#credentials = undefined;
    return this.get();
  }
}

/** Not imported above: the first answer must not wait for an SDK. */
export function loadSecretsManager() {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  return require('@aws-sdk/client-secrets-manager') as typeof import('@aws-sdk/client-secrets-manager');
}

async function readSecret(arn: string): Promise<Credentials> {
  const { GetSecretValueCommand, SecretsManagerClient } = loadSecretsManager();
  const region = arn.startsWith('arn:') ? arn.split(':')[3] : undefined;
  const client = new SecretsManagerClient({
    region,
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000 },
  });
  try {
    const answer = await client.send(new GetSecretValueCommand({ SecretId: arn }));
    return parseCredentials(arn, answer.SecretString ?? '');
  } finally {
    client.destroy();
  }
}

/** Says what is wrong without quoting: the parsers' own messages show pieces of what they read. */
function parseCredentials(arn: string, text: string): Credentials {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw new Error(`Secret ${arn} must be JSON with \`username\` and \`password\`.`);
  }
}
