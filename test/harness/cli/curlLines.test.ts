import assert from 'node:assert/strict';
import { curlLines } from '../../../harness/cli/curlLines.ts';
import { models } from '../../../nodes/index.ts';
import type { NodeModel } from '../../../nodes/kernel/model.ts';

function named(name: string): NodeModel {
  const model = models.find((other) => other.name === name);
  assert(model);
  return model;
}

describe('curl lines', () => {
  it('show every route of a model that serves all of them', () => {
    const quorum = named('quorum');
    const lines = curlLines(quorum, {}, 5001).join('\n');
    for (const { example } of quorum.routes) assert(lines.includes(`:5001${example.path}'`), example.path);
  });

  it('show the routes of the chosen type alone, since the others would refuse', () => {
    const linesFor = (type: string): string => curlLines(named('crdt'), { type }, 5001).join('\n');
    assert.match(linesFor('g-counter'), /\/counter\//);
    assert.doesNotMatch(linesFor('g-counter'), /\/set\/|\/register\//);
    assert.match(linesFor('or-set'), /\/set\//);
    assert.doesNotMatch(linesFor('or-set'), /\/counter\/|\/increment/);
  });
});
