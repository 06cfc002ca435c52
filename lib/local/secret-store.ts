// The values of a fleet's secrets, as Secrets Manager would give them.
import { OperatorError } from '../config/operator-error';
import type { Address } from './physical';
import type { DatabasePlan } from './plan/database';
import { generateSecret, type SecretPlan } from './secrets';

export class SecretStore {
  readonly #values = new Map<string, Record<string, string>>();
  readonly createdAt = new Date();

  constructor(
    readonly plans: readonly SecretPlan[],
    private readonly addresses: ReadonlyMap<string, Address>,
    private readonly primary: DatabasePlan & { readonly databaseName: string },
  ) {
    for (const plan of plans) this.#values.set(plan.arn, generateSecret(plan));
  }

  /** By ARN, name, or the ARN without its random end, as Secrets Manager finds one. */
  find(id: string): SecretPlan | undefined {
    return this.plans.find(({ arn, name }) => arn === id || name === id || arn.replace(/-[^-]{6}$/, '') === id);
  }

  /** The fields of a secret; of one that is attached to a database, with where that is. */
  get(id: string): Record<string, string | number> {
    const plan = this.find(id);
    if (!plan) throw new OperatorError(`secrets: must be one the templates declare, got: ${id}`);
    const address = plan.attachedTo && this.addresses.get(plan.attachedTo);
    const where: Record<string, string | number> = address
      ? {
          engine: 'mysql',
          host: address.host,
          port: address.port,
          dbname: this.primary.databaseName,
          dbInstanceIdentifier: this.primary.id,
        }
      : {};
    return { ...this.#values.get(plan.arn), ...where };
  }
}
