// What AWS asks: on-demand prices in US dollars, without tax and free allowances, of one region at one date.
import { OperatorError } from '../config/operator-error';
import { toLine } from '../config/problem';

/** The region of the prices, and when the table was put together of what its sources said. Both move with the prices. */
export const tableOf = { region: 'eu-central-1', date: '2026-11' } as const;

/** Where prices were read, and when; one that could not be read anywhere is marked wherever it is used. */
export const sources = {
  ec2: { where: 'the data behind https://aws.amazon.com/ec2/pricing/on-demand/', read: '2026-08' },
  elastiCache: { where: 'AWS Price List API, AmazonElastiCache: Valkey, a fifth below Redis OSS', read: '2025-04' },
  rds: { where: 'AWS Price List API, AmazonRDS: MySQL, as an estimate made with it was published', read: '2023-07' },
  priceList: { where: 'AWS Price List API, as a comparison made with it was published', read: '2026-10' },
  endpoints: { where: 'AWS Price List API, AmazonVPC, as a calculation made with it was published', read: '2026-09' },
  bill: { where: 'a bill of the region, published by usage type', read: '2026-06' },
  pages: { where: 'https://aws.amazon.com/cloudwatch/pricing/ and /waf/pricing/, as others quote them', read: '2026' },
  betweenSizes: { where: 'calculated: half and a quarter of db.t4g.large', read: undefined },
  fromValkey: { where: 'calculated: a quarter above Valkey, which is sold a fifth below the others', read: undefined },
  fromVirginia: { where: "calculated: us-east-1's price, raised as EC2's is for the same family", read: undefined },
  memory: { where: 'what is commonly known of the price', read: undefined },
} as const;

export interface Price {
  readonly usd: number;
  readonly per: 'hour' | 'month' | 'GB' | 'GB a month' | 'million' | 'LCU-hour';
  readonly from: keyof typeof sources;
}

export const isVerified = ({ from }: Price): boolean => sources[from].read !== undefined;

type Prices = Readonly<Record<string, Price>>;

const burstable = ['micro', 'small', 'medium', 'large', 'xlarge', '2xlarge'];
const steady = ['large', 'xlarge', '2xlarge', '4xlarge', '8xlarge'];

/** Prices an hour of the sizes of one family, the smallest first. */
const family = (name: string, from: Price['from'], sizes: readonly string[], usds: readonly number[]): Prices =>
  Object.fromEntries(usds.map((usd, i) => [`${name}.${sizes[i]}`, { usd, per: 'hour', from } as const]));

/** EC2, Linux. */
export const instanceTypePrices: Prices = {
  ...family('t4g', 'ec2', burstable, [0.0096, 0.0192, 0.0384, 0.0768, 0.1536, 0.3072]),
  ...family('t3', 'ec2', burstable, [0.012, 0.024, 0.048, 0.096, 0.192, 0.384]),
  ...family('m6g', 'ec2', steady, [0.092, 0.184, 0.368, 0.736, 1.472]),
  ...family('m7g', 'ec2', steady, [0.0978, 0.1955, 0.391, 0.7821, 1.5642]),
  ...family('m8g', 'ec2', steady, [0.1075, 0.2151, 0.4302, 0.8603, 1.7206]),
  ...family('c7g', 'ec2', steady, [0.0825, 0.1649, 0.3298, 0.6596, 1.3192]),
  ...family('r7g', 'ec2', steady, [0.1292, 0.2584, 0.5168, 1.0336, 2.0672]),
  ...family('m7i', 'ec2', steady, [0.1207, 0.2415, 0.483, 0.966, 1.932]),
  ...family('c7i', 'ec2', steady, [0.1018, 0.2037, 0.4074, 0.8148, 1.6296]),
  ...family('r7i', 'ec2', steady, [0.1596, 0.3192, 0.6384, 1.2768, 2.5536]),
};

