import { isFinal, type ExitDef, type ProcessDefinitionData, type StageDef } from './definition';

const said = ({ name, on }: ExitDef): string => {
  if (name) return name.ru;
  if (typeof on === 'string') return on === 'manual' ? 'вручную' : 'шаги выполнены';
  if ('event' in on) return on.event;
  if ('approval' in on) return `${on.approval}: ${on.outcome === 'approved' ? 'согласовано' : 'отклонено'}`;
  if ('task' in on) return `${on.task}: ${on.outcome === 'completed' ? 'завершена' : 'отменена'}`;
  return `таймер ${on.timer}`;
};

/** Several exits to one stage are one line with all that is said of them. */
const lines = ({ exits }: StageDef) => {
  const byStage = new Map<string, string[]>();
  for (const exit of exits) byStage.set(exit.to, [...(byStage.get(exit.to) ?? []), said(exit)]);
  return [...byStage];
};

const id = (code: string) => `s_${code.replaceAll('-', '_')}`;
const quoted = (text: string) => text.replaceAll('"', '#quot;');

/** The definition as a flowchart in the language of Mermaid. */
export function mermaidOf({ stages }: ProcessDefinitionData): string {
  const box = (stage: StageDef) => {
    const text = `"${quoted(stage.name.ru)}"`;
    return `  ${id(stage.code)}${stage.semantic === 'initial' ? `([${text}])` : isFinal(stage) ? `[[${text}]]` : `[${text}]`}`;
  };
  const arrows = stages.flatMap((stage) =>
    lines(stage).map(([to, texts]) => `  ${id(stage.code)} -->|"${quoted(texts.join(' / '))}"| ${id(to)}`),
  );
  const colors = stages.map(({ code, color }) => `  style ${id(code)} stroke:${color},stroke-width:2px`);
  return ['flowchart TD', ...stages.map(box), ...arrows, ...colors, ''].join('\n');
}

const WIDTH = 200;
const HEIGHT = 52;
const ROW = 112;
const COLUMN = 250;
const LANE = 26;
const MARGIN = 30;

interface Place {
  readonly stage: StageDef;
  readonly x: number;
  readonly y: number;
}

/** Rows by the longest way forward from the initial stage; ways back lead to a stage of a lower order. */
function placed({ stages }: ProcessDefinitionData): ReadonlyMap<string, Place> {
  const inOrder = [...stages].sort((one, other) => one.order - other.order);
  const row = new Map(inOrder.map(({ code }) => [code, 0]));
  const rank = new Map(inOrder.map(({ code }, at) => [code, at]));
  for (const { code, exits } of inOrder)
    for (const { to } of exits) if ((rank.get(to) ?? 0) > rank.get(code)!) row.set(to, Math.max(row.get(to)!, row.get(code)! + 1));
  const columns = new Map<number, number>();
  return new Map(
    inOrder.map((stage) => {
      const at = row.get(stage.code)!;
      const column = columns.get(at) ?? 0;
      columns.set(at, column + 1);
      return [stage.code, { stage, x: MARGIN + column * COLUMN, y: MARGIN + at * ROW }];
    }),
  );
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const clipped = (text: string, most: number) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

/** The definition as a picture (SVG): stages in rows, ways on straight down, ways over a row and back in lanes at the side. */
export function svgOf(data: ProcessDefinitionData): string {
  const places = placed(data);
  const right = Math.max(...[...places.values()].map(({ x }) => x)) + WIDTH;
  let lane = 0;
  const ways = data.stages.flatMap((stage) => {
    const from = places.get(stage.code)!;
    return lines(stage).map(([code, texts]) => {
      const to = places.get(code)!;
      const text = texts.join(' / ');
      if (to.y - from.y === ROW) return straight(from, to, text);
      lane++;
      return around(from, to, text, right + LANE * lane);
    });
  });
  const width = right + LANE * (lane + 1) + 190;
  const height = Math.max(...[...places.values()].map(({ y }) => y)) + HEIGHT + MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif">`,
    `<title>${escaped(data.name.ru)}</title>`,
    '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L10 5L0 10z" fill="#546E7A"/></marker></defs>',
    '<rect width="100%" height="100%" fill="#fff"/>',
    ...ways,
    ...[...places.values()].map(box),
    '</svg>',
    '',
  ].join('\n');
}

const box = ({ stage, x, y }: Place) => {
  const rounded = stage.semantic === 'initial' ? HEIGHT / 2 : 6;
  const double = isFinal(stage)
    ? `<rect x="${x + 4}" y="${y + 4}" width="${WIDTH - 8}" height="${HEIGHT - 8}" rx="4" fill="none" stroke="${stage.color}"/>`
    : '';
  return `<g><rect x="${x}" y="${y}" width="${WIDTH}" height="${HEIGHT}" rx="${rounded}" fill="#fff" stroke="${stage.color}" stroke-width="3"/>${double}<text x="${x + WIDTH / 2}" y="${y + HEIGHT / 2 + 5}" text-anchor="middle" font-size="14">${escaped(clipped(stage.name.ru, 24))}</text></g>`;
};

const line = (path: string) => `<path d="${path}" fill="none" stroke="#546E7A" marker-end="url(#tip)"/>`;
const label = (x: number, y: number, text: string, anchor = 'start') =>
  `<text x="${x}" y="${y}" font-size="11" fill="#37474F" text-anchor="${anchor}" paint-order="stroke" stroke="#fff" stroke-width="4">${escaped(clipped(text, 44))}</text>`;

function straight(from: Place, to: Place, text: string): string {
  const [x1, y1, x2, y2] = [from.x + WIDTH / 2, from.y + HEIGHT, to.x + WIDTH / 2, to.y];
  return line(`M${x1} ${y1}L${x2} ${y2}`) + label((x1 + x2) / 2 + 6, (y1 + y2) / 2 + 4, text);
}

function around(from: Place, to: Place, text: string, lane: number): string {
  const [y1, y2] = [from.y + HEIGHT * 0.65, to.y + HEIGHT * 0.35];
  const [x1, x2] = [from.x + WIDTH, to.x + WIDTH];
  return line(`M${x1} ${y1}H${lane}V${y2}H${x2}`) + label(lane + 4, (y1 + y2) / 2 + (lane % 3) * 14, text);
}
