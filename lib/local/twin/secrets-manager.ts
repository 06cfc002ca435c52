// Secrets Manager: the fleet's own generated secrets, their versions, and the rotation of those that have one.
import { randomUUID } from 'node:crypto';
import * as schemas from '@aws-sdk/client-secrets-manager';
import type { Fleet } from '../fleet';
import type { SecretVersion, SecretVersions } from '../secret-versions';
import type { SecretPlan } from '../secrets';
import { AwsError, refuseFilters, type Service } from './service';

interface Asked {
  readonly plan: SecretPlan;
  readonly versions: SecretVersions;
}

function getSecret(id: string | undefined, { secrets }: Fleet): Asked {
  const plan = secrets.find(id ?? '');
  if (plan) return { plan, versions: secrets.versionsOf(plan) };
  throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
}

const toEntry = (plan: SecretPlan, { secrets, rotations }: Fleet): schemas.SecretListEntry => {
  const rotation = rotations.find(plan.arn);
  return {
    ARN: plan.arn,
    Name: plan.name,
    Description: plan.description,
    CreatedDate: secrets.createdAt,
    LastChangedDate: secrets.versionsOf(plan).all.at(-1)?.createdAt,
    RotationEnabled: rotation !== undefined,
    RotationLambdaARN: rotation?.functionArn,
    RotationRules: rotation && { AutomaticallyAfterDays: rotation.everyDays },
  };
};

const toStages = (versions: SecretVersions): Record<string, string[]> =>
  Object.fromEntries(versions.all.map(({ id, stages }) => [id, [...stages]]));

const invalid = (message: string): AwsError => new AwsError('InvalidParameterException', message);

/** The version a stage is to be taken from must be named, and must be the one. */
function verifyHolder(versions: SecretVersions, stage: string, named: string | undefined): void {
  const holder = versions.find({ stage })?.id;
  if (holder === named) return;
  throw invalid(
    `The parameter RemoveFromVersionId can't be ${named ? 'this version' : 'empty'}. ` +
      `Staging label ${stage} is currently attached to ${holder ? `version ${holder}` : 'no version'}.`,
  );
}

function verifyVersion(versions: SecretVersions, id: string): SecretVersion {
  const version = versions.find({ id });
  if (version) return version;
  throw new AwsError('ResourceNotFoundException', `Secrets Manager can't find the specified version, ${id}.`);
}

export const secretsManager: Service = {
  signingName: 'secretsmanager',
  protocol: 'json',
  namespace: 'secretsmanager',
  schemas,
  wrongTokenCode: 'InvalidNextTokenException',
  actions: {
    GetSecretValue: (input: schemas.GetSecretValueRequest, fleet): schemas.GetSecretValueResponse => {
      const { plan, versions } = getSecret(input.SecretId, fleet);
      const { VersionId: id, VersionStage: stage = id === undefined ? 'AWSCURRENT' : undefined } = input;
      const version = versions.find({ id, stage });
      if (version?.text === undefined) {
        const label = stage === undefined ? `VersionId: ${id}` : `staging label: ${stage}`;
        const missing = `Secrets Manager can't find the specified secret value for ${label}`;
        throw new AwsError('ResourceNotFoundException', missing);
      }
      return {
        ARN: plan.arn,
        Name: plan.name,
        VersionId: version.id,
        VersionStages: [...version.stages],
        SecretString: version.text,
        CreatedDate: version.createdAt,
      };
    },
    DescribeSecret: (input: schemas.DescribeSecretRequest, fleet): schemas.DescribeSecretResponse => {
      const { plan, versions } = getSecret(input.SecretId, fleet);
      return { ...toEntry(plan, fleet), VersionIdsToStages: toStages(versions) };
    },
    ListSecrets: (input: schemas.ListSecretsRequest, fleet): schemas.ListSecretsResponse => {
      refuseFilters(input.Filters);
      return { SecretList: fleet.secrets.plans.map((plan) => toEntry(plan, fleet)) };
    },
    PutSecretValue: (input: schemas.PutSecretValueRequest, fleet): schemas.PutSecretValueResponse => {
      const { plan, versions } = getSecret(input.SecretId, fleet);
      const {
        SecretString: text,
        ClientRequestToken: id = randomUUID(),
        VersionStages: stages = ['AWSCURRENT'],
      } = input;
      if (text === undefined) throw invalid('You must provide SecretString. The local twin keeps no binary.');
      const known = versions.find({ id })?.text;
      if (known !== undefined && known !== text) {
        const taken = "You can't modify an existing version, you can only create a new version.";
        throw new AwsError('ResourceExistsException', taken);
      }
      versions.put(id, stages, text);
      return { ARN: plan.arn, Name: plan.name, VersionId: id, VersionStages: [...verifyVersion(versions, id).stages] };
    },
    UpdateSecretVersionStage: (
      input: schemas.UpdateSecretVersionStageRequest,
      fleet,
    ): schemas.UpdateSecretVersionStageResponse => {
      const { plan, versions } = getSecret(input.SecretId, fleet);
      const { VersionStage: stage = '', MoveToVersionId: to, RemoveFromVersionId: from } = input;
      if (to !== undefined) verifyVersion(versions, to);
      else if (stage === 'AWSCURRENT') throw invalid('AWSCURRENT must be in some version.');
      if (to === undefined || versions.find({ stage })?.id !== to) verifyHolder(versions, stage, from);
      versions.move(stage, to);
      return { ARN: plan.arn, Name: plan.name };
    },
    RotateSecret: (input: schemas.RotateSecretRequest, fleet): schemas.RotateSecretResponse => {
      const { plan, versions } = getSecret(input.SecretId, fleet);
      const rotation = fleet.rotations.find(plan.arn);
      if (!rotation || !fleet.rotations.hasCode(rotation)) {
        const what = rotation ? 'code of the function that rotates' : 'function that rotates';
        throw new AwsError('InvalidRequestException', `There is no ${what} ${plan.name} on this machine.`);
      }
      if (input.RotationLambdaARN || input.RotationRules || input.RotateImmediately === false) {
        throw invalid('The local twin rotates at once, and as the template says.');
      }
      const pending = versions.find({ stage: 'AWSPENDING' });
      if (pending && !pending.stages.has('AWSCURRENT')) {
        fleet.rotations.start(rotation, pending.id);
        const again = "A previous rotation isn't complete. That rotation will be reattempted.";
        throw new AwsError('InvalidRequestException', again);
      }
      const id = input.ClientRequestToken ?? randomUUID();
      versions.put(id, ['AWSPENDING']);
      fleet.rotations.start(rotation, id);
      return { ARN: plan.arn, Name: plan.name, VersionId: id };
    },
  },
};
