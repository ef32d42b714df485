// Opens pages in headless Chromium and says what axe-core finds, what was loaded and what sticks out.
// Usage: node look.mjs OUT FILE...
// OUT gets a screenshot of the first screen; with FULL=1 of whole pages, too, and a PDF, for people to look at.
import {readFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import {basename, join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {chromium} from 'playwright-core';

const require = createRequire(import.meta.url);
const axe = await readFile(require.resolve('axe-core/axe.min.js'), 'utf-8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'];
const VIEWS = [
  {width: 320, height: 800, colorScheme: 'light'},
  {width: 390, height: 844, colorScheme: 'light'},
  {width: 1280, height: 900, colorScheme: 'light'},
  {width: 1280, height: 900, colorScheme: 'dark'},
];

const [out, ...files] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.HUTONG_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync',
    '--disable-component-update'],
});

// What a page needs more room for than the window has, besides what scrolls on its own.
const sticksOut = () => {
  const wide = document.documentElement.scrollWidth;
  return wide <= window.innerWidth ? [] : [`the page is ${wide} wide`];
};

async function look(file, view) {
  const {width, height, colorScheme} = view;
  const context = await browser.newContext({viewport: {width, height}, colorScheme, reducedMotion: 'reduce'});
  const page = await context.newPage();
  const loaded = [];
  const complaints = [];
  page.on('request', request => loaded.push(request.url()));
  page.on('console', message => complaints.push(message.text()));
  page.on('pageerror', error => complaints.push(String(error)));
  await page.goto(pathToFileURL(file).href);
  const wide = await page.evaluate(sticksOut);
  const name = `${basename(file, '.html')}-${width}-${colorScheme}`;
  await page.screenshot({path: join(out, `${name}.png`)});
  if (process.env.FULL) await page.screenshot({path: join(out, `${name}-full.png`), fullPage: true});
  if (process.env.FULL && width === 1280 && colorScheme === 'light') {
    await page.pdf({path: join(out, `${basename(file, '.html')}.pdf`), preferCSSPageSize: true});
  }
  await page.evaluate(axe);
  const found = await page.evaluate(tags => window.axe.run(document, {runOnly: tags}), TAGS);
  await context.close();
  return {
    width, colorScheme, wide, complaints,
    loaded: loaded.slice(1),
    passes: found.passes.length,
    violations: found.violations.map(v => ({id: v.id, help: v.help, nodes: v.nodes.slice(0, 3).map(n => n.html)})),
    unsure: found.incomplete.map(v => v.id),
  };
}

const report = {axe: require('axe-core/package.json').version, browser: browser.version(), pages: {}};
for (const file of files) {
  report.pages[basename(file)] = [];
  for (const view of VIEWS) report.pages[basename(file)].push(await look(file, view));
}
await browser.close();
console.log(JSON.stringify(report));
