/** As `shared-gateway.ts`, under the limits of production that no local runtime has. Vitest's global setup. */
import type { TestProject } from 'vitest/node';
import { shareGateway } from './shared-gateway';

export default (project: TestProject): Promise<() => Promise<void>> => shareGateway(project, true);
