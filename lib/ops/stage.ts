// What a stage consists of, found from the outputs of its stacks.
import { outputs, type StageName } from '../config/names';
import { OperatorError } from '../config/operator-error';
import type { Aws } from './aws';
import { getStageOutputs } from './stage-outputs';

export interface Stage {
  readonly name: StageName;
  readonly url: string;
  /** Digest of the release that the stack was deployed with. */
  readonly release: string;
  readonly loadBalancerArn: string;
  readonly targetGroupArn: string;
  readonly groupName: string;
  /** Log group of the clones. */
  readonly logGroup: string;
  readonly sessionsId: string;
  readonly objectsId: string;
  readonly primaryId: string;
  readonly replicaIds: readonly string[];
}

/** @throws OperatorError when a stack is not there, or of an earlier clonekit that told less */
export async function getStage(aws: Aws): Promise<Stage> {
  const { stage } = aws.target;
  const [fleet, data] = await Promise.all([getStageOutputs(aws, 'fleet'), getStageOutputs(aws, 'data')]);
  const get = (from: Readonly<Record<string, string>>, name: string): string => {
    const value = from[name];
    if (value !== undefined) return value;
    throw new OperatorError(`stage ${stage}: its stacks must have the output ${name}, got: none. Deploy them again`);
  };
  return {
    name: stage,
    url: get(fleet, outputs.fleet.url),
    release: get(fleet, outputs.fleet.release),
    loadBalancerArn: get(fleet, outputs.fleet.loadBalancerArn),
    targetGroupArn: get(fleet, outputs.fleet.targetGroupArn),
    groupName: get(fleet, outputs.fleet.groupName),
    logGroup: get(fleet, outputs.fleet.logGroup),
    sessionsId: get(data, outputs.data.sessionsId),
    objectsId: get(data, outputs.data.objectsId),
    primaryId: get(data, outputs.data.primaryId),
    replicaIds: (data[outputs.data.replicaIds] ?? '').split(',').filter(Boolean),
  };
}
