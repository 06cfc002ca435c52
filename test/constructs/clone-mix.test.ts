// Which machines a group takes, and how it pays for them.
import type { CloneGroupProps } from '../../lib/constructs/clone-group';
import { buildGroup, expectRefused, groupOf, mixOf, type Refused, wholeFrom } from './built-group';

test('the group launches a numbered version of the template, never whichever is latest', () => {
  expect(mixOf(buildGroup()).LaunchTemplate.LaunchTemplateSpecification).toEqual({
    LaunchTemplateId: { Ref: expect.stringMatching(/^Template/) },
    Version: { 'Fn::GetAtt': [expect.stringMatching(/^Template/), 'LatestVersionNumber'] },
  });
});

test('without Spot all clones are on demand', () => {
  expect(mixOf(buildGroup()).InstancesDistribution).toMatchObject({
    OnDemandBaseCapacity: 0,
    OnDemandPercentageAboveBaseCapacity: 100,
  });
});

test('the preferred type first, and Spot where it is least likely to be taken away', () => {
  expect(mixOf(buildGroup()).InstancesDistribution).toMatchObject({
    OnDemandAllocationStrategy: 'prioritized',
    SpotAllocationStrategy: 'price-capacity-optimized',
  });
});

test('another type, or Spot, only adds to the group: it keeps its shape', () => {
  const shapeOf = (props: Partial<CloneGroupProps>) => {
    const { MixedInstancesPolicy, ...properties } = groupOf(buildGroup(props)).Properties;
    return { ...properties, CapacityRebalance: 'as asked', mix: Object.keys(MixedInstancesPolicy) };
  };
  const more = { instanceTypes: ['t4g.small', 't4g.medium'], spot: { onDemandBase: 1, sharePercent: 50 } };
  expect(shapeOf(more)).toEqual(shapeOf({}));
});

test('a Spot clone that is likely to go is replaced before it goes', () => {
  const template = buildGroup({ spot: { onDemandBase: 1, sharePercent: 50 } });
  expect(groupOf(template).Properties).toMatchObject({ CapacityRebalance: true });
  expect(groupOf(buildGroup()).Properties).toMatchObject({ CapacityRebalance: false });
});

test.each<Refused>([
  ...[[], ['t4g.small', 't4g.small'], ['large'], Array.from({ length: 41 }, (_, i) => `m${i}g.large`)].map(
    (instanceTypes): Refused => [
      { instanceTypes },
      `instanceTypes must be 1 to 40 different instance types; got: ${JSON.stringify(instanceTypes)}; name each type once, like 'm7g.large'`,
    ],
  ),
  [
    { instanceTypes: ['m7g.large', 'm7i.large'] },
    'instanceTypes must be of one architecture: the image boots on no other; got: ["m7g.large","m7i.large"]; keep those of arm64',
  ],
  [
    { spot: { onDemandBase: -1, sharePercent: 50 } },
    'spot.onDemandBase must be a whole number, at least 0; got: -1; keep as many on demand as must never go at once',
  ],
  ...[0, 101].map(
    (sharePercent): Refused => [
      { spot: { onDemandBase: 1, sharePercent } },
      `spot.sharePercent ${wholeFrom(1, 100)}; got: ${sharePercent}; use 50, or leave spot out`,
    ],
  ),
])('%j is refused', expectRefused);
