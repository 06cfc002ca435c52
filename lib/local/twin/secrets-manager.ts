// Secrets Manager: the fleet's own generated secrets. The clones read their passwords here.
import * as schemas from '@aws-sdk/client-secrets-manager';
import type { Fleet } from '../fleet';
import { toHex } from '../physical';
import type { SecretPlan } from '../secrets';
import { AwsError, refuseFilters, type Service } from './service';

function getPlan(id: string | undefined, fleet: Fleet): SecretPlan {
  const plan = fleet.secrets.find(id ?? '');
  if (plan) return plan;
  throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
}

/** Version ids are UUIDs; this one is made of the ARN, since a value lives as long as the fleet. */
const toVersion = ({ arn }: SecretPlan): string =>
  toHex(arn, 32).replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');

const toEntry = (plan: SecretPlan, fleet: Fleet) => ({
  ARN: plan.arn,
  Name: plan.name,
  Description: plan.description,
  CreatedDate: fleet.secrets.createdAt,
  LastChangedDate: fleet.secrets.createdAt,
});

export const secretsManager: Service = {
  signingName: 'secretsmanager',
  protocol: 'json',
  namespace: 'secretsmanager',
  schemas,
  actions: {
    GetSecretValue: (input: schemas.GetSecretValueRequest, fleet): schemas.GetSecretValueResponse => {
      const plan = getPlan(input.SecretId, fleet);
      const { VersionStage: stage = 'AWSCURRENT', VersionId: version = toVersion(plan) } = input;
      if (stage !== 'AWSCURRENT' || version !== toVersion(plan)) {
        const missing = `Secrets Manager can't find the specified secret value for ${stage}, version ${version}`;
        throw new AwsError('ResourceNotFoundException', missing);
      }
      return {
        ARN: plan.arn,
        Name: plan.name,
        VersionId: toVersion(plan),
        VersionStages: ['AWSCURRENT'],
        SecretString: JSON.stringify(fleet.secrets.get(plan.arn)),
        CreatedDate: fleet.secrets.createdAt,
      };
    },
    DescribeSecret: (input: schemas.DescribeSecretRequest, fleet): schemas.DescribeSecretResponse => {
      const plan = getPlan(input.SecretId, fleet);
      return { ...toEntry(plan, fleet), VersionIdsToStages: { [toVersion(plan)]: ['AWSCURRENT'] } };
    },
    ListSecrets: (input: schemas.ListSecretsRequest, fleet): schemas.ListSecretsResponse => {
      refuseFilters(input.Filters);
      return { SecretList: fleet.secrets.plans.map((plan) => toEntry(plan, fleet)) };
    },
  },
};
