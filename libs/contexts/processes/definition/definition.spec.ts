import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { seededDefinitions } from '../seeds';
import contractApproval from '../seeds/contract-approval.json';
import { problemsOf } from './check';
import { filledIn } from './shape';
import { durationMillis, type ProcessDefinitionData } from './definition';
import { mermaidOf, svgOf } from './draw';
import { evaluate, holds } from './expr';

const example = (name: string) =>
  parse(readFileSync(join(__dirname, '../../../../examples/processes', `${name}.yaml`), 'utf8'), { merge: true }) as unknown;

const stage = (code: string, semantic: string, exits: object[] = [], rest: object = {}) => ({
  code,
  name: { ru: code },
  order: 1,
  color: '#000000',
  semantic,
  exits,
  ...rest,
});
const definition = (...stages: object[]) => ({ code: 'd', name: { ru: 'Д' }, subjectTypes: ['company'], stages });
const small = (rest: object = {}, exit: object = { to: 'done', on: 'manual' }) =>
  definition(stage('first', 'initial', [exit], rest), stage('done', 'success'));
const messages = (value: unknown) => problemsOf(value).map(({ pointer, message }) => `${pointer}: ${message}`);
const log = (key: string, text = 'x', rest: object = {}) => ({ key, type: 'log', args: { text }, ...rest });

