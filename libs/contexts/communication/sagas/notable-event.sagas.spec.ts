import { userProfile, type UserProfileEvents } from '@letopis/contexts/identity';
import { organization, type OrganizationEvents } from '@letopis/contexts/organizations';
import { staffMember, type StaffMemberEvents } from '@letopis/contexts/staff';
import { derivedId, schedule, send } from '@letopis/kernel';
import { facts, stream, when, whenTimer, type Stream } from '../../../kernel/testing';
import { chatting, staffIdOf } from '../chat.fixtures';
import { anna, boris, romashka, viktor } from '../communication.fixtures';
import { RequestNotification } from '../notification/notification.commands';
import type { NotableDayRow } from '../projections/notable-days';
import { daysOf, notableEventSaga } from './notable-event.saga';

const ofOrganization = facts<OrganizationEvents>();
const itself = chatting.find(({ definition }) => (definition as object) === organization)!;
const lutik: NotableDayRow = {
  ...{ recordId: derivedId('contact', 'lutik'), type: 'contact', organizationId: romashka, name: 'Лютиков Пётр' },
  ...{ day: '03-05', staffId: staffIdOf(viktor), current: true },
};
const rows = (...some: readonly Partial<NotableDayRow>[]) => ({ notable_days: some.map((row) => ({ ...lutik, ...row })) });
const inEkaterinburg = stream(userProfile, viktor.userId, facts<UserProfileEvents>()('TimeZoneSet', { timeZone: 'Asia/Yekaterinburg' }));
/** The day begins in UTC+14 and is looked at then. */
const DAWN = '2026-03-04T10:00:00.000Z';
const looks = (found: ReturnType<typeof rows>, ...more: readonly Stream[]) =>
  whenTimer(notableEventSaga, 'day', itself, { streams: [...chatting, ...more], dueAt: DAWN, rows: found });
const tomorrow = schedule('day', '2026-03-05T10:00:00.000Z');
const morning = (userId: string, at: string) => schedule(`morning:${userId}:2026-03-05`, at, { userId, date: '2026-03-05' });

describe('NotableEventSaga', () => {
  test('R051 begins with the day after an organization has become a client, and goes on from day to day', async () => {
    const registered = stream(
      organization,
      romashka,
      ofOrganization('OrganizationRegisteredAsClient', { requestId: 'r', registeredAt: '2026-03-02T09:00:00.000Z' }),
    );
    await when(notableEventSaga, registered).thenEffects(schedule('day', '2026-03-02T10:00:00.000Z'));
    await looks(rows()).thenEffects(tomorrow);
    await looks(rows({ day: '03-06' })).thenEffects(tomorrow);
  });

  test('R051 the responsible is told at nine in the morning of the own zone', async () => {
    await looks(rows({})).thenEffects(tomorrow, morning(viktor.userId, '2026-03-05T06:00:00.000Z'));
    await looks(rows({}, { recordId: derivedId('contact', 'other') }), inEkaterinburg).thenEffects(
      tomorrow,
      morning(viktor.userId, '2026-03-05T04:00:00.000Z'),
    );
  });

  test('R051 where nobody is responsible who is still there, administrators are told; of a person who made the card', async () => {
    const toAnna = morning(anna.userId, '2026-03-05T06:00:00.000Z');
    await looks(rows({ staffId: undefined })).thenEffects(tomorrow, toAnna);
    const dismissed = stream(
      staffMember,
      derivedId('staff', 'gone'),
      facts<StaffMemberEvents>()('StaffMemberCreated', {
        ...{ organizationId: romashka, isDefaultAdmin: false, origin: 'form', login: 'gone', email: 'gone@romashka.ru' },
      }),
      facts<StaffMemberEvents>()('StaffMemberDismissed', { departmentIds: [], roleCodes: [] }),
    );
    await looks(rows({ staffId: derivedId('staff', 'gone') }), dismissed).thenEffects(tomorrow, toAnna);
    const card = { type: 'person' as const, staffId: undefined };
    await looks(rows({ ...card, authorUserId: boris.userId })).thenEffects(tomorrow, morning(boris.userId, '2026-03-05T06:00:00.000Z'));
    await looks(rows({ ...card, authorUserId: derivedId('person', 'left') })).thenEffects(tomorrow, toAnna);
  });

  test('days that were missed while nothing ran are looked at together', () =>
    whenTimer(notableEventSaga, 'day', itself, {
      ...{ streams: chatting, dueAt: DAWN, firedAt: '2026-03-08T12:00:00.000Z', rows: rows({}, { day: '03-09' }, { day: '03-10' }) },
    }).thenEffects(
      schedule('day', '2026-03-09T10:00:00.000Z'),
      morning(viktor.userId, '2026-03-05T06:00:00.000Z'),
      schedule(`morning:${viktor.userId}:2026-03-09`, '2026-03-09T06:00:00.000Z', { userId: viktor.userId, date: '2026-03-09' }),
    ));

  test('nobody of a suspended organization is told, until it goes on; an archived one is not looked at again', async () => {
    const suspended = { ...itself, facts: [...itself.facts, ofOrganization('OrganizationSuspended', {} as never)] };
    const others = chatting.filter((each) => each !== itself);
    await whenTimer(notableEventSaga, 'day', suspended, { streams: others, dueAt: DAWN, rows: rows({}) }).thenEffects(tomorrow);
    const ended = { ...itself, facts: [...itself.facts, ofOrganization('OrganizationArchived', {} as never)] };
    await whenTimer(notableEventSaga, 'day', ended, { streams: others, dueAt: DAWN, rows: rows({}) }).thenNothing();
  });

  const tells = (found: ReturnType<typeof rows>, ...more: readonly Stream[]) =>
    whenTimer(notableEventSaga, `morning:${viktor.userId}:2026-03-05`, itself, {
      ...{ streams: [...chatting, ...more], payload: { userId: viktor.userId, date: '2026-03-05' }, rows: found },
    });
  const message = (textSite: string, { recordId, type }: Pick<NotableDayRow, 'recordId' | 'type'> = lutik) =>
    send(
      RequestNotification,
      {
        notificationId: derivedId('notableEvent', recordId, viktor.userId, '2026-03-05'),
        ...{ organizationId: romashka, recipient: { userId: viktor.userId }, category: 'notable_event', policy: 'user_notification' },
        ...{ textSite, link: { type, id: recordId }, about: type === 'company' ? undefined : `${type}:${recordId}` },
      },
      recordId,
    );

  test('S15 R051 what is told names whose day it is, in the language of the reader, once a day', async () => {
    await tells(rows({})).thenEffects(message('День рождения: Лютиков Пётр, 5 марта'));
    const company = { recordId: derivedId('company', 'lutik'), type: 'company' as const };
    await tells(rows({ ...company, name: 'Лютик' })).thenEffects(message('День основания: Лютик, 5 марта', company));
    const english = stream(userProfile, viktor.userId, facts<UserProfileEvents>()('InterfaceLanguageSet', { locale: 'en' }));
    await tells(rows({}), english).thenEffects(message('Birthday: Лютиков Пётр, 5 March'));
  });

  test('what has changed since dawn counts: another responsible, another day, the archive', () =>
    tells(rows({ staffId: staffIdOf(boris) }, { day: '03-06' }, { current: false })).thenNothing());

  test('R051 whoever was born on the leap day has a day in every year', () => {
    expect([daysOf('2028-02-28'), daysOf('2028-02-29'), daysOf('2026-02-28'), daysOf('2026-03-01')]).toEqual([
      ['02-28'],
      ['02-29'],
      ['02-28', '02-29'],
      ['03-01'],
    ]);
  });
});
