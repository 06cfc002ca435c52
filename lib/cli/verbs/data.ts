// The verbs of databases and caches.
import { Argument } from 'commander';
import { cachePurposes } from '../../config/names';
import type { ChangeFlags, ProbeFlags, ShowFlags } from '../flags';
import { type DeclareVerbs, toCount, withChange, withShow } from './verb';

export const declareDataVerbs: DeclareVerbs = (program, { surroundings, end }) => {
  const db = program.command('db').summary('lag, promotion, switchover and failover of databases');
  withShow(db.command('lag'))
    .summary('show how far replicas are behind')
    .description('Shows how far each replica is behind; exit 1 where one is further than that.')
    .option('--most <seconds>', 'that still hold', toCount('seconds'), 10)
    .option('--watch', 'show it anew every two seconds')
    .action(async (flags: ShowFlags & { most: number }) => {
      end(await (await import('../db-command')).lagCommand(flags, surroundings));
    });
  withChange(db.command('promote'))
    .summary('make a replica a primary of its own')
    .description('Makes a replica a primary of its own, for good.')
    .argument('<replica>', 'identifier of the replica')
    .option('--lossy', 'also where it is behind, or nobody knows how far')
    .action(async (replica: string, flags: ChangeFlags & { lossy?: boolean }) => {
      end(await (await import('../db-command')).promoteCommand(replica, flags, surroundings));
    });
  withChange(db.command('switchover'))
    .summary('switch to the green side of a blue/green deployment')
    .description('Switches to the green side of a blue/green deployment, once lag, parameters and events allow it.')
    .action(async (flags: ChangeFlags) => {
      end(await (await import('../db-command')).switchoverCommand(flags, surroundings));
    });
  withChange(db.command('failover'))
    .summary('have the standby of the primary take over')
    .description('Has the standby of the primary take over; refused where there is none.')
    .action(async (flags: ChangeFlags) => {
      end(await (await import('../db-command')).failoverCommand(flags, surroundings));
    });
  const cache = program.command('cache').summary('failover of caches');
  withChange(cache.command('failover'))
    .summary('have a replica of a cache take over')
    .description('Has a replica of a cache take over, with what it holds counted before and after.')
    .addArgument(new Argument('<cache>').choices([...cachePurposes]))
    .option('--probe', 'keep people signed in meanwhile; exit 1 where one of them is signed out')
    .action(async (purpose: string, flags: ProbeFlags) => {
      end(await (await import('../cache-command')).cacheFailoverCommand(purpose, flags, surroundings));
    });
};
