// Prints what stages cost a month, for people or for programs.
import type { StageConfig } from '../config/stage-config';
import { getStages } from '../config/stages';
import { assumptions, notCounted } from '../price/assumptions';
import { type Choice, compareChoices } from '../price/choices';
import { type Estimate, estimate, type Line, toCents } from '../price/estimate';
import { tableOf } from '../price/table';
import type { PriceFlags } from './flags';
import { toTable } from './table';
import { wrap } from './wrap';

export function priceCommand({ stage, json }: PriceFlags): void {
  const configs = getStages(stage);
  console.log(json ? JSON.stringify(toJson(configs), null, 2) : toText(configs));
}

function toText(configs: readonly StageConfig[]): string {
  const [config, ...others] = configs;
  const isOne = config !== undefined && others.length === 0;
  const table = isOne ? toStage(estimate(config), compareChoices(config)) : toOverview(configs.map(estimate));
  return [table, '', ...toFootnotes().map((note) => wrap(note))].join('\n');
}

const toJson = (configs: readonly StageConfig[]) => ({
  ...tableOf,
  currency: 'USD',
  assumptions,
  notCounted,
  stages: configs.map((config) => ({ ...estimate(config), choices: compareChoices(config) })),
});

const toUsd = (usd: number): string =>
  usd.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

const toDifference = (usd: number): string => (usd < 0 ? toUsd(usd) : `+${toUsd(usd)}`);

/** Columns of money end at the same place. */
const toRight = (rows: readonly string[][]): string[][] => {
  const widths = rows.reduce<number[]>(
    (longest, row) => row.map((cell, i) => Math.max(cell.length, longest[i] ?? 0)),
    [],
  );
  return rows.map((row) => row.map((cell, i) => cell.padStart(widths[i] ?? 0)));
};

const toHowMuch = ({ count, unitUsd, hours, isVerified }: Line): string =>
  `${toCents(count)} × ${isVerified ? '' : '~'}${Number(unitUsd.toFixed(5))}${hours ? ` × ${hours} h` : ''}`;

function toStage({ stage, monthlyUsd, lines }: Estimate, choices: readonly Choice[]): string {
  const sorted = [...lines].sort((a, b) => b.monthlyUsd - a.monthlyUsd);
  const title = 'USD';
  const [, ...amounts] = toRight([
    [title],
    ...[...sorted.map((line) => line.monthlyUsd), monthlyUsd].map((usd) => [toUsd(usd)]),
  ]);
  const [, ...differences] = toRight([[title], ...choices.map(({ differenceUsd }) => [toDifference(differenceUsd)])]);
  return [
    `stage ${stage}  about ${toUsd(monthlyUsd)} USD a month`,
    '',
    toTable(
      [title, 'a month for', 'how much', 'knob'],
      [
        ...sorted.map((line, i) => [...(amounts[i] ?? []), line.what, toHowMuch(line), line.knob ?? '-']),
        [...(amounts.at(-1) ?? []), 'together', '', ''],
      ],
    ),
    '',
    toTable(
      [title, 'a month more, with another choice'],
      choices.map(({ knob, choice }, i) => [...(differences[i] ?? []), `${knob}: ${choice}`]),
    ),
  ].join('\n');
}

/** What a knob belongs to: `database` of `database.multiAz`. */
const areaOf = ({ knob }: Line): string => knob?.split('.')[0] ?? 'whatever is chosen';

function toOverview(estimates: readonly Estimate[]): string {
  const areas = [...new Set(estimates.flatMap(({ lines }) => lines.map(areaOf)))];
  const sumOf = ({ lines }: Estimate, area: string): number =>
    lines.filter((line) => areaOf(line) === area).reduce((sum, { monthlyUsd }) => sum + monthlyUsd, 0);
  const [header = [], ...rows] = toRight([
    estimates.map(({ stage }) => stage),
    ...areas.map((area) => estimates.map((each) => toUsd(sumOf(each, area)))),
    estimates.map(({ monthlyUsd }) => toUsd(monthlyUsd)),
  ]);
  return toTable(
    ['USD a month', ...header],
    [...areas, 'together'].map((area, i) => [area, ...(rows[i] ?? [])]),
  );
}

const toFootnotes = (): string[] => [
  `An estimate with on-demand prices of ${tableOf.region} as put together in ${tableOf.date}, without tax; ~ marks a price that was not verified.`,
  `Assumed: ${assumptions.join('; ')}.`,
  `Not counted: ${notCounted.join('; ')}.`,
];
