// @ts-nocheck
import 'reflect-metadata';
import { withoutLogin } from '@letopis/local';
import { StartError } from '@letopis/runtime';
import { join } from 'node:path';
import { configurationFrom, ROLES } from './configuration';
import { startProduct } from './product';

async function main(): Promise<void> {
  const configuration = configurationFrom(process.env, process.argv.slice(2));
  const product = await startProduct(configuration);
  const { dataFolder, eventStoreUrl, mongoUrl, smtpUrl } = configuration;
  const roles = configuration.roles ?? ROLES;
  const lines = [
    `Letopis runs at ${product.url}${roles.length < ROLES.length ? ` as ${roles.join(', ')}` : ''}`,
    ...(roles.includes('api') ? [`  try it:      ${product.url}/docs`] : []),
    `  data:        ${dataFolder}`,
    `  letters:     ${smtpUrl ? 'by SMTP' : join(dataFolder, 'outbox')}`,
    ...(eventStoreUrl && mongoUrl
      ? []
      : [
          '  Local servers keep the data of this one machine; its other users can reach them on the loopback address.',
          `    ${eventStoreUrl ? '' : withoutLogin(product.eventStoreUrl)}  ${mongoUrl ? '' : withoutLogin(product.mongoUrl)}`,
        ]),
    ...(product.adminLink ? ['  The first administrator sets a password here, once and within an hour:', `    ${product.adminLink}`] : []),
  ];
  console.log(lines.join('\n'));

  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) process.exit(1);
    stopping = true;
    console.log(`${signal}: stopping`);
    product.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

main().catch((error: unknown) => {
  console.error(error instanceof StartError ? `Letopis cannot start. ${error.message}` : error);
  process.exit(1);
});
