/** The real host under the host laws. */
import { describeHostLaws } from './laws.ts';
import { realWorld } from './realWorld.ts';

describeHostLaws('the real host', realWorld);
