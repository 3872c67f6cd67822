// @ts-nocheck
import { newId } from '@letopis/kernel';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { Caller, World } from '../support/world';

describe('Services', () => {
  let world: World;
  let admin: Caller;
  let anna: Caller;
  beforeAll(async () => {
    world = await World.start();
    admin = await world.admin();
    anna = await world.person('anna@romashka.ru');
  });
  afterAll(() => world.stop());

  const permissions = { commands: ['AddLegalEntity'], registries: ['organizations_registry'] };
  const signedIn = async (proof: object): Promise<Caller> => {
    const { body } = await world.stranger.post('/v1/tokens', proof);
    return new Caller(world, body.accessToken);
  };
  let serviceId: string;
  let secret: string;

  test('only the administrator of the service makes accounts, and the secret is shown once', async () => {
    expect(await anna.refused('CreateServiceAccount', { name: 'import', ...permissions })).toBe('403 FORBIDDEN');
    const { aggregateId, data } = await admin.ok('CreateServiceAccount', { name: 'import', ...permissions });
    serviceId = aggregateId;
    expect(JSON.stringify(data)).not.toMatch(/"secret"/);
    expect((await anna.post(`/v1/service-accounts/${serviceId}/secret`, {})).body.code).toBe('FORBIDDEN');
    const { body } = await admin.post(`/v1/service-accounts/${serviceId}/secret`, {});
    secret = body.secret;
    expect(secret).toMatch(/^[\w-]{43}$/);
    expect((await admin.post(`/v1/service-accounts/${serviceId}/secret`, {})).body.code).toBe('NOT_FOUND');
    expect(await admin.rows('service_accounts')).toMatchObject([{ id: serviceId, name: 'import', status: 'active', ...permissions }]);
  });

  test('a service does what its account allows, and nothing else', async () => {
    const service = await signedIn({ serviceId, secret });
    await service.ok('AddLegalEntity', { inn: '7707083893' });
    expect(await service.rows('organizations_registry')).toMatchObject([{ inn: '7707083893', addedBy: serviceId }]);
    expect(await service.refused('AddSoleProprietor', { inn: '500100732259' })).toBe('403 FORBIDDEN');
    expect((await service.get('/v1/registries/users_registry')).body.code).toBe('FORBIDDEN');
    expect((await world.stranger.post('/v1/tokens', { serviceId, secret: 'x'.repeat(43) })).body.code).toBe('NOT_AUTHENTICATED');
    expect((await world.stranger.post('/v1/tokens', { serviceId: newId(), secret })).body.code).toBe('NOT_AUTHENTICATED');
  });

  test('a service acts for a person only with the token of that person, and it is recorded that it did', async () => {
    const service = await signedIn({ serviceId, secret });
    const lent = { 'x-on-behalf-of': anna.token! };
    const { aggregateId } = await service.ok('AddLegalEntity', { inn: '7736207543' }, lent);
    const [event] = await world.product.runtime.store.read(`organization-${aggregateId}`);
    expect(event!.metadata.actor).toMatchObject({ kind: 'user', userId: anna.userId, viaServiceId: serviceId });
    expect(await service.refused('AddSoleProprietor', { inn: '500100732259' }, lent)).toBe('403 FORBIDDEN');
    expect(await anna.refused('AddLegalEntity', { inn: '7830002293' }, { 'x-on-behalf-of': admin.token! })).toBe('403 FORBIDDEN');
  });

  test('a rotated secret works beside the one before until that is retired', async () => {
    await admin.ok('RotateServiceCredential', { serviceAccountId: serviceId });
    const { body } = await admin.post(`/v1/service-accounts/${serviceId}/secret`, {});
    for (const one of [secret, body.secret]) expect((await world.stranger.post('/v1/tokens', { serviceId, secret: one })).status).toBe(200);
    await admin.ok('RetireOldServiceCredentials', { serviceAccountId: serviceId });
    expect((await world.stranger.post('/v1/tokens', { serviceId, secret })).body.code).toBe('NOT_AUTHENTICATED');
    secret = body.secret;
  });

  test('a service with a key of its own signs an assertion', async () => {
    const { publicKey, privateKey } = await generateKeyPair('Ed25519', { extractable: true });
    const jwk = await exportJWK(publicKey);
    const { aggregateId: id } = await admin.ok('CreateServiceAccount', { name: 'crm', ...permissions, publicKey: jwk });
    const assertion = (key: CryptoKey, subject = id) =>
      new SignJWT({})
        .setProtectedHeader({ alg: 'EdDSA' })
        .setIssuer(subject)
        .setSubject(subject)
        .setAudience('letopis')
        .setIssuedAt()
        .sign(key);
    expect((await world.stranger.post('/v1/tokens', { serviceId: id, assertion: await assertion(privateKey as CryptoKey) })).status).toBe(
      200,
    );
    const { privateKey: other } = await generateKeyPair('Ed25519');
    expect((await world.stranger.post('/v1/tokens', { serviceId: id, assertion: await assertion(other as CryptoKey) })).body.code).toBe(
      'NOT_AUTHENTICATED',
    );
    expect(await admin.refused('CreateServiceAccount', { name: 'x', ...permissions, publicKey: await exportJWK(privateKey) })).toBe(
      '422 KEY_INVALID',
    );
  });

  test('a revoked account is closed at once, for tokens that are out as well', async () => {
    const service = await signedIn({ serviceId, secret });
    await admin.ok('RevokeServiceAccount', { serviceAccountId: serviceId, reason: 'Больше не нужен' });
    expect(await service.refused('AddLegalEntity', { inn: '7830002293' })).toBe('401 NOT_AUTHENTICATED');
    expect((await world.stranger.post('/v1/tokens', { serviceId, secret })).body.code).toBe('NOT_AUTHENTICATED');
  });
});
