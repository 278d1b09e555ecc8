/** The five host laws as tests, the same for every host. */
import { Lab, type LawFixture } from './lawLab.ts';
import { carriedLaw, crashLaw, networkLaw } from './lawsOfFaults.ts';
import { outputCommitLaw, serialLaw, timerLaw } from './lawsOfSteps.ts';

/** The same laws for every host; `name` says which. */
export function describeHostLaws(name: string, fixture: LawFixture): void {
  describe(`${name} keeps the host laws`, () => {
    let lab: Lab;
    beforeEach(() => {
      lab = new Lab(fixture);
    });
    afterEach(() => lab.close());

    describe('law 1: serial', () => serialLaw(() => lab));
    describe('law 2: output commit', () => outputCommitLaw(() => lab));
    describe('law 3: timers', () => timerLaw(() => lab));
    describe('law 4: network', () => networkLaw(() => lab));
    describe('law 5: crash', () => crashLaw(() => lab));
    describe('law 2, 4 and 5: carried messages', () => carriedLaw(() => lab));
  });
}
