// How the id of an image that is baked during the deploy is told from one that is looked up: the first is known once, for all.
import { CfnResource, Reference, Tokenization } from 'aws-cdk-lib';
import { CfnImage } from 'aws-cdk-lib/aws-imagebuilder';

/** Whether it is what `ImagePipeline.bakeOnDeploy` gives: changed by another release or base, and by nothing else. */
export const isBakedOnDeploy = (amiId: string): boolean => {
  const [token, ...others] = Tokenization.reverseString(amiId).tokens;
  return (
    others.length === 0 &&
    Reference.isReference(token) &&
    CfnResource.isCfnResource(token.target) &&
    token.target.cfnResourceType === CfnImage.CFN_RESOURCE_TYPE_NAME
  );
};
