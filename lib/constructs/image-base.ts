// What an image stands on: where its recipe finds the base image, and what that lacks to be baked by Image Builder.
import { Fn, Stack } from 'aws-cdk-lib';
import type { CfnImageRecipe } from 'aws-cdk-lib/aws-imagebuilder';
import type { Construct } from 'constructs';
import { type BaseImage, toBaseParameter } from '../config/base-images';
import type { Architecture } from '../config/node-types';

/** Image Builder reads the parameter when it bakes, with rights of its own for `/aws/service`; an id is always the same. */
export const toParentImage = (base: BaseImage, architecture: Architecture, amiId?: string): string =>
  amiId ?? `ssm:${toBaseParameter(base, architecture)}`;

/**
 * Both systems let their root device be called so.
 * @see https://docs.aws.amazon.com/linux/al2023/ug/ec2.html
 */
export const rootDevice = '/dev/xvda';

/**
 * Debian comes without the agent by which Image Builder drives a machine, and people visit a clone: taken from S3, which is
 * reached without a way to the internet, with the Python that cloud-init brings.
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/agent-install-deb.html
 */
const toDebianStart = (region: string, architecture: Architecture): string => {
  const kind = architecture === 'arm64' ? 'debian_arm64' : 'debian_amd64';
  const url = `https://s3.${region}.amazonaws.com/amazon-ssm-${region}/latest/${kind}/amazon-ssm-agent.deb`;
  const file = '/var/tmp/amazon-ssm-agent.deb';
  return [
    '#!/bin/sh',
    'set -eu',
    `python3 -c "import urllib.request; urllib.request.urlretrieve('${url}', '${file}')"`,
    `dpkg --install ${file}`,
    `rm ${file}`,
    'systemctl enable --now amazon-ssm-agent',
    '',
  ].join('\n');
};

/** How the machine that bakes is started; undefined where Image Builder's own way will do. */
export const toInstanceConfiguration = (
  scope: Construct,
  base: BaseImage,
  architecture: Architecture,
): CfnImageRecipe.AdditionalInstanceConfigurationProperty | undefined =>
  base === 'al2023'
    ? undefined
    : {
        // It stays: clones are visited by it, too.
        systemsManagerAgent: { uninstallAfterBuild: false },
        userDataOverride: Fn.base64(toDebianStart(Stack.of(scope).region, architecture)),
      };
