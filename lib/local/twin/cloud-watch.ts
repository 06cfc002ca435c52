// CloudWatch: the figures of the fleet, and the alarms of its templates.
import * as schemas from '@aws-sdk/client-cloudwatch';
import { alarmActions } from './alarms';
import { metricActions } from './metric-data';
import type { Service } from './service';

export const cloudWatch: Service = {
  signingName: 'monitoring',
  protocol: 'json',
  namespace: 'GraniteServiceVersion20100801',
  schemas,
  wrongTokenCode: 'InvalidNextToken',
  actions: { ...metricActions, ...alarmActions },
};
