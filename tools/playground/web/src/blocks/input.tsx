import { useWindow } from '../context.ts';
import { WithEmoji } from '../emoji.tsx';
import { textOf } from '../json.ts';
import type { Block, Json, StateValues } from '../types.ts';
import { useWords } from '../words.ts';
import type { FieldValue } from './field.tsx';
import { Field, valueOf } from './field.tsx';
import type { Place } from './place.ts';
import { chooseValue } from './place.ts';

/** What was entered into a modal so far, and what Slack or the app found wrong with it. */
export interface Draft {
  readonly values: Readonly<Record<string, FieldValue>>;
  readonly set: (blockId: string, value: FieldValue) => void;
  readonly errors: Readonly<Record<string, string>>;
}

interface Props {
  readonly block: Block;
  readonly place: Place;
  readonly values: StateValues;
  readonly draft?: Draft;
}

export function InputBlock({ block, place, values, draft }: Props) {
  const { me, report } = useWindow();
  const words = useWords();
  const blockId = block.block_id ?? '';
  const element = block.element as Json;
  const actionId = String(element.action_id);
  const entered = draft?.values[blockId];
  const held = entered === undefined ? valueOf(values[blockId]?.[actionId]) : entered;
  const error = draft?.errors[blockId];
  const change = (value: FieldValue): void => {
    draft?.set(blockId, value);
    if (draft && block.dispatch_action !== true) return;
    void chooseValue({ user: me.id, place, blockId, actionId }, value).then((result) => {
      if (!result.ok) report(result);
    });
  };
  return (
    <div className={`input-block ${error ? 'has-error' : ''}`}>
      {/* biome-ignore lint/a11y/noLabelWithoutControl: the control is the field below */}
      <label>
        <span className="input-label">
          <WithEmoji text={textOf(block.label)} />
          {block.optional === true && <span className="optional"> {words.optional}</span>}
        </span>
        <Field element={element} value={held} onChange={change} live={!draft} />
      </label>
      {error ? (
        <p className="input-error" role="alert">
          {error === 'required' ? words.required : error}
        </p>
      ) : (
        block.hint !== undefined && <p className="input-hint">{textOf(block.hint)}</p>
      )}
    </div>
  );
}
