// The customer page: shows the state that the server streams, and sends what is typed.

const $ = (id) => document.getElementById(id);

const bots = new Map([...document.querySelectorAll('#new-customer option')].map(
  (option) => [option.value, {messenger: option.dataset.messenger, name: option.dataset.name}],
));
const titles = {telegram: 'Telegram', viber: 'Viber'};
const composer = $('composer');
const text = composer.elements.text;
const seen = new Map(); // messages of a chat when it was last open
let stream;
let open = location.hash.slice(1);
let opening = true; // the open chat was not shown yet

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// How each kind of formatting is shown; what is missing here is shown as it is.
const tags = {
  bold: 'strong', italic: 'em', underline: 'u', strikethrough: 's', code: 'code', pre: 'pre',
  blockquote: 'blockquote', expandable_blockquote: 'blockquote', text_link: 'a',
};

function link(url, ...children) {
  const safe = /^(https?|tg|viber|mailto|tel):/i.test(url) ? url : '#';
  return element('a', {href: safe, target: '_blank', rel: 'noopener noreferrer'}, ...children);
}

// Both messengers' apps make addresses in a text clickable.
function withLinks(text) {
  return text.split(/(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]}'])/).map((part, i) => (i % 2 ? link(part, part) : part));
}

const blocks = ['pre', 'blockquote', 'expandable_blockquote'];

function render(nodes) {
  return nodes.flatMap((node, i) => {
    if (!node.style) {
      // A block ends its line itself.
      return withLinks(blocks.includes(nodes[i - 1]?.style) ? node.text.replace(/^\n/, '') : node.text);
    }
    if (node.style === 'text_link') {
      return [link(node.url, ...plain(node.nodes))];
    }
    return [element(tags[node.style] ?? 'span', {className: node.style}, ...render(node.nodes ?? []))];
  });
}

// Inside a link nothing is a link again.
function plain(nodes) {
  return (nodes ?? []).map((node) => (
    node.style ? element(tags[node.style] ?? 'span', {className: node.style}, ...plain(node.nodes)) : node.text
  ));
}

function size(bytes) {
  const megabytes = bytes / (1 << 20);
  return megabytes >= 1 ? `${megabytes.toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1024))} KB`;
}

// What a browser can show or play is shown; everything else is a link.
function attachment(message) {
  const {file} = message;
  const source = `customers/${encodeURIComponent(open)}/messages/${encodeURIComponent(message.id)}/file`;
  const name = file.name || 'file';
  const label = `${name} · ${size(file.size)}`;
  if (!file.kept) {
    return element('span', {className: 'file'}, label);
  }
  const [kind] = file.type.split('/');
  if (kind === 'image') {
    return element('img', {src: source, alt: name, loading: 'lazy'});
  }
  if (kind === 'video') {
    return element('video', {src: source, controls: true});
  }
  if (kind === 'audio' || file.type === 'application/ogg') {
    return element('audio', {src: source, controls: true});
  }
  return element('a', {className: 'file', href: source, download: name}, label);
}

function bubble(message) {
  const at = new Date(message.at);
  const clock = at.toLocaleTimeString([], {hour: '2-digit', minute: '2-digit'});
  const made = element('li', {className: message.from_bot ? 'bot' : 'own'});
  if (message.answers) {
    made.append(element('div', {className: 'answers'}, message.answers));
  }
  if (message.file) {
    made.append(attachment(message));
  }
  if (message.nodes?.length) {
    made.append(element('div', {className: 'text'}, ...render(message.nodes)));
  }
  if (message.reactions?.length) {
    made.append(element('div', {className: 'reactions'}, message.reactions.join(' ')));
  }
  made.append(element('time', {dateTime: message.at}, message.edited ? `edited ${clock}` : clock));
  if (message.buttons) {
    made.append(element('div', {className: 'buttons'}, ...layout(message.buttons, message.id)));
  }
  return made;
}

// Rows of buttons below a message; message is empty for the keys above what is typed.
function layout(buttons, message) {
  return buttons.map((row) => element('div', {className: 'row'}, ...row.map((button) => pressable(button, message))));
}

// A button that opens an address is a link; at Viber the bot is told of a press on it besides.
function pressable({id, label, url}, message) {
  const made = url ? link(url, label) : element('button', {type: 'button'}, label);
  made.dataset.key = `${message} ${id ?? url}`;
  if (id) {
    made.onclick = () => press(message, id);
  }
  return made;
}

async function press(message, button) {
  const answer = await post(`customers/${encodeURIComponent(open)}/presses`, {message, button});
  toast(answer ? (await answer.json()).toast : '');
}

