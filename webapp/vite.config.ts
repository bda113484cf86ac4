// How the web app becomes one script that Mattermost's web app loads beside its
// own.
import { defineConfig } from 'vite';

import { library } from './library.ts';

export default defineConfig(library('src/index.ts', 'dist'));
