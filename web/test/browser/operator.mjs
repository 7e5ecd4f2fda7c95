// The operator's view, as each of several credentials is shown it.
import { drive, wrong } from './driving.mjs';

const OVERVIEW = '/api/external-buy/admin/overview';

/** What one of them sees and is sent. */
async function seen(browser, { url, folder }, name, token) {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, bypassCSP: true });
  await context.addInitScript((given) => {
    localStorage.setItem('buyq.user', 'ann');
    if (given) sessionStorage.setItem('buyq.token', given);
  }, token);
  const page = await context.newPage();
  const answered = page.waitForResponse((response) => response.url().endsWith(OVERVIEW));
  await page.goto(`${url}/#/operations`);
  const answer = await answered;
  const { data } = await answer.json();
  await page.waitForFunction(() =>
    document.querySelector('#figures .figure') ?? document.getElementById('operations-error').textContent);
  const found = {
    status: answer.status(),
    sent: Object.keys(data ?? {}).length > 0,
    figures: await page.locator('#figures dt').allTextContents(),
    venues: await page.locator('#venues tr').count(),
    hidden: await page.locator('#overview').isHidden(),
    error: await page.locator('#operations-error').textContent(),
    wrong: await wrong(page),
  };
  await page.screenshot({ path: `${folder}/phone-light-operations-${name}.png`, fullPage: true });
  await context.close();
  return found;
}

await drive(async (browser, told) => {
  const found = {};
  for (const [name, token] of Object.entries(told.tokens)) found[name] = await seen(browser, told, name, token);
  return found;
});