let fading;

// A toast is shown for a moment.
function toast(text) {
  clearTimeout(fading);
  $('toast').textContent = text;
  fading = setTimeout(() => { $('toast').textContent = ''; }, 4000);
}

function initials(name) {
  return name.split(/\s+/).slice(0, 2).map((word) => [...word][0] ?? '').join('').toUpperCase();
}

function row(customer) {
  const {messenger} = bots.get(customer.bot_id) ?? {};
  const unread = customer.id === open ? 0 : customer.count - (seen.get(customer.id) ?? customer.count);
  const button = element(
    'button', {className: messenger, onclick: () => { location.hash = customer.id; }},
    element('span', {className: 'avatar'}, initials(customer.name)),
    element(
      'span', {className: 'about'},
      element('b', {}, customer.name),
      element('small', {}, customer.last || `new on ${titles[messenger]}`),
    ),
  );
  button.append(unread > 0 ? element('i', {className: 'unread'}, String(unread)) : element('i', {className: 'messenger'}, titles[messenger]));
  button.dataset.key = customer.id;
  if (customer.id === open) {
    button.setAttribute('aria-current', 'true');
  }
  return button;
}

// What is shown anew keeps the focus; from a button that is gone it goes to what is typed.
function refresh(state) {
  const {key} = document.activeElement.dataset;
  show(state);
  if (key && document.activeElement === document.body) {
    (document.querySelector(`[data-key="${CSS.escape(key)}"]`) ?? text).focus();
  }
}

function show(state) {
  for (const customer of state.customers) {
    if (customer.id === open || !seen.has(customer.id)) {
      seen.set(customer.id, customer.count);
    }
  }
  $('customers').replaceChildren(...state.customers.map(row));

  const customer = state.customers.find(({id}) => id === open);
  $('chat').hidden = !customer;
  $('nobody').hidden = Boolean(customer);
  if (!customer) {
    return;
  }
  const {messenger, name} = bots.get(customer.bot_id) ?? {};
  $('chat').className = messenger;
  $('avatar').textContent = initials(name);
  $('bot').textContent = name;
  $('who').textContent = `on ${titles[messenger]} · you write as ${customer.name}`;
  const list = $('messages');
  const atEnd = opening || list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  list.replaceChildren(...state.messages.map(bubble));
  $('keys').replaceChildren(...layout(state.keys, ''));
  $('keys').hidden = !state.keys.length;
  if (atEnd) {
    list.scrollTop = list.scrollHeight;
  }
  if (opening) {
    opening = false;
    text.focus();
  }
}

function listen() {
  stream?.close();
  stream = new EventSource(`events?customer=${encodeURIComponent(open)}`);
  stream.onmessage = ({data}) => { problem(''); refresh(JSON.parse(data)); };
  stream.onerror = () => problem('The demo does not answer. Is it still running?');
}

function problem(text) {
  $('problem').textContent = text;
  $('problem').hidden = !text;
}

function post(path, body) {
  return send(path, {headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body)});
}

async function send(path, request) {
  const answer = await fetch(path, {method: 'POST', ...request}).catch(() => null);
  if (!answer?.ok) {
    problem(answer ? await answer.text() : 'The demo does not answer. Is it still running?');
    return null;
  }
  problem('');
  return answer;
}

$('new-customer').onsubmit = async (event) => {
  event.preventDefault();
  const form = event.target;
  const answer = await post('customers', {bot_id: form.elements.bot.value, name: form.elements.name.value});
  if (answer) {
    form.elements.name.value = '';
    location.hash = (await answer.json()).id;
  }
};

composer.onsubmit = async (event) => {
  event.preventDefault();
  const typed = text.value;
  if (typed.trim() && await post(`customers/${encodeURIComponent(open)}/messages`, {text: typed})) {
    text.value = '';
    text.oninput();
  }
};
// A file goes out as soon as it is chosen, with what is typed so far.
composer.elements.file.onchange = async ({target}) => {
  const [file] = target.files;
  target.value = '';
  const query = new URLSearchParams({name: file.name, text: text.value});
  if (await send(`customers/${encodeURIComponent(open)}/files?${query}`, {body: file})) {
    text.value = '';
    text.oninput();
  }
};
text.oninput = () => {
  text.style.height = 'auto';
  text.style.height = `${text.scrollHeight}px`;
};
text.onkeydown = (event) => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    composer.requestSubmit();
  }
};

window.onhashchange = () => {
  open = location.hash.slice(1);
  opening = true;
  toast('');
  listen();
};
listen();
