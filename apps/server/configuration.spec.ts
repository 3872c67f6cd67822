import { StartError } from '@letopis/runtime';
import { configurationFrom } from './configuration';

describe('XMPP_URL', () => {
  const account = (url: string | undefined) => configurationFrom({ XMPP_URL: url }).xmpp;

  test.each<[string, object]>([
    ['xmpp://letopis:secret@xmpp.romashka.ru', { service: 'xmpp://xmpp.romashka.ru', domain: 'xmpp.romashka.ru', username: 'letopis' }],
    ['xmpps://letopis:secret@romashka.ru:5223', { service: 'xmpps://romashka.ru:5223', domain: 'romashka.ru', username: 'letopis' }],
    ['xmpp://letopis%40romashka.ru:secret@10.0.0.5:5222', { service: 'xmpp://10.0.0.5:5222', domain: 'romashka.ru', username: 'letopis' }],
    [
      'wss://letopis%40romashka.ru:secret@xmpp.romashka.ru/ws',
      { service: 'wss://xmpp.romashka.ru/ws', domain: 'romashka.ru', username: 'letopis' },
    ],
  ])('R122 %s names the server, its domain and the account', (url, named) => {
    expect(account(url)).toEqual({ ...named, password: 'secret' });
  });

  test('R122 a password may hold any sign, and is no part of the address', () => {
    const xmpp = account(`xmpps://letopis:${encodeURIComponent('p@ss:w/rd#')}@romashka.ru`)!;
    expect(xmpp.password).toBe('p@ss:w/rd#');
    expect(xmpp.service).toBe('xmpps://romashka.ru');
  });

  test('R122 without it there is no XMPP', () => {
    expect([account(undefined), account('')]).toEqual([undefined, undefined]);
  });

  test.each(['http://a:b@romashka.ru', 'xmpp://romashka.ru', 'xmpp://letopis@romashka.ru', 'romashka.ru'])(
    'R122 %s is refused at the start, by its name',
    (url) => {
      expect(() => account(url)).toThrow(StartError);
      expect(() => account(url)).toThrow('XMPP_URL');
    },
  );
});
