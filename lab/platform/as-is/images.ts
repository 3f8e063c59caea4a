/** What goes into the images of the as-is services. Those of the stores are the lab's. */

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ImageRecipe, type ImageSources, imageRecipes, serviceTools } from '../images.ts';
import { asIsImages, asIsKubernetes } from './names.ts';

const file = (part: string) => fileURLToPath(new URL(`config/${part}.yaml`, import.meta.url));
/** As containerd and Docker both know what a manifest calls `aetherius/x:latest`. */
const qualified = (name: string) => `docker.io/${name}`;
const storeImage = /\/(postgres|redis|nats|neo4j):/;

export function asIsRecipes(from: ImageSources): readonly ImageRecipe[] {
  const tools = serviceTools(from);
  const goService = (part: 'agent-manager' | 'orchestrator-service' | 'collect-agent'): ImageRecipe => ({
    name: qualified(asIsImages[part]),
    add: [
      [join(from.services, 'bin', `asis-${part}`), `/app/${part}`],
      ...(part === 'collect-agent' ? [] : [[file(part), '/app/configs/config.yaml'] as const]),
      ...tools.add,
    ],
    link: tools.link,
    dir: ['/etc/aetherius'],
    entrypoint: [`/app/${part}`],
    env: [],
  });
  return [
    ...imageRecipes(from).filter((one) => storeImage.test(one.name)),
    goService('agent-manager'),
    goService('orchestrator-service'),
    goService('collect-agent'),
    { ...goService('collect-agent'), name: qualified(asIsKubernetes.images['collect-agent']) },
    {
      name: qualified(asIsImages['reasoning-service']),
      add: [
        [
          fileURLToPath(
            new URL('../../services/as-is-reasoning-service/reasoning_service.py', import.meta.url),
          ),
          '/app/reasoning_service.py',
        ],
        [file('reasoning-service'), '/app/configs/config.yaml'],
        [join(from.services, 'roots/python'), '/'],
        ...tools.add,
      ],
      link: tools.link,
      dir: ['/app/models'],
      entrypoint: ['/usr/bin/python3', '/app/reasoning_service.py'],
      env: ['PYTHONDONTWRITEBYTECODE=1'],
    },
  ];
}
