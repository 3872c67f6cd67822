/** What a sheet says by itself, in one language. */
export interface Words {
  readonly title: string;
  readonly process: string;
  readonly template: string;
  readonly client: string;
  readonly initiator: string;
  readonly started: string;
  readonly ended: string;
  readonly status: string;
  readonly reason: string;
  readonly documents: string;
  readonly noDocuments: string;
  readonly version: string;
  readonly file: string;
  readonly added: string;
  readonly signedBy: string;
  readonly round: string;
  readonly noRounds: string;
  readonly opened: string;
  readonly ruleWord: string;
  readonly result: string;
  readonly before: string;
  readonly approver: string;
  readonly deputy: string;
  readonly decisionWord: string;
  readonly comment: string;
  readonly time: string;
  readonly way: string;
  readonly stage: string;
  readonly from: string;
  readonly to: string;
  readonly movedBy: string;
  readonly printed: string;
  readonly record: string;
  readonly state: Readonly<Record<'running' | 'paused' | 'faulted' | 'completed' | 'cancelled', (stage: string) => string>>;
  readonly decision: Readonly<Record<'approved' | 'rejected' | 'none', string>>;
  readonly outcome: Readonly<Record<'approved' | 'rejected' | 'open' | 'closed', string>>;
  readonly mode: Readonly<Record<'parallel' | 'sequential', string>>;
  readonly rule: (rule: string) => string;
}

export const WORDS: Readonly<Record<'ru' | 'en', Words>> = {
  ru: {
    title: 'Лист согласования',
    process: 'Процесс',
    template: 'версия шаблона',
    client: 'Клиент',
    initiator: 'Инициатор',
    started: 'Начат',
    ended: 'Окончен',
    status: 'Состояние',
    reason: 'Причина',
    documents: 'Документы',
    noDocuments: 'Документов нет, или они вам не открыты.',
    version: 'Версия',
    file: 'Файл и его SHA-256',
    added: 'Добавлена',
    signedBy: 'Подписано',
    round: 'Согласование, круг',
    noRounds: 'Согласование ещё не начиналось.',
    opened: 'Открыт',
    ruleWord: 'Правило',
    result: 'Итог',
    before: 'На согласовании',
    approver: 'Согласующий',
    deputy: 'Заместитель',
    decisionWord: 'Решение',
    comment: 'Комментарий',
    time: 'Время',
    way: 'Ход процесса',
    stage: 'Этап',
    from: 'С',
    to: 'По',
    movedBy: 'Перевёл дальше',
    printed: 'Сформирован',
    record: 'Запись в журнале',
    state: {
      running: (stage) => `Идёт, этап «${stage}»`,
      paused: (stage) => `Приостановлен на этапе «${stage}»`,
      faulted: (stage) => `Остановлен ошибкой на этапе «${stage}»`,
      completed: (stage) => `Завершён: «${stage}»`,
      cancelled: () => 'Отменён',
    },
    decision: { approved: 'Согласовано', rejected: 'Отклонено', none: 'Решения нет' },
    outcome: { approved: 'Согласовано', rejected: 'Отклонено', open: 'Идёт', closed: 'Закрыт без решения' },
    mode: { parallel: 'одновременно', sequential: 'по очереди' },
    rule: (rule) =>
      ({ all: 'согласуют все', any: 'достаточно одного', majority: 'большинство' })[rule] ??
      `достаточно согласий: ${rule.replace('count:', '')}`,
  },
  en: {
    title: 'Approval sheet',
    process: 'Process',
    template: 'version of the template',
    client: 'Client',
    initiator: 'Initiator',
    started: 'Started',
    ended: 'Ended',
    status: 'State',
    reason: 'Reason',
    documents: 'Documents',
    noDocuments: 'There are no documents, or none that is open to you.',
    version: 'Version',
    file: 'File and its SHA-256',
    added: 'Added',
    signedBy: 'Signed',
    round: 'Approval, round',
    noRounds: 'Approval has not begun yet.',
    opened: 'Opened',
    ruleWord: 'Rule',
    result: 'Outcome',
    before: 'To be approved',
    approver: 'Approver',
    deputy: 'Deputy',
    decisionWord: 'Decision',
    comment: 'Comment',
    time: 'Time',
    way: 'Way through the stages',
    stage: 'Stage',
    from: 'From',
    to: 'To',
    movedBy: 'Moved on by',
    printed: 'Printed',
    record: 'Record in the log',
    state: {
      running: (stage) => `Running, stage «${stage}»`,
      paused: (stage) => `Paused at the stage «${stage}»`,
      faulted: (stage) => `Halted by a fault at the stage «${stage}»`,
      completed: (stage) => `Completed: «${stage}»`,
      cancelled: () => 'Cancelled',
    },
    decision: { approved: 'Approved', rejected: 'Rejected', none: 'No decision' },
    outcome: { approved: 'Approved', rejected: 'Rejected', open: 'Open', closed: 'Closed without a decision' },
    mode: { parallel: 'all at once', sequential: 'one by one' },
    rule: (rule) =>
      ({ all: 'all approve', any: 'one is enough', majority: 'the majority' })[rule] ?? `enough approvals: ${rule.replace('count:', '')}`,
  },
};

