// Tests that the built script does in a page what Mattermost expects of it.
import { expect, test, vi } from 'vitest';

import manifest from '../../plugin.json';
import { bundle, runInPage } from './bundle';

const script = await bundle('src/index.ts');

test('the script registers one plugin, under the id of the manifest', () => {
  const registerPlugin = vi.fn<Window['registerPlugin']>();
  runInPage(script, { registerPlugin });

  expect(registerPlugin).toHaveBeenCalledOnce();
  expect(registerPlugin.mock.calls[0]?.[0]).toBe(manifest.id);
});

test('the plugin can be started and stopped, more than once', () => {
  const registerPlugin: Window['registerPlugin'] = (_, plugin) => {
    for (let i = 0; i < 2; i++) {
      plugin.initialize();
      plugin.uninitialize();
    }
  };

  runInPage(script, { registerPlugin });
});

test('the script leaves nothing in the page but its registration', () => {
  expect(runInPage(script, { registerPlugin: vi.fn() })).toEqual({});
});
