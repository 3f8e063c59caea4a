import type { Rule, Walk } from './check.ts';
import { byType, isObject, list, number, object, refuse, refuseDuplicates, text } from './check.ts';
import type { JsonObject } from './types.ts';

/** Documentation and a newer schema differ (6 and 12 series); the smaller number is safe with both. */
const maxSeries = 6;
const label = text({ max: 20 });
const axisLabel = text({ max: 50 });

const point = object({ label, value: number() });
const series = object({ name: label, data: list(point, { max: 20 }) });

function everyCategory(value: JsonObject, pointer: string, walk: Walk): void {
  const axis = isObject(value.axis_config) ? value.axis_config : {};
  const categories = Array.isArray(axis.categories) ? axis.categories : [];
  const all = (Array.isArray(value.series) ? value.series : []).filter(isObject);
  refuseDuplicates(
    walk,
    all.map((entry, index) => ({ id: entry.name, pointer: `${pointer}/series/${index}/name` })),
    'series name',
  );
  all.forEach((entry, index) => {
    const labels = (Array.isArray(entry.data) ? entry.data : []).map((item: unknown) =>
      isObject(item) ? item.label : null,
    );
    const complete =
      labels.length === categories.length && categories.every((category) => labels.includes(category));
    if (!complete) refuse(walk, `${pointer}/series/${index}/data`, 'must hold one point for every category');
  });
}

const xy = object(
  {
    series: list(series, { max: maxSeries }),
    axis_config: object({ categories: list(label, { max: 20 }) }, { x_label: axisLabel, y_label: axisLabel }),
  },
  {},
  everyCategory,
);

const pie = object({
  segments: list(
    object({ label, value: number() }, {}, (value, pointer, walk) => {
      if (typeof value.value === 'number' && value.value <= 0)
        refuse(walk, `${pointer}/value`, 'must be greater than 0');
    }),
    { max: maxSeries },
  ),
});

/** The `chart` of a `data_visualization` block (Slack, 2026-06-16). */
export const chart: Rule = byType(() => ({ pie, bar: xy, line: xy, area: xy }));
