// Begins to bundle the functions when it is loaded: esbuild works in a process of its own while this one loads the CDK.
import { bundleFunctions } from './bundle';

// Whoever waits for the bundles is told what went wrong.
bundleFunctions().catch(() => undefined);
