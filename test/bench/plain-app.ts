// `dev` as an app written plainly with the CDK, run as `bin/app.ts` is: what our synthesis is measured against.
import { App } from 'aws-cdk-lib';
import { makePlainStacks } from './plain/make-plain-stacks';

const app = new App({ analyticsReporting: false });
makePlainStacks(app, { release: app.node.getContext('release'), functions: app.node.getContext('functions') });
app.synth();
