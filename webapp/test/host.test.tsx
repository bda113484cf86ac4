// Tests that what the host provides is taken from it and never bundled.
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import React, { type ComponentType } from 'react';
import { afterEach, expect, test } from 'vitest';

import { bundle, runInPage } from './bundle';

const script = await bundle('test/fixture/counter.tsx');

afterEach(cleanup);

test('a component of a built script works in the React of the host', () => {
  const Counter = runInPage(script, { React })['Counter'] as ComponentType;

  render(<Counter />);
  fireEvent.click(screen.getByRole('button'));

  expect(screen.getByRole('button').textContent).toBe('pressed 1');
});

test('a built script holds no React of its own', () => {
  expect(script.length).toBeLessThan(1000);
});
