import { before } from '@letopis/kernel';
import { NOW, rows } from '../../../kernel/testing';
import { isIdle, route, type RoutingPolicy } from './routing';

/** G.2, row by row. `idle` is minutes:seconds since the last activity, `never` nobody has seen the person;
 * `also`: an SMS is wanted besides. */
const TABLE = `
| policy            | recipient | xmpp | site | idle  | email | phone | sms | wants | also | channels       |
| user_notification | user      | yes  | yes  | 0:00  | yes   | yes   | on  | yes   | no   | xmpp           |
| user_notification | user      | yes  | no   | never | yes   | yes   | on  | yes   | no   | xmpp           |
| user_notification | user      | no   | yes  | 0:00  | yes   | yes   | on  | yes   | no   | site           |
| user_notification | user      | no   | yes  | 60:00 | yes   | yes   | on  | yes   | no   | site           |
| user_notification | user      | no   | no   | never | yes   | yes   | on  | yes   | no   | site email     |
| user_notification | user      | no   | no   | never | yes   | yes   | on  | no    | no   | site           |
| user_notification | user      | no   | no   | never | no    | yes   | on  | yes   | no   | site           |
| user_notification | external  | no   | no   | never | yes   | yes   | on  | yes   | no   | email          |
| user_notification | external  | no   | no   | never | no    | yes   | on  | yes   | no   | sms            |
| user_notification | external  | no   | no   | never | no    | yes   | off | yes   | no   | none           |
| social_message    | user      | no   | yes  | 9:59  | yes   | yes   | on  | yes   | no   | site           |
| social_message    | user      | no   | yes  | 10:00 | yes   | yes   | on  | yes   | no   | site email     |
| social_message    | user      | no   | yes  | 10:01 | yes   | yes   | on  | yes   | no   | site email     |
| social_message    | user      | yes  | yes  | 0:01  | yes   | yes   | on  | yes   | no   | site           |
| social_message    | user      | no   | no   | never | yes   | yes   | on  | yes   | no   | site email     |
| social_message    | user      | no   | no   | never | yes   | yes   | on  | no    | no   | site           |
| social_message    | external  | no   | no   | never | yes   | no    | on  | yes   | no   | email          |
| email             | user      | yes  | yes  | 0:00  | yes   | yes   | on  | yes   | no   | email          |
| email             | external  | no   | no   | never | yes   | yes   | on  | no    | no   | email          |
| email             | external  | no   | no   | never | no    | yes   | on  | yes   | no   | none           |
| system_email      | user      | yes  | yes  | 0:00  | yes   | yes   | on  | no    | no   | email          |
| sms               | user      | yes  | yes  | 0:00  | yes   | yes   | on  | yes   | no   | sms            |
| sms               | user      | no   | no   | never | yes   | no    | on  | yes   | no   | email          |
| sms               | user      | no   | no   | never | yes   | yes   | off | yes   | no   | email          |
| sms               | external  | no   | no   | never | no    | yes   | on  | yes   | no   | sms            |
| sms               | external  | no   | no   | never | no    | no    | on  | yes   | no   | none           |
| user_notification | user      | yes  | yes  | 0:00  | yes   | yes   | on  | yes   | yes  | xmpp sms       |
| user_notification | user      | no   | yes  | 0:00  | yes   | yes   | on  | yes   | yes  | site sms       |
| user_notification | user      | no   | no   | never | yes   | yes   | on  | yes   | yes  | site email sms |
| user_notification | user      | no   | no   | never | yes   | yes   | on  | no    | yes  | site sms       |
| user_notification | user      | no   | yes  | 0:00  | yes   | no    | on  | yes   | yes  | site           |
| user_notification | user      | no   | yes  | 0:00  | yes   | yes   | off | yes   | yes  | site           |
| user_notification | external  | no   | no   | never | no    | yes   | on  | yes   | yes  | sms            |
| social_message    | user      | no   | yes  | 9:59  | yes   | yes   | on  | yes   | yes  | site           |
`;

const lastSeen = (idle: string): string | undefined => {
  const [minutes, seconds] = idle.split(':').map(Number);
  return idle === 'never' ? undefined : before(NOW, { minutes, seconds });
};

describe('Routing of notifications', () => {
  test.each(rows(TABLE).map((row) => [Object.values(row).join(' '), row] as const))('R109 R113 R114 S27 %s', (_, row) => {
    const channels = route({
      policy: row.policy as RoutingPolicy,
      presence: { xmppOnline: row.xmpp === 'yes', siteAuthorised: row.site === 'yes', lastActivityAt: lastSeen(row.idle!) },
      reach: { isUser: row.recipient === 'user', email: row.email === 'yes', phone: row.phone === 'yes', smsOn: row.sms === 'on' },
      now: NOW,
      idleMinutes: 10,
      alsoSms: row.also === 'yes',
      withoutEmail: row.wants === 'no',
    });
    expect(channels.join(' ') || 'none').toBe(row.channels);
  });

  test('R114 ten minutes to the millisecond are idle, and an organization may set another number', () => {
    expect(isIdle('2026-03-02T08:50:00.001Z', NOW, 10)).toBe(false);
    expect(isIdle('2026-03-02T08:50:00.000Z', NOW, 10)).toBe(true);
    expect(isIdle('2026-03-02T08:50:00.000Z', NOW, 11)).toBe(false);
  });
});
