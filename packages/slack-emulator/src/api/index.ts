import type { ApiMethod } from './call.ts';
import { chatMethods } from './chat.ts';
import { conversationMethods } from './conversations.ts';
import { fileMethods } from './files.ts';
import { markMethods } from './marks.ts';
import { peopleMethods } from './people.ts';
import { streamMethods } from './streams.ts';
import { viewMethods } from './views.ts';

/** Every Web API method the emulator answers; any other is `unknown_method`. */
export const apiMethods: ReadonlyMap<string, ApiMethod> = new Map(
  Object.entries({
    ...peopleMethods,
    ...chatMethods,
    ...streamMethods,
    ...viewMethods,
    ...conversationMethods,
    ...markMethods,
    ...fileMethods,
  }),
);