describe('A process definition', () => {
  test.each(['payment-collection', 'service-deal'])(
    'R097 R151 %s is data that passes the publish check, and the example that people read',
    (name) => {
      const seeded = seededDefinitions.find((each) => (each as { code: string }).code === name);
      expect(messages(seeded)).toEqual([]);
      expect(example(name)).toEqual(seeded);
    },
  );

  test('R116 a task that is waited for has no controller: nobody would hand it over', () => {
    const job = {
      key: 'job',
      type: 'create_task',
      args: { title: 'T', assignee: 'author', controller: 'author', waitForCompletion: true },
    };
    expect(messages(small({ onEnter: [job] }))).toEqual([
      '/stages/0/onEnter/0/args/controller: nobody would hand «job» to its controller: the process waits for it',
    ]);
    const triggers = [{ on: 'TaskStarted', steps: [{ key: 'over', type: 'submit_task', args: { task: 'job' } }] }];
    expect(messages({ ...small({ onEnter: [job] }), triggers })).toEqual([]);
  });

  test('R111 a letter says where it goes, what it is written in and how it is sent; another letter of the product is for the queue', () => {
    const mail = (args: object) =>
      small({ onEnter: [{ key: 'mail', type: 'send_email', args: { to: 'client', subject: 'x', text: 'x', ...args } }] });
    expect(messages(mail({ contentType: 'html', charset: 'utf-8', mode: 'direct' }))).toEqual([]);
    expect(messages(mail({ mode: 'queued', templateSite: 'notification.message' }))).toEqual([]);
    const at = '/stages/0/onEnter/0/args';
    expect(messages(mail({ templateSite: 'notification.message' }))).toEqual([`${at}/templateSite: is for the mode queued alone`]);
    expect(messages(mail({ charset: 'koi8-r', contentType: 'rtf', templateSite: 'x', mode: 'queued' }))).toEqual([
      `${at}/contentType: must be one of text, html`,
      `${at}/charset: must be one of utf-8`,
      `${at}/templateSite: must be one of notification.message`,
    ]);
  });

  test('R097 a long row of spaces where a placeholder might end is read in one go', () => {
    expect(evaluate(`{{${' '.repeat(50_000)}`, {})).toHaveLength(50_002);
    expect(evaluate('{{ params.a }}', { params: { a: 1 } })).toBe(1);
  });

  test('R150 a process that starts by itself asks nobody for its parameters', () => {
    const param = { key: 'who', type: 'staff', required: true };
    const starting = { ...small(), autoStartOnCreate: true };
    expect(messages({ ...starting, params: [param] })).toEqual([
      '/params/0: a process that starts by itself cannot be given «who»: it needs a default',
    ]);
    expect(messages({ ...starting, params: [{ ...param, default: '{{process.initiator}}' }] })).toEqual([]);
  });

  test('R097 R100 R101 R102 contract-approval is data that passes the publish check', () => {
    expect(messages(contractApproval)).toEqual([]);
    const { stages } = filledIn(contractApproval) as ProcessDefinitionData;
    const work = stages.filter(({ semantic }) => semantic === 'work');
    expect(
      work.map(({ timers }) =>
        timers.map(({ key, after, repeatEvery, maxRepeats, clock }) => [key, after, repeatEvery, maxRepeats, clock]),
      ),
    ).toEqual(work.map(() => [['delay', 'PT24H', 'PT24H', 10, 'calendar']]));
  });

  test('R150 R152 service-deal does not start by itself; it tells the dispatcher first and creates the task second', () => {
    const { autoStartOnCreate, stages } = filledIn(example('service-deal')) as ProcessDefinitionData;
    expect(autoStartOnCreate).toBe(false);
    expect(stages[0]!.onEnter.slice(0, 2)).toMatchObject([
      { type: 'notify_user', args: { to: ['field:dispatcherId'] } },
      { type: 'create_task', args: { title: 'Провести сервис: {{subject.title}}' } },
    ]);
  });

  test.each([
    [null, [': must be an object']],
    [{ ...small(), colour: 1 }, ['/colour: is not a known field']],
    [small({ color: 'red' }), ['/stages/0/color: must be a color #RRGGBB']],
    [small({}, { to: 'nowhere', on: 'manual' }), ['/stages/0/exits/0/to: there is no stage «nowhere»']],
    [
      definition(
        stage('a', 'initial', [{ to: 'c', on: 'manual' }]),
        stage('b', 'work', [{ to: 'c', on: 'manual' }]),
        stage('c', 'success'),
      ),
      ['/stages/1: no way leads to the stage «b»'],
    ],
    [
      definition(
        stage('a', 'initial', [
          { to: 'b', on: 'manual' },
          { to: 'c', on: 'manual' },
        ]),
        stage('b', 'work'),
        stage('c', 'success'),
      ),
      ['/stages/1: from the stage «b» no way leads to a final one'],
    ],
    [definition(stage('a', 'work'), stage('c', 'success')), ['/stages: exactly one stage is the initial one, not 0']],
    [
      definition(stage('a', 'initial', [{ to: 'c', on: 'manual' }]), stage('c', 'failure')),
      ['/stages: no way leads to a final stage with success'],
    ],
    [
      definition(
        stage('a', 'initial', [{ to: 'b', on: 'steps_completed' }]),
        stage('b', 'work', [
          { to: 'a', on: 'steps_completed' },
          { to: 'c', on: 'manual' },
        ]),
        stage('c', 'success'),
      ),
      [
        '/stages/0/exits/0: the process would go round by itself for ever: a → b → a',
        '/stages/1/exits/0: the process would go round by itself for ever: b → a → b',
      ],
    ],
    [
      definition(stage('a', 'initial', [{ to: 'c', on: 'manual' }]), stage('c', 'success', [{ to: 'a', on: 'manual' }])),
      ['/stages/1/exits: a final stage has no exits'],
    ],
    [{ ...small(), kind: 'sequential' }, ['/stages/0/exits/0/on: a sequential process has no manual exits']],
    [small({ onEnter: [log('one'), log('one')] }), ['/stages/0/onEnter/1/key: the step «one» is there twice']],
    [
      small({ onEnter: [log('one', '{{steps.two.text}}'), log('two')] }),
      ['/stages/0/onEnter/0/args: the step «two» comes later than the place that refers to it'],
    ],
    [
      small({ onEnter: [log('one'), log('two', '{{steps.one.size}}')] }),
      ['/stages/0/onEnter/1/args: a step log has no output «size»: it has text'],
    ],
    [small({ onEnter: [log('one', '{{params.who}}')] }), ['/stages/0/onEnter/0/args: there is no parameter «who»']],
    [
      small({ onEnter: [log('one', '{{moon}}')] }),
      ['/stages/0/onEnter/0/args: {{moon}} begins with none of subject, process, params, document, event, steps'],
    ],
    [small({ responsible: 'param:who' }), ['/stages/0/responsible: there is no parameter «who»']],
    [
      small({ onEnter: [{ key: 'one', type: 'fly', args: {} }] }),
      [expect.stringContaining('/stages/0/onEnter/0/type: must be one of assign_responsible')],
    ],
    [
      small({ onEnter: [{ key: 'one', type: 'log', args: { txt: 1 } }] }),
      ['/stages/0/onEnter/0/args/text: is missing', '/stages/0/onEnter/0/args/txt: is not an argument of log'],
    ],
    [small({}, { to: 'done', on: { approval: 'vote', outcome: 'approved' } }), ['/stages/0/exits/0/on/approval: there is no step «vote»']],
    [small({}, { to: 'done', on: { timer: 'late' } }), ['/stages/0/exits/0/on/timer: the stage has no timer «late»']],
    [{ ...small(), triggers: [{ on: 'DealPaid', inStages: ['x'], steps: [log('t')] }] }, ['/triggers/0/inStages/0: there is no stage «x»']],
  ])('is refused with the place and the reason %#', (value, expected) => expect(messages(value)).toEqual(expected));

  test('R117 a draft may refer to the outputs of any step that it holds before', () => {
    const task = { key: 'job', type: 'create_task', args: { title: 'T', assignee: 'author', waitForCompletion: true } };
    expect(messages(small({ onEnter: [task, log('after', '{{steps.job.result}}')] }))).toEqual([]);
  });

  test('never throws, whatever it is given', () => {
    for (const value of [
      1,
      'x',
      [],
      { stages: 1 },
      { stages: [1, null] },
      small({ onEnter: [{ key: 'b', type: 'branch', args: { cases: 3 } }] }),
    ])
      expect(problemsOf(value).length).toBeGreaterThan(0);
  });

  test('is drawn: every stage and every way, in Mermaid and in SVG', () => {
    const data = filledIn(contractApproval) as ProcessDefinitionData;
    const [mermaid, svg] = [mermaidOf(data), svgOf(data)];
    for (const { name, code } of data.stages) {
      expect(mermaid).toContain(`"${name.ru}"`);
      expect(mermaid).toContain(`style s_${code} stroke:`);
      expect(svg).toContain(`>${name.ru}</text>`);
    }
    const ways = data.stages.reduce((sum, { exits }) => sum + new Set(exits.map(({ to }) => to)).size, 0);
    expect(mermaid.match(/-->/g)).toHaveLength(ways);
    expect(svg.match(/marker-end/g)).toHaveLength(ways);
  });
});