export const APPROVAL_STYLE = `.rejected{color:#b71c1c}
`;

export const APPROVAL_TEMPLATE = `<header>
<p>{{organization}}</p>
<h1>{{title}}</h1>
</header>
<dl>
<dt>{{t.process}}</dt><dd>{{process.title}} ({{process.definitionCode}}, {{t.template}} {{process.definitionVersion}})</dd>
{{#if client}}<dt>{{t.client}}</dt><dd>{{client}}</dd>
{{/if}}<dt>{{t.initiator}}</dt><dd>{{initiator}}</dd>
<dt>{{t.started}}</dt><dd>{{time process.startedAt}}</dd>
{{#if process.endedAt}}<dt>{{t.ended}}</dt><dd>{{time process.endedAt}}</dd>
{{/if}}<dt>{{t.status}}</dt><dd>{{state}}</dd>
{{#if cancelled}}<dt>{{t.reason}}</dt><dd>{{cancelled}}</dd>
{{/if}}</dl>
<h2>{{t.documents}}</h2>
{{#each documents}}<h3>{{name}} «{{title}}»: {{#if color}}<span class="mark" style="background:{{color}}"></span>{{/if}}{{status}}</h3>
<table>
<thead><tr><th>{{@root.t.version}}</th><th>{{@root.t.file}}</th><th>{{@root.t.added}}</th></tr></thead>
<tbody>
{{#each versions}}<tr><td>{{n}}</td><td>{{name}}<br><code>{{sha256}}</code>{{#each signatures}}<br>{{word}}: {{by}}, {{time at}}{{/each}}</td><td>{{time at}}</td></tr>
{{/each}}</tbody>
</table>
{{else}}<p>{{t.noDocuments}}</p>
{{/each}}
{{#each rounds}}<h2>{{@root.t.round}} {{no}}</h2>
<p>{{#if stage}}{{@root.t.stage}}: {{stage}}. {{/if}}{{@root.t.opened}}: {{time openedAt}}. {{@root.t.ruleWord}}: {{rule}}, {{mode}}.</p>
{{#each before}}<p>{{@root.t.before}}: {{number}}, {{@root.t.version}} {{n}}, SHA-256 <code>{{sha256}}</code></p>
{{/each}}<table>
<thead><tr><th>{{@root.t.approver}}</th><th>{{@root.t.deputy}}</th><th>{{@root.t.decisionWord}}</th><th>{{@root.t.comment}}</th><th>{{@root.t.time}}</th></tr></thead>
<tbody>
{{#each approvers}}<tr><td>{{approver}}</td><td>{{deputy}}</td><td{{#if rejected}} class="rejected"{{/if}}>{{decision}}</td><td>{{comment}}</td><td>{{time at}}</td></tr>
{{/each}}</tbody>
</table>
<p><strong>{{@root.t.result}}: {{outcome}}</strong>{{#if closedAt}}, {{time closedAt}}{{/if}}</p>
{{else}}<p>{{t.noRounds}}</p>
{{/each}}
<h2>{{t.way}}</h2>
<table>
<thead><tr><th>{{t.stage}}</th><th>{{t.from}}</th><th>{{t.to}}</th><th>{{t.movedBy}}</th><th>{{t.comment}}</th></tr></thead>
<tbody>
{{#each visits}}<tr><td>{{stage}}</td><td>{{time from}}</td><td>{{time to}}</td><td>{{by}}</td><td>{{comment}}</td></tr>
{{/each}}</tbody>
</table>
<footer>{{t.printed}}: {{time now}}. {{t.record}}: smartProcess-{{id}}</footer>
`;
