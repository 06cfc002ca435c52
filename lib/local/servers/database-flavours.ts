// Every flavour of database, by name.
import type { Program } from '../programs/program';
import type { DatabaseFlavour } from './database-flavour';
import { mariadb } from './mariadb';
import { mysql } from './mysql';

const flavours: Readonly<Record<string, DatabaseFlavour>> = { mysql, mariadb };

export const getFlavour = (program: Program): DatabaseFlavour => flavours[program.flavour] as DatabaseFlavour;
