import type { ReactNode } from 'react';
import { act } from './api.ts';
import { useWindow } from './context.ts';
import { Icon } from './icons.tsx';
import { SwitchRow } from './switch-row.tsx';
import type { Switches } from './switches.ts';
import type { Channel } from './types.ts';
import { useWords } from './words.ts';

interface Props {
  readonly channel: Channel;
  readonly switches: Switches;
  readonly onUser: (id: string) => void;
  /** Something was asked for: the reader wants to see the end of the channel. */
  readonly onSent: () => void;
  readonly onClose: () => void;
}

/** Three steps from a healthy platform to a fix that two people agreed on, each with what to press for it. */
export function Guide({ channel, switches, onUser, onSent, onClose }: Props) {
  const { snapshot, me, report } = useWindow();
  const words = useWords();
  const command = `${snapshot.commands[0]?.command ?? '/'} ${words.guideCommand}`;
  const fault = switches.list?.[0];
  const second = snapshot.users.find(
    ({ id, isBot, deleted, isRestricted, isStranger }) =>
      id !== me.id && channel.members.includes(id) && !isBot && !deleted && !isRestricted && !isStranger,
  );
  const isAsked = channel.messages.some(({ bot_id }) => bot_id !== undefined);
  const ask = async (): Promise<void> => {
    onSent();
    const result = await act('type', { user: me.id, channel: channel.id, text: command });
    if (!result.ok) report(result, command);
  };
  return (
    <section className="guide" aria-label={words.guide}>
      <header>
        <strong>{words.guide}</strong>
        <button type="button" className="plain close" aria-label={words.close} onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <ol>
        <Step number={1} done={isAsked} sentence={words.guideAsk}>
          <button type="button" className="button command" onClick={() => void ask()}>
            <code>{command}</code>
          </button>
        </Step>
        <Step number={2} done={switches.planted.has(fault?.id ?? '')} sentence={words.guideBreak}>
          {fault && <SwitchRow entry={fault} switches={switches} short />}
          {switches.list === null && <small>{words.noDemo}</small>}
          {switches.failed !== null && (
            <small className="element-failed" role="alert">
              {switches.failed}
            </small>
          )}
        </Step>
        <Step number={3} done={switches.cured.has(fault?.id ?? '')} sentence={words.guideFix}>
          {second && (
            <button type="button" className="button" onClick={() => onUser(second.id)}>
              {words.become(second.realName)}
            </button>
          )}
        </Step>
      </ol>
    </section>
  );
}

interface StepProps {
  readonly number: number;
  readonly done: boolean;
  readonly sentence: string;
  readonly children: ReactNode;
}

function Step({ number, done, sentence, children }: StepProps) {
  return (
    <li className={done ? 'done' : ''}>
      <span className="step-number">{done ? <Icon name="done" /> : number}</span>
      <span className="step-words">{sentence}</span>
      <span className="step-control">{children}</span>
    </li>
  );
}
