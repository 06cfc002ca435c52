// The three stages as they are: all good, and each what it is for.
import { OperatorError } from '../../lib/config/operator-error';
import { isNewNetwork } from '../../lib/config/stage-config';
import { getStages } from '../../lib/config/stages';

test('without a name there are three stages, smallest first', () => {
  expect(getStages().map(({ stage }) => stage)).toEqual(['dev', 'small', 'prod']);
});

test('with a name there is that one', () => {
  expect(getStages('prod').map(({ stage }) => stage)).toEqual(['prod']);
});

test('an unknown stage is an operator’s error of one sentence', () => {
  expect(() => getStages('qa')).toThrow(OperatorError);
  expect(() => getStages('qa')).toThrow(
    'stage must be one of dev, small, prod; got: "qa"; choose one, or leave it out for all',
  );
});

test('prod refuses no protection', () => {
  expect(JSON.stringify(getStages('prod'))).not.toContain('refusedBecause');
});

test('no two stages share addresses, so that they can be joined', () => {
  const ranges = getStages().map(({ network }) => (isNewNetwork(network) ? network.cidr : network.vpcId));
  expect(new Set(ranges).size).toBe(ranges.length);
});
