/** The outside world: letters, captchas, secrets, directories. */
export * from './attempts/attempts';
export * from './captcha/captcha';
export * from './captcha/hosted';
export * from './companies/csv-directory';
export * from './delivery/delivery';
export * from './files/files';
export * from './companies/http-directory';
export * from './mail/channels';
export * from './mail/mail';
export * from './mail/smtp';
export * from './presence/presence';
export * from './secrets/secrets';
export * from './secrets/vault';
export * from './sms/sms';
export * from './xmpp/client';
export * from './xmpp/xmpp';
