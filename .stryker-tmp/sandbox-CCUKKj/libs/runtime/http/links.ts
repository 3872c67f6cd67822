// @ts-nocheck
import { Controller, Get, Header, Param } from '@nestjs/common';
import { refusal } from '@letopis/kernel';
import { REGISTRATION_PAGE, REGISTRATION_SCRIPT } from './registration-page';

/** What a letter's link leads to: a small page that asks and then POSTs. Opening a link changes nothing. */
interface Page {
  readonly command: string;
  readonly title: string;
  readonly button: string;
  readonly asksPassword?: true;
}

const PAGES: Readonly<Record<string, Page>> = {
  activation: { command: 'ActivateUser', title: 'Подтверждение адреса · Confirm your address', button: 'Подтвердить · Confirm' },
  password: { command: 'ResetPassword', title: 'Новый пароль · New password', button: 'Сохранить · Save', asksPassword: true },
  email: { command: 'ConfirmEmailChange', title: 'Новый адрес · New address', button: 'Подтвердить · Confirm' },
};

/** The token travels in the fragment: it reaches neither a server's log nor a referrer. */
const SCRIPT = `const form = document.querySelector('form');
const said = document.querySelector('output');
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const body = { userId: new URLSearchParams(location.search).get('user'), token: location.hash.slice(1) };
  const password = form.elements.namedItem('password');
  if (password) body.newPassword = password.value;
  const answer = await fetch('/v1/commands/' + form.dataset.command, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const problem = answer.ok ? undefined : await answer.json();
  said.textContent = answer.ok ? 'Готово. Теперь войдите. · Done. You may sign in now.' : problem.title;
  if (answer.ok) form.hidden = true;
});
`;

const html = ({ command, title, button, asksPassword }: Page) => `<!doctype html>
<html lang="ru">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:15vh auto;padding:0 1rem}h1{font-size:1.25rem}button,input{font:inherit;padding:.5rem .75rem;width:100%;box-sizing:border-box;margin:.25rem 0}output{display:block;margin-top:1rem}</style>
<h1>${title}</h1>
<form data-command="${command}">
${asksPassword ? '<input name="password" type="password" minlength="10" autocomplete="new-password" required aria-label="Пароль · Password">' : ''}
<button>${button}</button>
</form>
<output></output>
<script src="/links/page.js"></script>
</html>
`;

/** The pages behind the links of letters. */
@Controller('links')
export class LinksController {
  @Get('page.js')
  @Header('Content-Type', 'text/javascript; charset=utf-8')
  script(): string {
    return SCRIPT;
  }

  @Get('registration.js')
  @Header('Content-Type', 'text/javascript; charset=utf-8')
  registrationScript(): string {
    return REGISTRATION_SCRIPT;
  }

  @Get(':kind')
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header(
    'Content-Security-Policy',
    "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src data:; connect-src 'self'; form-action 'none'; frame-ancestors 'none'",
  )
  page(@Param('kind') kind: string): string {
    if (kind === 'invitation') return REGISTRATION_PAGE;
    const page = Object.hasOwn(PAGES, kind) ? PAGES[kind] : undefined;
    if (!page) throw refusal('UNKNOWN_ADDRESS');
    return html(page);
  }
}
