import { textOf } from '../json.ts';
import type { Block, Json, StateValues } from '../types.ts';
import { BlockBoundary, RawBlock } from './boundary.tsx';
import { DataTable, DisplayBlock } from './display.tsx';
import { LiveElement } from './element.tsx';
import type { Draft } from './input.tsx';
import { InputBlock } from './input.tsx';
import type { Place } from './place.ts';

const shown = new Set([
  'alert',
  'context',
  'data_visualization',
  'divider',
  'header',
  'image',
  'markdown',
  'plan',
  'rich_text',
  'section',
  'table',
  'task_card',
  'video',
]);

interface Props {
  readonly blocks: readonly Block[];
  readonly place: Place;
  readonly values: StateValues;
  /** Inputs of a modal are collected here until it is submitted. */
  readonly draft?: Draft;
}

/** The blocks of a message or view, each on its own feet. */
export function Blocks({ blocks, place, values, draft }: Props) {
  return (
    <div className="blocks">
      {blocks.map((block, index) => (
        <BlockBoundary key={block.block_id ?? index} block={block}>
          <OneBlock block={block} place={place} values={values} {...(draft ? { draft } : {})} />
        </BlockBoundary>
      ))}
    </div>
  );
}

type OneProps = Omit<Props, 'blocks'> & { readonly block: Block };

function Elements({ block, list, place, values }: OneProps & { readonly list: unknown }) {
  const blockId = block.block_id ?? '';
  return (
    <div className="elements">
      {(Array.isArray(list) ? (list as Json[]) : []).map((element) => (
        <LiveElement
          key={String(element.action_id)}
          element={element}
          blockId={blockId}
          place={place}
          state={values[blockId]?.[String(element.action_id)]}
        />
      ))}
    </div>
  );
}

function OneBlock(props: OneProps) {
  const { block } = props;
  switch (block.type) {
    case 'actions':
    case 'context_actions':
      return <Elements {...props} list={block.elements} />;
    case 'input':
      return <InputBlock {...props} />;
    case 'section':
      return <Section {...props} />;
    case 'card':
      return <Card {...props} />;
    case 'carousel':
      return (
        <div className="carousel">
          {(block.elements as Block[]).map((card, index) => (
            <Card
              key={card.block_id ?? index}
              {...props}
              block={{ ...card, block_id: card.block_id ?? block.block_id ?? '' }}
            />
          ))}
        </div>
      );
    case 'container':
      return <Container {...props} />;
    case 'data_table':
      return <DataTable block={block} />;
    default:
      return shown.has(block.type) ? (
        <DisplayBlock block={block} />
      ) : (
        <RawBlock block={block} note="is not known to this page" />
      );
  }
}

/** A section whose accessory does something: the words by the library, the accessory by us. */
function Section(props: OneProps) {
  const { accessory, ...words } = props.block;
  const element = accessory as Json | undefined;
  if (!element || element.type === 'image') return <DisplayBlock block={props.block} />;
  return (
    <div className="section-with-accessory">
      <DisplayBlock block={words as Block} />
      <Elements {...props} list={[element]} />
    </div>
  );
}

function Card(props: OneProps) {
  const { actions, ...face } = props.block;
  return (
    <div className="card">
      <DisplayBlock block={face as Block} />
      {actions !== undefined && <Elements {...props} list={actions} />}
    </div>
  );
}

function Container(props: OneProps) {
  const { block } = props;
  return (
    <details className="container" open={block.default_collapsed !== true}>
      <summary>{textOf(block.title)}</summary>
      <Blocks {...props} blocks={block.child_blocks as Block[]} />
    </details>
  );
}
