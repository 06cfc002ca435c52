// What runs beside the app on every clone: `clone.cjs launch`, `watch`, `leave`, `replace` or `ship`, by systemd's units.
import { runProgram } from '../lib/clone/program';

runProgram({ verb: process.argv[2], env: process.env, folder: __dirname }).then((code) => {
  process.exitCode = code;
});
