// Builds a module like the real web app and runs the script in a fresh page.
import { JSDOM } from 'jsdom';
import { build } from 'vite';

import { library } from '../library';

/**
 * Builds `entry`, a path from the web app's folder, without writing it to disk,
 * and returns the script.
 */
export async function bundle(entry: string): Promise<string> {
  const config = library(entry, 'unused');
  const built = await build({
    ...config,
    configFile: false,
    logLevel: 'error',
    build: { ...config.build, write: false },
  });
  if (!Array.isArray(built) || built.length !== 1) {
    throw new Error('expected one build');
  }
  const files = built[0]?.output ?? [];
  const [file] = files;
  if (files.length !== 1 || file?.type !== 'chunk') {
    throw new Error(`expected one script, got ${String(files.length)} files`);
  }
  return file.code;
}

/**
 * Runs a script as a script tag would in a page whose window has the properties
 * `given`, and returns what the script added to the window.
 */
export function runInPage(
  script: string,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const { window } = new JSDOM('', { url: 'https://chat.example.com', runScripts: 'outside-only' });
  Object.assign(window, given);

  const before = new Set(Object.keys(window));
  window.eval(script);
  const added = Object.entries(window).filter(([key]) => !before.has(key));
  return Object.fromEntries(added);
}
