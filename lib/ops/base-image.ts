// Which base image is the newest now: asked before a bake, so that recipe and lock name it by its id.
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { type BaseImage, toBaseParameter } from '../config/base-images';
import type { Architecture } from '../config/node-types';
import { OperatorError } from '../config/operator-error';
import type { Aws } from './aws';

/** @returns an AMI id of the target's region */
export async function getBaseAmiId(aws: Aws, base: BaseImage, architecture: Architecture): Promise<string> {
  const name = toBaseParameter(base, architecture);
  const { Parameter } = await aws.of(SSMClient).send(new GetParameterCommand({ Name: name }));
  const amiId = Parameter?.Value ?? '';
  if (/^ami-[0-9a-f]{17}$/.test(amiId)) return amiId;
  throw new OperatorError(
    `parameter ${name}: must be the id of an image, got: ${amiId || 'nothing'}; use another image.base`,
  );
}
