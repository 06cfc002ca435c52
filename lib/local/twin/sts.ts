// STS: who the caller is. On this machine, anybody is the owner of the one account.
import * as schemas from '@aws-sdk/client-sts';
import { account } from '../physical';
import type { Service } from './service';

export const sts: Service = {
  signingName: 'sts',
  protocol: 'query',
  namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  schemas,
  wrongTokenCode: 'ValidationError',
  actions: {
    GetCallerIdentity: (): schemas.GetCallerIdentityResponse => ({
      Account: account,
      Arn: `arn:aws:iam::${account}:user/local`,
      UserId: 'LOCAL',
    }),
  },
};
