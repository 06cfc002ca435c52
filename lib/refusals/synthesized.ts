// The templates CDK has just written, nested ones too, as views: one per assembly, for no reference leaves it.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type IPolicyValidationContext, Stack } from 'aws-cdk-lib';
import { type StackTemplate, TemplateView } from './template-view';

const rootOf = (stack: Stack): Stack => (stack.nestedStackParent ? rootOf(stack.nestedStackParent) : stack);

export function readViews({ appConstruct, stackTemplates }: IPolicyValidationContext): TemplateView[] {
  const assemblies = new Map<string, StackTemplate[]>();
  for (const stack of appConstruct.node.findAll().filter(Stack.isStack)) {
    const root = stackTemplates.find(({ stackConstructPath }) => stackConstructPath === rootOf(stack).node.path);
    if (!root) continue;
    const folder = dirname(root.templatePath);
    const templatePath = join(folder, stack.templateFile);
    const templates = assemblies.get(folder) ?? [];
    assemblies.set(folder, templates);
    templates.push({
      name: stack.nestedStackParent ? stack.node.path : stack.stackName,
      constructPath: stack.node.path,
      templatePath,
      account: root.accountId,
      region: root.region,
      template: JSON.parse(readFileSync(templatePath, 'utf8')),
    });
  }
  return [...assemblies.values()].map((templates) => new TemplateView(templates));
}
