/** The simulated host keeps the host laws, by the same tests as the real one. */
import { describeHostLaws } from '../../nodes/host/laws.ts';
import { simulatedLawWorld } from './lawWorld.ts';

describeHostLaws('the simulated host', simulatedLawWorld(null));
