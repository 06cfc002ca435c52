// The bucket of people's pictures, as the template declares it.
import { OperatorError } from '../../config/operator-error';
import type { ResourceReader } from '../resource-reader';

export interface PicturesPlan {
  readonly name: string;
}

/** @param name as the stack's output tells it */
export function toPictures(name: string, buckets: ReadonlyMap<string, ResourceReader>): PicturesPlan {
  if (buckets.has(name)) return { name };
  throw new OperatorError(`templates: must hold the bucket that the output of pictures names, got: ${name}`);
}
