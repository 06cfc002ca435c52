#!/usr/bin/env -S node --require tsx/cjs
// The command of developers and operators: parse, call lib, set the exit code.
import { join } from 'node:path';
import { runCommand } from '../lib/cli/program';

// The SDK tells every user of Node 20 to move on; who runs this has been told by `engines` what is supported.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

// Whoever read what this prints may have gone, as in `| head`: that is no failure of what it does.
for (const output of [process.stdout, process.stderr]) output.on('error', () => {});

/** Verbs are modules that are imported once they run; whatever lets Node import TypeScript takes longer than `--help` may. */
const letImport = async (): Promise<void> => void (await import('tsx/esm/api')).register();

runCommand(process.argv.slice(2), { project: join(__dirname, '..'), env: process.env }, letImport).then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