/** RDS for MySQL in one zone; with a standby in another it is twice that. */
export const databaseClassPrices: Prices = {
  // The bill names no engine; where AWS lists both, MySQL and PostgreSQL cost the same on this family.
  ...family('db.t4g', 'bill', ['micro'], [0.019]),
  ...family('db.t4g', 'betweenSizes', ['small', 'medium'], [0.037, 0.075]),
  ...family('db.t4g', 'rds', ['large'], [0.149]),
  ...family('db.m7g', 'fromVirginia', steady, [0.201, 0.402, 0.804, 1.608]),
  ...family('db.r7g', 'fromVirginia', steady, [0.288, 0.576, 1.152, 2.304]),
};

/** Virtual processors of an RDS class: Database Insights is billed by them. */
export const databaseProcessors: Readonly<Record<string, number>> = Object.fromEntries(
  Object.keys(databaseClassPrices).map((name) => [
    name,
    { xlarge: 4, '2xlarge': 8, '4xlarge': 16 }[name.slice(name.lastIndexOf('.') + 1)] ?? 2,
  ]),
);

/** ElastiCache for Valkey, a node. */
export const cacheNodePrices: Prices = {
  ...family('cache.t4g', 'elastiCache', burstable, [0.0144, 0.0288, 0.0576]),
  ...family('cache.m7g', 'elastiCache', steady, [0.1504, 0.3, 0.5992, 1.1992, 2.3984]),
  ...family('cache.r7g', 'elastiCache', steady, [0.2104, 0.42, 0.84, 1.68, 3.3608]),
};

/** ElastiCache for Memcached, a node. */
export const memcachedNodePrices: Prices = Object.fromEntries(
  Object.entries(cacheNodePrices).map(([name, { usd }]) => [
    name,
    { usd: Math.round((usd / 0.8) * 10_000) / 10_000, per: 'hour', from: 'fromValkey' } as const,
  ]),
);

export const prices = {
  cloneDisk: { usd: 0.0952, per: 'GB a month', from: 'priceList' },
  imageStorage: { usd: 0.054, per: 'GB a month', from: 'memory' },
  metric: { usd: 0.3, per: 'month', from: 'bill' },
  loadBalancer: { usd: 0.027, per: 'hour', from: 'priceList' },
  loadBalancerUse: { usd: 0.008, per: 'LCU-hour', from: 'priceList' },
  publicAddress: { usd: 0.005, per: 'hour', from: 'bill' },
  trafficOut: { usd: 0.09, per: 'GB', from: 'priceList' },
  natGateway: { usd: 0.052, per: 'hour', from: 'priceList' },
  natTraffic: { usd: 0.052, per: 'GB', from: 'priceList' },
  endpoint: { usd: 0.012, per: 'hour', from: 'endpoints' },
  endpointTraffic: { usd: 0.01, per: 'GB', from: 'endpoints' },
  waf: { usd: 5, per: 'month', from: 'pages' },
  wafRule: { usd: 1, per: 'month', from: 'pages' },
  wafRequests: { usd: 0.6, per: 'million', from: 'pages' },
  databaseStorage: { usd: 0.137, per: 'GB a month', from: 'bill' },
  databaseBackup: { usd: 0.095, per: 'GB a month', from: 'memory' },
  insightsProcessor: { usd: 0.0125, per: 'hour', from: 'pages' },
  key: { usd: 1, per: 'month', from: 'bill' },
  secret: { usd: 0.4, per: 'month', from: 'bill' },
  alarm: { usd: 0.1, per: 'month', from: 'pages' },
  dashboard: { usd: 3, per: 'month', from: 'pages' },
  logs: { usd: 0.63, per: 'GB', from: 'priceList' },
  objectStorage: { usd: 0.0245, per: 'GB a month', from: 'priceList' },
} as const satisfies Prices;

/** The price of what a config names. @throws OperatorError when the table has none */
export const getPrice = (table: Prices, name: string, path: string): Price => {
  const price = Object.hasOwn(table, name) ? table[name] : undefined;
  if (price) return price;
  const rule = `must have a price in ${tableOf.region}`;
  throw new OperatorError(toLine({ path, rule, got: name, remedy: 'add it to lib/price/table.ts' }));
};
