import assert from 'node:assert/strict';
import { linkProbes, linkWarnings } from '../../../harness/cluster/linkReport.ts';
import type { LinkTraffic } from '../../../harness/cluster/links/link.ts';
import { nodeId } from '../../../nodes/kernel/ids.ts';

const quiet: LinkTraffic = {
  from: nodeId(1),
  to: nodeId(2),
  passed: 10,
  held: 0,
  dropped: 0,
  delayed: 0,
  duplicated: 0,
  reset: 0,
  bytes: 1000,
};

describe('the report of the links', () => {
  it('adds the links up', () => {
    const probes = linkProbes([quiet, { ...quiet, dropped: 2, reset: 1 }]);
    assert.deepEqual(
      [probes['messages-passed'], probes['messages-dropped'], probes['connections-reset']],
      [20, 2, 1],
    );
  });

  it('warns of faults of the network that met no message, and only of these', () => {
    const partitioned = (fault: string): number => (fault === 'partition' ? 1 : 0);
    assert.match(linkWarnings(linkProbes([quiet]), partitioned).join(), /partition/);
    assert.deepEqual(linkWarnings(linkProbes([{ ...quiet, held: 1 }]), partitioned), []);
    assert.deepEqual(
      linkWarnings(linkProbes([quiet]), () => 0),
      [],
    );
  });
});
