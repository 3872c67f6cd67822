import { newId } from '@letopis/kernel';
import { type Caller, World } from '../support/world';

interface Step {
  readonly n: number;
  readonly done: boolean;
  readonly doneAt?: string;
  readonly missing: readonly { who?: string; what: string }[];
}

describe('Readiness of an organization', () => {
  let world: World;
  let admin: Caller;
  let anna: Caller;
  let romashka: string;
  beforeAll(async () => {
    world = await World.start();
    admin = await world.admin();
    anna = await world.person('anna@romashka.ru');
  });
  afterAll(() => world.stop());

  const progress = async (caller = admin): Promise<{ steps: Step[]; percent: number; completed: boolean; completedAt?: string }> => {
    await world.settle();
    const { status, body } = await caller.get(`/v1/registries/onboarding_progress/${romashka}?filter[organizationId]=${romashka}`);
    if (status !== 200) throw new Error(JSON.stringify(body));
    return body;
  };
  const done = async () => (await progress()).steps.filter((step) => step.done).map(({ n }) => n);
  const missing = async (n: number) => (await progress()).steps[n - 1]!.missing;

  test('S11 R001 steps 1 to 4 are enforced by what commands allow', async () => {
    romashka = (await anna.ok('AddLegalEntity', { inn: '7707083893', shortName: 'Ромашка' })).aggregateId;
    expect(await done()).toEqual([1, 3]);
    expect(await missing(2)).toEqual([{ what: 'nomination' }]);
    const requestId = newId();
    await anna.ok('RequestClientRegistration', { organizationId: romashka, requestId });
    expect(await done()).toEqual([1, 2, 3]);
    expect(await anna.refused('ConfirmOnboardingStep', { organizationId: romashka, step: 5 })).toBe('403 FORBIDDEN');
    await admin.ok('AcceptClientRegistration', { organizationId: romashka, requestId });
    // Of employees there is only the administrator, who is in.
    expect(await done()).toEqual([1, 2, 3, 4, 6]);
    expect(await missing(5)).toEqual([{ what: 'participant' }]);
    expect(await missing(7)).toEqual([{ who: 'anna@romashka.ru', what: 'card' }]);
    expect(await anna.rows('onboarding_progress', `?filter[organizationId]=${romashka}`)).toMatchObject([
      { percent: 62, completed: false },
    ]);
    expect((await progress(anna)).steps).toHaveLength(8);
  });

  const emails = ['boris@romashka.ru', 'vera@romashka.ru', 'gleb@romashka.ru'];
  const people: Caller[] = [];

  test('S11 R001 R015 steps 5 and 6 are done when everybody invited has registered and come in', async () => {
    for (const email of emails) await anna.ok('InviteParticipant', { organizationId: romashka, email });
    expect(await done()).toEqual([1, 2, 3, 4]);
    expect(await missing(5)).toEqual(emails.map((who) => ({ who, what: 'registration' })));
    expect(await missing(6)).toEqual(emails.map((who) => ({ who, what: 'access' })));
    for (const email of emails) people.push(await world.person(email));
    expect(await done()).toEqual([1, 2, 3, 4, 5]);
    for (const person of people) {
      await world.settle();
      const [{ id }] = await person.rows('my_invitations');
      await person.ok('AcceptInvitation', { invitationId: id });
    }
    expect(await done()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  const cards: string[] = [];

  test('S11 R001 R024 step 7 is done when every member has a card with the address', async () => {
    for (const [at, value] of ['anna@romashka.ru', ...emails].entries()) {
      expect(await done()).toEqual([1, 2, 3, 4, 5, 6]);
      const { aggregateId: emailId } = await anna.ok('AddEmailAddress', { organizationId: romashka, value: value.toUpperCase() });
      const name = { lastName: 'Петров', firstName: ['Анна', 'Борис', 'Вера', 'Глеб'][at]! };
      cards.push((await anna.ok('CreatePerson', { organizationId: romashka, name, emailIds: [emailId] })).aggregateId);
    }
    expect(await done()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(await missing(8)).toHaveLength(4);
  });

  const completions = async () =>
    (await world.events(`organization-${romashka}`)).filter((type) => type === 'OrganizationOnboardingCompleted');
  const notices = () => world.letters('anna@romashka.ru').filter(({ subject }) => subject.startsWith('Организация готова к работе'));

  test('S11 R001 R033 with the last link accepted the organization is ready, once, and its administrators have three texts to read', async () => {
    for (const [at, userEmail] of ['anna@romashka.ru', ...emails].entries()) {
      expect(await completions()).toEqual([]);
      const { aggregateId: personLinkId } = await anna.ok('CreatePersonLinkRequest', {
        organizationId: romashka,
        personId: cards[at],
        userEmail,
      });
      await [anna, ...people][at]!.ok('AcceptPersonLink', { personLinkId });
    }
    const { steps, percent, completed, completedAt } = await progress();
    expect(steps.every((step) => step.done)).toBe(true);
    expect(steps.map(({ doneAt }) => doneAt)).toEqual([...steps].map(({ doneAt }) => doneAt).filter(Boolean));
    expect({ percent, completed, completedAt: typeof completedAt }).toEqual({ percent: 100, completed: true, completedAt: 'string' });
    expect(await completions()).toHaveLength(1);
    expect(notices()).toHaveLength(1);
    for (const reading of ['1. Основные понятия', '2. Устройство интерфейса', '3. Виды поиска'])
      expect(notices()[0]!.text).toContain(reading);
  });

  test('S11 R001 whoever is invited later completes nothing a second time', async () => {
    await anna.ok('InviteParticipant', { organizationId: romashka, email: 'dina@romashka.ru' });
    const dina = await world.person('dina@romashka.ru');
    await world.settle();
    const [{ id }] = await dina.rows('my_invitations');
    await dina.ok('AcceptInvitation', { invitationId: id });
    expect(await progress()).toMatchObject({ completed: true, percent: 100 });
    expect(await completions()).toHaveLength(1);
    expect(notices()).toHaveLength(1);
    expect(await admin.rows('onboarding_progress', '?filter[completed]=false')).toEqual([]);
  });

  test('R001 an administrator may declare the last steps done; to strangers the progress is not there', async () => {
    const romb = await world.client(admin, anna, '7736207543', 'Ромб');
    for (const step of [5, 6, 7, 8]) await anna.ok('ConfirmOnboardingStep', { organizationId: romb, step });
    await world.settle();
    expect(await world.events(`organization-${romb}`)).toContain('OrganizationOnboardingCompleted');
    expect(await anna.rows('onboarding_progress', `?filter[organizationId]=${romb}`)).toMatchObject([{ completed: true, percent: 100 }]);
    const stranger = await world.person('olga@mail.ru');
    expect((await stranger.get(`/v1/registries/onboarding_progress?filter[organizationId]=${romb}`)).body.code).toBe('NOT_FOUND');
    expect(await people[0]!.refused('ConfirmOnboardingStep', { organizationId: romashka, step: 5 })).toBe('403 FORBIDDEN');
  });

  test('S11 read models rebuilt from the start are the same', async () => {
    await world.settle();
    expect(await world.differencesAfterRebuild()).toEqual([]);
  });
});
