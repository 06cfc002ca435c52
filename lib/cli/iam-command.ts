// Runs `iam`: the policy for whoever gives some commands.

import type { StageName } from '../config/names';
import { rights, toPolicy, type VerbWithRights } from '../ops/rights';
import { UsageError } from './usage-error';

const isKnown = (verb: string): verb is VerbWithRights => Object.hasOwn(rights, verb);

/** @param words verbs; of none all, of `db` and `drill` without another word all of theirs */
export function iamCommand(words: readonly string[], { stage }: { readonly stage: StageName }): void {
  const known = Object.keys(rights) as VerbWithRights[];
  const wanted = words.length === 0 ? known : words.flatMap((word) => toVerbs(word, known));
  console.log(JSON.stringify(toPolicy(wanted, stage), null, 2));
}

function toVerbs(word: string, known: readonly VerbWithRights[]): VerbWithRights[] {
  if (isKnown(word)) return [word];
  const group = known.filter((verb) => verb.startsWith(`${word} `));
  if (group.length > 0) return group;
  throw new UsageError(`verb: must be one of ${known.join(', ')}; got: ${word}`);
}
