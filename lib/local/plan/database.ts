// One database with its parameters, as the template declares them.
import type { ResourceReader } from '../resource-reader';

export interface DatabasePlan {
  readonly role: 'primary' | 'replica';
  readonly key: string;
  readonly id: string;
  readonly instanceClass: string;
  readonly engine: string;
  readonly engineVersion: string;
  /** Name of its parameter group. */
  readonly parameterGroup: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly multiAz: boolean;
}

export function toDatabase(
  role: DatabasePlan['role'],
  database: ResourceReader,
  parameterGroups: ReadonlyMap<string, ResourceReader>,
): DatabasePlan {
  const parameterGroup = parameterGroups.get(database.findText('DBParameterGroupName') ?? '');
  const parameters = (parameterGroup?.find('Parameters') ?? {}) as Record<string, unknown>;
  return {
    role,
    key: database.key,
    id: database.physicalId,
    instanceClass: database.text('DBInstanceClass'),
    engine: database.findText('Engine') ?? 'mysql',
    engineVersion: database.findText('EngineVersion') ?? '',
    parameterGroup: database.findText('DBParameterGroupName') ?? 'default',
    parameters: Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value)])),
    multiAz: database.find('MultiAZ') === true,
  };
}
