// The entry of the web app: hands the plugin to the host, which starts it.
import { pluginId } from './manifest';
import { Plugin } from './plugin';

window.registerPlugin(pluginId, new Plugin());