describe('R110 Expressions', () => {
  const scope = { subject: { number: 7, name: { ru: 'Лютик' }, tags: ['a', 'b'], none: '' }, params: {} };
  test.each([
    ['№ {{subject.number}} «{{subject.name}}»', '№ 7 «Лютик»'],
    ['{{subject.number}}', 7],
    ['{{subject.missing}}!', '!'],
    ['{{subject.tags}}', ['a', 'b']],
    [{ eq: ['{{subject.number}}', 7] }, true],
    [{ ne: ['{{subject.number}}', 7] }, false],
    [{ gt: ['{{subject.number}}', 6] }, true],
    [{ lt: ['{{subject.missing}}', 6] }, false],
    [{ in: ['b', '{{subject.tags}}'] }, true],
    [{ and: [true, { not: false }] }, true],
    [{ or: [false, { empty: '{{subject.none}}' }] }, true],
    [
      { field: '{{subject.number}}', other: 1 },
      { field: 7, other: 1 },
    ],
  ])('%j is %j', (expr, expected) => expect(evaluate(expr, scope)).toEqual(expected));

  test('a condition that is not there holds; one that finds nothing does not', () => {
    expect([holds(undefined, scope), holds('{{subject.missing}}', scope)]).toEqual([true, false]);
  });

  test.each([
    ['PT24H', 86_400_000],
    ['P3D', 259_200_000],
    ['PT1M30S', 90_000],
    ['P', undefined],
    ['24h', undefined],
    ['PT', undefined],
  ])('%s is %s ms', (text, expected) => expect(durationMillis(text)).toBe(expected));
});
