import { useId, useState } from 'react';
import { channelTitle, useWindow } from '../context.ts';
import { WithEmoji } from '../emoji.tsx';
import { textOf } from '../json.ts';
import type { Json } from '../types.ts';
import { useWords } from '../words.ts';

export type FieldValue = string | number | readonly string[] | null;

interface Props {
  readonly element: Json;
  readonly value: FieldValue;
  readonly onChange: (value: FieldValue) => void;
  /** True where each change is sent at once; texts are then sent with Enter. */
  readonly live?: boolean;
}

interface Choice {
  readonly value: string;
  readonly text: string;
  readonly description?: string;
  readonly group?: string;
}

function ownChoices(element: Json): readonly Choice[] {
  const read = (options: unknown, group?: string): Choice[] =>
    (Array.isArray(options) ? (options as Json[]) : []).map((option) => ({
      value: String(option.value),
      text: textOf(option.text),
      ...(option.description ? { description: textOf(option.description) } : {}),
      ...(group === undefined ? {} : { group }),
    }));
  const groups = Array.isArray(element.option_groups) ? (element.option_groups as Json[]) : [];
  return [...read(element.options), ...groups.flatMap((group) => read(group.options, textOf(group.label)))];
}

/** Options of a select, from the element itself or from the workspace. */
function useChoices(element: Json): readonly Choice[] {
  const { snapshot } = useWindow();
  const type = String(element.type);
  if (type.endsWith('users_select')) {
    return snapshot.users
      .filter(({ deleted }) => !deleted)
      .map(({ id, realName }) => ({ value: id, text: realName }));
  }
  if (type.endsWith('conversations_select') || type.endsWith('channels_select')) {
    return snapshot.channels.map((channel) => ({ value: channel.id, text: channelTitle(snapshot, channel) }));
  }
  return ownChoices(element);
}

/** The value in an element's state, whatever its type calls it. */
export function valueOf(state: Json | undefined): FieldValue {
  if (!state) return null;
  const option = state.selected_option as Json | null | undefined;
  if (option) return String(option.value);
  if (Array.isArray(state.selected_options))
    return (state.selected_options as Json[]).map(({ value }) => String(value));
  const rest = Object.entries(state).find(
    ([name, held]) =>
      (name.startsWith('selected_') && name !== 'selected_option') ||
      name === 'value' ||
      (name === 'rich_text_value' && held !== null),
  );
  return (rest?.[1] ?? null) as FieldValue;
}

const listOf = (value: FieldValue): readonly string[] =>
  Array.isArray(value) ? (value as readonly string[]) : [];

/** Anything that holds a value: texts, dates, selects, checkboxes. */
export function Field(props: Props) {
  const type = String(props.element.type);
  if (type === 'checkboxes' || type === 'radio_buttons') return <Boxes {...props} />;
  if (type.endsWith('select')) return <Select {...props} />;
  return <Typed {...props} />;
}

function Boxes({ element, value, onChange }: Props) {
  const name = useId();
  const choices = useChoices(element);
  const many = element.type === 'checkboxes';
  const chosen = many ? listOf(value) : [String(value)];
  const toggle = (choice: string): void => {
    if (!many) return onChange(choice);
    onChange(chosen.includes(choice) ? chosen.filter((entry) => entry !== choice) : [...chosen, choice]);
  };
  return (
    <span className="boxes">
      {choices.map((choice) => (
        <label key={choice.value}>
          <input
            type={many ? 'checkbox' : 'radio'}
            name={name}
            checked={chosen.includes(choice.value)}
            onChange={() => toggle(choice.value)}
          />
          <span>
            <WithEmoji text={choice.text} />
            {choice.description && <small>{choice.description}</small>}
          </span>
        </label>
      ))}
    </span>
  );
}

function Options({ choices }: { readonly choices: readonly Choice[] }) {
  const groups = [...new Set(choices.map(({ group }) => group))];
  return (
    <>
      {groups.map((group) => {
        const own = choices.filter((choice) => choice.group === group);
        const options = own.map(({ value, text }) => (
          <option key={value} value={value}>
            {text}
          </option>
        ));
        return group === undefined ? (
          options
        ) : (
          <optgroup key={group} label={group}>
            {options}
          </optgroup>
        );
      })}
    </>
  );
}

function Select({ element, value, onChange }: Props) {
  const choices = useChoices(element);
  const words = useWords();
  const placeholder = textOf(element.placeholder) || words.select;
  if (String(element.type).startsWith('multi_')) {
    return (
      <select
        multiple
        aria-label={placeholder}
        size={Math.min(6, Math.max(2, choices.length))}
        value={[...listOf(value)]}
        onChange={(event) => onChange([...event.target.selectedOptions].map((option) => option.value))}
      >
        <Options choices={choices} />
      </select>
    );
  }
  return (
    <select
      aria-label={placeholder}
      value={String(value ?? '')}
      onChange={(event) => onChange(event.target.value || null)}
    >
      <option value="">{placeholder}</option>
      <Options choices={choices} />
    </select>
  );
}

const inputTypes: Readonly<Record<string, string>> = {
  datepicker: 'date',
  timepicker: 'time',
  datetimepicker: 'datetime-local',
  email_text_input: 'email',
  url_text_input: 'url',
  number_input: 'number',
};

/** Slack counts seconds; the browser's field wants the local day and minute. */
function localMinute(seconds: number): string {
  const at = new Date(seconds * 1000);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** What the field shows before somebody typed into it. */
function drawnValue(element: Json, type: string, value: FieldValue): string {
  if (value === null) return '';
  if (type === 'datetime-local') return localMinute(Number(value));
  return element.type === 'rich_text_input' ? textOfRich(value) : String(value);
}

/** All words of a rich text, in their order. */
function textOfRich(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOfRich).join('');
  if (typeof value !== 'object' || value === null) return '';
  const { text, elements } = value as { readonly text?: unknown; readonly elements?: unknown };
  return typeof text === 'string' ? text : textOfRich(elements ?? []);
}

function Typed({ element, value, onChange, live = false }: Props) {
  const type = inputTypes[String(element.type)] ?? 'text';
  const [draft, setDraft] = useState(drawnValue(element, type, value));
  const change = (text: string): void => {
    setDraft(text);
    const entered = type === 'datetime-local' ? Math.floor(new Date(text).getTime() / 1000) : text;
    if (!live || type !== 'text') onChange(text === '' ? null : entered);
  };
  const shared = {
    value: draft,
    placeholder: textOf(element.placeholder),
    autoFocus: element.focus_on_load === true,
  };
  if (element.multiline === true || element.type === 'rich_text_input') {
    return <textarea rows={4} {...shared} onChange={(event) => change(event.target.value)} />;
  }
  return (
    <input
      type={type}
      {...shared}
      onChange={(event) => change(event.target.value)}
      onKeyDown={(event) => live && event.key === 'Enter' && onChange(draft)}
    />
  );
}
