// Screenshots of the page: desktop and phone, light and dark, and axe's word on each.
import { buy, drive, ended, open, wrong } from './driving.mjs';

const SIZES = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };

await drive(async (browser, { url, mint, key, poorKey, folder }) => {
  const found = {};
  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const colorScheme of ['light', 'dark']) {
      const name = `${size}-${colorScheme}`;
      const { page, context } = await open(browser, url, 'shots', { viewport, colorScheme, bypassCSP: true });
      const shoot = async (what) => {
        await page.screenshot({ path: `${folder}/${name}-${what}.png`, fullPage: true });
        found[`${name}-${what}`] = await wrong(page);
      };
      await shoot('start');
      if (name === 'desktop-light') {
        await page.getByRole('textbox', { name: 'Token' }).fill(mint);
        await page.getByLabel('Amount').fill('0.1');
        await page.getByRole('button', { name: 'Price it' }).click();
        await page.locator('#price', { hasText: 'Why' }).waitFor();
        await shoot('priced');
        await buy(page, { mint, key: poorKey });
        await ended(page, 'failed');
        await page.locator('.event', { hasText: 'BuyFailed' }).waitFor();
        await shoot('failed');
        await buy(page, { mint, key });
        await page.locator('[data-ebq=tracker][data-outcome=active]').waitFor();
        await shoot('active');
      } else {
        await page.locator('.job').first().click();
      }
      await ended(page, 'completed');
      await page.locator('.event', { hasText: 'BuyCompleted' }).waitFor();
      await shoot('completed');
      await page.getByRole('link', { name: 'Operations' }).click();
      await page.locator('.figure').first().waitFor();
      await shoot('operations');
      await context.close();
    }
  }
  return found;
});
