// SSM's parameters: made, read and deleted by whoever operates the fleet, and gone with it.
import type * as schemas from '@aws-sdk/client-ssm';
import type { Fleet } from '../fleet';
import { account } from '../physical';
import { AwsError, type Handler } from './service';

export interface StoredParameter {
  readonly name: string;
  readonly value: string;
  readonly type: string;
  readonly version: number;
  readonly changedAt: Date;
}

const notFound = (name: string) => new AwsError('ParameterNotFound', `Parameter ${name} not found.`);

const toParameter = (
  { name, value, type, version, changedAt }: StoredParameter,
  { plan }: Fleet,
): schemas.Parameter => ({
  Name: name,
  Type: type as schemas.ParameterType,
  Value: value,
  Version: version,
  LastModifiedDate: changedAt,
  ARN: `arn:aws:ssm:${plan.region}:${account}:parameter${name.startsWith('/') ? '' : '/'}${name}`,
  DataType: 'text',
});

export const parameterActions: Readonly<Record<string, Handler>> = {
  PutParameter: (input: schemas.PutParameterRequest, { parameters }): schemas.PutParameterResult => {
    const { Name: name = '', Value: value = '', Type = 'String', Overwrite } = input;
    if (name === '' || value === '')
      throw new AwsError('ValidationException', 'A parameter must have a name and a value.');
    const known = parameters.get(name);
    if (known && !Overwrite) {
      throw new AwsError(
        'ParameterAlreadyExists',
        'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
      );
    }
    const version = (known?.version ?? 0) + 1;
    parameters.set(name, { name, value, type: Type, version, changedAt: new Date() });
    return { Version: version, Tier: 'Standard' };
  },
  GetParameter: ({ Name = '' }: schemas.GetParameterRequest, fleet): schemas.GetParameterResult => {
    const found = fleet.parameters.get(Name);
    if (!found) throw notFound(Name);
    return { Parameter: toParameter(found, fleet) };
  },
  GetParameters: ({ Names = [] }: schemas.GetParametersRequest, fleet): schemas.GetParametersResult => ({
    Parameters: Names.flatMap((name) => {
      const found = fleet.parameters.get(name);
      return found ? [toParameter(found, fleet)] : [];
    }),
    InvalidParameters: Names.filter((name) => !fleet.parameters.has(name)),
  }),
  DeleteParameter: ({ Name = '' }: schemas.DeleteParameterRequest, { parameters }): schemas.DeleteParameterResult => {
    if (!parameters.delete(Name)) throw notFound(Name);
    return {};
  },
};
