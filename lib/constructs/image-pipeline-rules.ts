// What a pipeline for images refuses before anything is deployed.
import { Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { findArchitecture } from '../config/node-types';
import type { ImagePipelineProps } from './image-pipeline-props';
import { verifyProp, verifyRange, verifyReason } from './prop-rule';

/** @throws Error at the first rule that does not hold */
export function verifyImagePipeline(scope: Construct, props: ImagePipelineProps): void {
  const { name, architecture, instanceType, digest, baseAmiId, scan, diskGiB = 8 } = props;
  verifyProp(scope, {
    prop: 'name',
    holds: /^[a-z][a-z0-9-]{0,99}$/.test(name),
    rule: 'must begin with a letter and be of lower-case letters, digits and hyphens, at most 100',
    got: name,
    remedy: 'name it like shop-image',
  });
  const ofType = findArchitecture(instanceType);
  verifyProp(scope, {
    prop: 'instanceType',
    holds: Token.isUnresolved(instanceType) || ofType === undefined || ofType === architecture,
    rule: `must be of ${architecture}: what is baked boots on no other`,
    got: instanceType,
    remedy: `use ${architecture === 'arm64' ? 't4g.small' : 't3.small'}, or another architecture`,
  });
  verifyProp(scope, {
    prop: 'digest',
    holds: /^[0-9a-f]{64}$/.test(digest),
    rule: 'must be the digest of a release, 64 hexadecimal digits',
    got: digest,
    remedy: 'pass the `digest` of the release that was packed',
  });
  verifyProp(scope, {
    prop: 'baseAmiId',
    holds: baseAmiId === undefined || /^ami-[0-9a-f]{17}$/.test(baseAmiId),
    rule: 'must be a literal: ami- and 17 hexadecimal digits',
    got: baseAmiId,
    remedy: 'paste the id of the base image, or leave it out for the newest',
  });
  verifyReason(scope, 'scan', scan, 'write why nobody needs to know of its holes, or leave it out');
  verifyRange(scope, {
    prop: 'diskGiB',
    got: diskGiB,
    from: 8,
    to: 16384,
    remedy: 'use the size of the clones’ disks',
  });
}
