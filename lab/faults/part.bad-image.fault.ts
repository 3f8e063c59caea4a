/** `part.<part>.bad-image`: its container was made anew from an image of which the program ends at its start. */

import { type ComposeLab, isCompose } from '../runtimes/compose.ts';
import type { Fault, Lab } from '../types.ts';
import { defineFault } from './support.ts';

const part = 'agent-manager';
/** By this label an image is told from those of the platform. */
const mark = 'lab.bad-image';

/** What went wrong when the image was built: what it starts. */
const builds: Readonly<Record<string, string>> = {
  // A slip in the path of the program.
  'next-tag': '["/bin/sh", "-c", "exec /app/agent-manger"]',
  'rebuilt-tag': '["/bin/false"]',
};

const compose = (lab: Lab): ComposeLab => {
  if (!isCompose(lab)) throw new Error('only Compose makes a container anew from an image of this machine');
  return lab;
};

const said = async ({ docker }: ComposeLab, ...args: readonly string[]) => (await docker(args)).trim();

/** Under this name the right image is kept, while its own leads to another one. */
const keptName = (image: string) => `${image.replace(/:[^/:]*$/, '')}:lab-kept`;

async function plant(lab: Lab, variant: string): Promise<void> {
  const on = compose(lab);
  const image = await said(on, 'inspect', '-f', '{{.Config.Image}}', on.names.container(part));
  const name = variant === 'rebuilt-tag' ? image : `${image.replace(/:[^/:]*$/, '')}:lab-next`;
  await on.docker(['tag', image, keptName(image)]);
  const recipe = `FROM ${keptName(image)}\nLABEL ${mark}=${variant}\nENTRYPOINT ${builds[variant] ?? ''}\n`;
  await on.docker(['build', '-q', '-t', name, '-'], recipe);
  if (variant === 'next-tag') on.override(part, { image: name });
  await on.recreate(part, true);
}

/** Its container is of such an image, and has ended again and again. */
async function check(lab: Lab, variant: string): Promise<boolean> {
  const on = compose(lab);
  const format = `{{index .Config.Labels "${mark}"}} {{.RestartCount}}`;
  const [label, restarts] = (await said(on, 'inspect', '-f', format, on.names.container(part))).split(' ');
  return label === variant && Number(restarts) >= 1;
}

/** The names of images that a filter finds. */
const images = async (on: ComposeLab, filter: string) =>
  (await said(on, 'images', '--format', '{{.Repository}}:{{.Tag}}', '--filter', filter))
    .split('\n')
    .filter((name) => name !== '' && !name.includes('<none>'));

async function clear(lab: Lab): Promise<void> {
  const on = compose(lab);
  // The right image has its own name again.
  for (const bad of await images(on, `label=${mark}`)) await on.docker(['tag', keptName(bad), bad]);
  // Whatever else is called a container of the service goes as well.
  const filters = [`project=${on.names.project(part)}`, `service=${on.names.service(part)}`];
  const labels = filters.flatMap((label) => ['--filter', `label=com.docker.compose.${label}`]);
  const ids = await said(on, 'ps', '-aq', ...labels);
  if (ids !== '') await on.docker(['rm', '-f', ...ids.split('\n')]);
  await lab.reset(part);
  const own = [
    ...(await images(on, 'reference=*/*:lab-kept')),
    ...(await images(on, 'reference=*/*:lab-next')),
  ];
  if (own.length > 0) await on.docker(['rmi', ...own]);
}

export const partBadImage: readonly Fault[] = [
  defineFault({
    id: `part.${part}.bad-image`,
    title: `${part} was made anew from an image that ends at its start`,
    variants: ['next-tag', 'rebuilt-tag'],
    runtimes: ['compose'],
    within: 20,
    plant,
    check,
    clear,
  }),
];
