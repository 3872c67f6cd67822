/** What an invitation leads to: registration with address, picture and consent, by that invitation. Opening it changes nothing. */
// @ts-nocheck

export const REGISTRATION_PAGE = `<!doctype html>
<html lang="ru">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Регистрация · Registration</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:10vh auto;padding:0 1rem}h1{font-size:1.25rem}button,input[type=email],input[type=text]{font:inherit;padding:.5rem .75rem;width:100%;box-sizing:border-box;margin:.25rem 0}img{display:block;width:100%;max-width:16rem}label{display:block;margin:.75rem 0}output{display:block;margin-top:1rem}</style>
<h1>Регистрация по приглашению · Registration by invitation</h1>
<form>
<label>Адрес, на который пришло приглашение · The address that was invited<input name="email" type="email" autocomplete="email" required maxlength="254"></label>
<label>Текст с картинки · Text of the picture<img alt="Картинка с текстом · Picture with a text"><input name="answer" type="text" autocomplete="off" required></label>
<label><input name="consent" type="checkbox" required> Согласен на обработку персональных данных · I consent to the processing of personal data</label>
<button>Зарегистрироваться · Register</button>
</form>
<p>Уже зарегистрированы? Войдите и примите приглашение. · Registered already? Sign in and accept the invitation.</p>
<output></output>
<script src="/links/registration.js"></script>
</html>
`;

export const REGISTRATION_SCRIPT = `const form = document.querySelector('form');
const picture = document.querySelector('img');
const said = document.querySelector('output');
let captchaId;
const call = (path, body) => fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
async function freshPicture() {
  const challenge = await (await call('/v1/captcha?kind=picture', {})).json();
  captchaId = challenge.captchaId;
  picture.src = 'data:image/png;base64,' + challenge.image;
  form.elements.namedItem('answer').value = '';
}
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { consentPolicyVersion } = await (await fetch('/v1/about')).json();
  const answer = await call('/v1/commands/RegisterUser', {
    email: form.elements.namedItem('email').value,
    personalDataConsent: form.elements.namedItem('consent').checked,
    consentPolicyVersion,
    captchaId,
    captchaAnswer: form.elements.namedItem('answer').value,
    invitationId: new URLSearchParams(location.search).get('invitation') ?? undefined,
  });
  const problem = answer.ok ? undefined : await answer.json();
  said.textContent = answer.ok ? 'Готово. Откройте ссылку из письма. · Done. Open the link of the letter.' : problem.title;
  if (answer.ok) form.hidden = true;
  else await freshPicture();
});
freshPicture();
`;
