// Users that a rotation makes, in the plan of a real stage.
import { stackName } from '../../../lib/config/names';
import type { StageConfig } from '../../../lib/config/stage-config';
import { getStages } from '../../../lib/config/stages';
import { toPlan } from '../../../lib/local/plan';
import { SecretStore } from '../../../lib/local/secret-store';
import type { Resource } from '../../../lib/local/template';
import { toTemplates } from '../planned';

const config = getStages('dev')[0] as StageConfig;
const data = stackName('dev', 'data');

/** dev with a user of its own, rotated by a function, beside whatever it has. */
const planWithUser = (variables: Record<string, unknown>) => {
  const templates = structuredClone(toTemplates(config));
  const resources = templates[data]?.Resources as Record<string, Resource>;
  const [primary] = Object.keys(resources).filter((id) => resources[id]?.Properties?.DBName);
  Object.assign(resources, {
    ExtraSecret: {
      Type: 'AWS::SecretsManager::Secret',
      Properties: {
        GenerateSecretString: { SecretStringTemplate: '{"username":"extra"}', GenerateStringKey: 'password' },
      },
    },
    ExtraAttachment: {
      Type: 'AWS::SecretsManager::SecretTargetAttachment',
      Properties: { SecretId: { Ref: 'ExtraSecret' }, TargetId: { Ref: primary } },
    },
    ExtraFunction: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Code: { S3Bucket: 'any', S3Key: 'prefix/0123.zip' },
        Handler: 'index.handler',
        Environment: { Variables: variables },
      },
    },
    ExtraSchedule: {
      Type: 'AWS::SecretsManager::RotationSchedule',
      // What is attached is referred to through the attachment.
      Properties: {
        SecretId: { Ref: 'ExtraAttachment' },
        RotationLambdaARN: { 'Fn::GetAtt': ['ExtraFunction', 'Arn'] },
      },
    },
  });
  return toPlan('dev', config.region, templates);
};
const extraArn = expect.stringMatching(/:secret:clonekit-dev-data-extrasecret-/);

test('a function with a first user’s secret declares a user, with its privileges', () => {
  const plan = planWithUser({ CLONEKIT_FIRST_USER_SECRET: 'arn', CLONEKIT_PRIVILEGES: 'SELECT, INSERT' });
  expect(plan.databaseUsers).toContainEqual({ secretArn: extraArn, privileges: 'SELECT, INSERT' });
  expect(plan.rotations).toContainEqual(
    expect.objectContaining({ secretArn: extraArn, asset: 'asset.0123', timeoutSeconds: 3 }),
  );
});

test('one without declares none: it is the first user’s own', () => {
  const plan = planWithUser({});
  expect(plan.databaseUsers).not.toContainEqual(expect.objectContaining({ secretArn: extraArn }));
  expect(plan.rotations).toContainEqual(expect.objectContaining({ secretArn: extraArn }));
});

test('a schedule whose function is not there is refused', () => {
  const templates = structuredClone(toTemplates(config));
  Object.assign(templates[data]?.Resources as object, {
    Schedule: {
      Type: 'AWS::SecretsManager::RotationSchedule',
      Properties: { SecretId: 'arn', RotationLambdaARN: 'arn:aws:lambda:eu-central-1:1:function:elsewhere' },
    },
  });
  expect(() => toPlan('dev', config.region, templates)).toThrow(
    `${data}: Schedule.RotationLambdaARN must name a function of the templates, got: arn:aws:lambda:eu-central-1:1:function:elsewhere`,
  );
});

test('the user’s secret says where the database is, as Secrets Manager writes it', () => {
  const plan = planWithUser({ CLONEKIT_FIRST_USER_SECRET: 'arn' });
  const addresses = new Map([[plan.primary.key, { host: '127.0.0.1', port: 3333 }]]);
  const { secretArn } = plan.databaseUsers.at(-1) as { secretArn: string };
  expect(new SecretStore(plan.secrets, addresses, plan.primary).get(secretArn)).toEqual({
    username: 'extra',
    password: expect.stringMatching(/^\w{32}$/),
    engine: 'mysql',
    host: '127.0.0.1',
    port: 3333,
    dbname: plan.primary.databaseName,
    dbInstanceIdentifier: plan.primary.id,
  });
});
