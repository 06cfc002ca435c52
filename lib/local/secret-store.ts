// The values of a fleet's secrets, as Secrets Manager would give them.
import { randomUUID } from 'node:crypto';
import { OperatorError } from '../config/operator-error';
import type { Address } from './physical';
import type { DatabasePlan } from './plan/database';
import { SecretVersions } from './secret-versions';
import { generateSecret, type SecretPlan } from './secrets';

export class SecretStore {
  readonly #versions = new Map<string, SecretVersions>();
  readonly createdAt = new Date();

  constructor(
    readonly plans: readonly SecretPlan[],
    private readonly addresses: ReadonlyMap<string, Address>,
    private readonly primary: Pick<DatabasePlan, 'id'> & { readonly databaseName: string },
  ) {}

  /** By ARN, name, or the ARN without its random end, as Secrets Manager finds one. */
  find(id: string): SecretPlan | undefined {
    return this.plans.find(({ arn, name }) => arn === id || name === id || arn.replace(/-[^-]{6}$/, '') === id);
  }

  /** The fields of a secret as it is now. */
  get(id: string): Record<string, string | number> {
    const plan = this.find(id);
    if (!plan) throw new OperatorError(`secrets: must be one the templates declare, got: ${id}`);
    return JSON.parse(this.versionsOf(plan).find({ stage: 'AWSCURRENT' })?.text ?? '{}');
  }

  /** The first is made when it is first asked for: by then it is known where everything listens. */
  versionsOf(plan: SecretPlan): SecretVersions {
    const known = this.#versions.get(plan.arn);
    if (known) return known;
    const versions = new SecretVersions();
    versions.put(randomUUID(), ['AWSCURRENT'], JSON.stringify({ ...generateSecret(plan), ...this.#whereabouts(plan) }));
    this.#versions.set(plan.arn, versions);
    return versions;
  }

  /** What Secrets Manager adds to a secret that is attached to a database. */
  #whereabouts({ attachedTo }: SecretPlan): Record<string, string | number> {
    const address = attachedTo && this.addresses.get(attachedTo);
    if (!address) return {};
    const { databaseName, id } = this.primary;
    return { engine: 'mysql', host: address.host, port: address.port, dbname: databaseName, dbInstanceIdentifier: id };
  }
}
