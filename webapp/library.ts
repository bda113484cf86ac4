// Building a script for the page of Mattermost's web app, the host.
import type { UserConfig } from 'vite';

/**
 * Modules that are never bundled, with the property of the host's window that
 * holds each. A second React in one page would break every hook.
 *
 * Source: Mattermost's developer documentation, "Web app best practices",
 * externals.
 */
export const hostModules: Readonly<Record<string, string>> = {
  react: 'React',
  'react-dom': 'ReactDOM',
  redux: 'Redux',
  'react-redux': 'ReactRedux',
  'prop-types': 'PropTypes',
  'react-bootstrap': 'ReactBootstrap',
  'react-router-dom': 'ReactRouterDom',
  'react-intl': 'ReactIntl',
};

/**
 * The build settings that make the module `entry` one self-contained script,
 * `main.js` in the folder `outDir`.
 *
 * JSX becomes `React.createElement`: the host has no global for React's newer
 * JSX runtime.
 */
export function library(entry: string, outDir: string) {
  return {
    oxc: { jsx: { runtime: 'classic' } },
    // A library build leaves this to its user; a browser has no `process`.
    define: { 'process.env.NODE_ENV': JSON.stringify('production') },
    build: {
      outDir,
      lib: {
        entry,
        formats: ['iife'],
        name: 'msgbot',
        fileName: () => 'main.js',
      },
      rolldownOptions: {
        external: Object.keys(hostModules),
        output: { globals: hostModules },
      },
    },
  } satisfies UserConfig;
}
