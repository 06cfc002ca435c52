// The four steps in which Secrets Manager has a password replaced: the same whoever the user is.
import { randomInt } from 'node:crypto';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';

/** What Secrets Manager calls the function with, once a step. */
export interface RotationEvent {
  readonly Step: string;
  /** The secret's ARN. */
  readonly SecretId: string;
  /** Id of the version that is being made. */
  readonly ClientRequestToken: string;
}

/** What Lambda tells of the call itself. */
export interface RotationContext {
  getRemainingTimeInMillis(): number;
}

/** A secret as it is kept: who logs in, and what else is known of it, e.g. where. */
export interface Login {
  readonly username: string;
  readonly password: string;
  readonly host?: string;
  readonly port?: number | string;
  readonly dbname?: string;
}

/** What differs from one kind of user to another. Each may be asked again at any time, and must then come to the same. */
export interface Strategy {
  /** Who gets the new password, told by who has the current one. */
  toUsername(current: string): string;
  /** Makes the server accept the pending login beside the current one, or instead of it. */
  set(current: Login, pending: Login, context: RotationContext): Promise<void>;
  /** Throws unless the server accepts the pending login. */
  test(pending: Login, context: RotationContext): Promise<void>;
}

/** The only error whose words are handed on: those of drivers and parsers may quote a statement or a secret. */
export class RotationError extends Error {
  override readonly name = 'RotationError';
}

export type RotationHandler = (event: RotationEvent, context: RotationContext) => Promise<void>;

/** The function that Lambda calls; the strategy is chosen at each call, by the environment it then has. */
export const toHandler =
  (chooseStrategy: () => Strategy): RotationHandler =>
  async (event, context) => {
    const { Step: name, SecretId: secret } = event;
    const vault = new Vault(event);
    try {
      const step = Object.hasOwn(steps, name) ? steps[name] : undefined;
      if (!step) throw new RotationError(`step must be one of ${Object.keys(steps).join(', ')}, got: ${name}`);
      if (await vault.isDone()) return;
      await step(vault, chooseStrategy(), context);
      console.log(JSON.stringify({ step: name, secret, outcome: 'done' }));
    } catch (error) {
      const reason = toReason(error);
      console.log(JSON.stringify({ step: name, secret, outcome: 'failed', reason }));
      throw new RotationError(`${name} of ${secret}: ${reason}`);
    } finally {
      vault.close();
    }
  };

const steps: Record<string, (vault: Vault, strategy: Strategy, context: RotationContext) => Promise<void>> = {
  createSecret: async (vault, strategy) => {
    const current = await vault.get('AWSCURRENT');
    if (await vault.findPending()) return;
    await vault.putPending({ ...current, username: strategy.toUsername(current.username), password: toPassword() });
  },
  setSecret: async (vault, strategy, context) => {
    const current = await vault.get('AWSCURRENT');
    const pending = await vault.getPending();
    // A version that somebody else wrote could have a first user's password sent elsewhere, or lock the app out.
    if (pending.username !== strategy.toUsername(current.username) || pending.host !== current.host) {
      throw new RotationError('the pending version must be of the user whose turn it is, on the same host');
    }
    await strategy.set(current, pending, context);
  },
  testSecret: async (vault, strategy, context) => strategy.test(await vault.getPending(), context),
  finishSecret: (vault) => vault.makeCurrent(),
};

/** Everything that is asked of Secrets Manager for one step. */
class Vault {
  readonly #client = toSecretsManager();
  #current: string | undefined;

  constructor(private readonly event: RotationEvent) {}

  /** Whether this version is already current. Throws unless it is one that a rotation has begun. */
  async isDone(): Promise<boolean> {
    const { SecretId, ClientRequestToken: token } = this.event;
    const { RotationEnabled, VersionIdsToStages = {} } = await this.#client.send(
      new DescribeSecretCommand({ SecretId }),
    );
    if (!RotationEnabled) throw new RotationError('the secret must have rotation turned on');
    const stages = VersionIdsToStages[token];
    if (!stages) throw new RotationError(`version ${token} must be one of the secret's`);
    if (stages.includes('AWSCURRENT')) return true;
    if (!stages.includes('AWSPENDING')) throw new RotationError(`version ${token} must be staged AWSPENDING`);
    this.#current = Object.keys(VersionIdsToStages).find((id) => VersionIdsToStages[id]?.includes('AWSCURRENT'));
    return false;
  }

  get(stage: 'AWSCURRENT'): Promise<Login> {
    return readLogin(this.#client, this.event.SecretId, { VersionStage: stage });
  }

  getPending(): Promise<Login> {
    const { SecretId, ClientRequestToken: VersionId } = this.event;
    return readLogin(this.#client, SecretId, { VersionStage: 'AWSPENDING', VersionId });
  }

  /** Undefined before it was written for the first time. */
  async findPending(): Promise<Login | undefined> {
    try {
      return await this.getPending();
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  }

  async putPending(login: Login): Promise<void> {
    const { SecretId, ClientRequestToken } = this.event;
    const SecretString = JSON.stringify(login);
    const VersionStages = ['AWSPENDING'];
    await this.#client.send(new PutSecretValueCommand({ SecretId, ClientRequestToken, SecretString, VersionStages }));
  }

  /** Secrets Manager itself stages what was current as AWSPREVIOUS. */
  async makeCurrent(): Promise<void> {
    const { SecretId, ClientRequestToken: MoveToVersionId } = this.event;
    await this.#client.send(
      new UpdateSecretVersionStageCommand({
        SecretId,
        VersionStage: 'AWSCURRENT',
        MoveToVersionId,
        RemoveFromVersionId: this.#current,
      }),
    );
  }

  close(): void {
    this.#client.destroy();
  }
}

/** Short, so that a network without a way to AWS is told as that, and not as a function that took too long. */
export const toSecretsManager = (): SecretsManagerClient =>
  new SecretsManagerClient({ maxAttempts: 3, requestHandler: { connectionTimeout: 2000, requestTimeout: 5000 } });

export async function readLogin(
  client: SecretsManagerClient,
  SecretId: string,
  version: { VersionStage: string; VersionId?: string } = { VersionStage: 'AWSCURRENT' },
): Promise<Login> {
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId, ...version }));
  try {
    const login = JSON.parse(SecretString ?? '');
    if (login.username && login.password) return login;
  } catch {
    // The parser's own words quote what it read.
  }
  throw new RotationError(`secret ${SecretId} must be JSON with \`username\` and \`password\``);
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** 40 letters and digits, of the 41 that RDS takes: more than 230 bits, and nothing that a shell, an URL or SQL takes for its own. */
const toPassword = (): string => Array.from({ length: 40 }, () => alphabet[randomInt(alphabet.length)]).join('');

/** A code or a name, e.g. `ER_ACCESS_DENIED_ERROR`, `ECONNREFUSED`, `AccessDeniedException`. */
function toReason(error: unknown): string {
  if (error instanceof RotationError) return error.message;
  const { code, name } = error as { code?: unknown; name?: unknown };
  return String(code ?? name ?? 'unknown');
}
