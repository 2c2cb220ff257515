/** Environments for tests of what stands in front of storage. */
import { env } from 'cloudflare:workers';

/** A limiter that lets `allowed` wrong tokens of each address pass, and remembers who was counted. */
export function limiter(allowed: number): RateLimit & { counted: string[] } {
  const counted: string[] = [];
  return {
    counted,
    async limit({ key }) {
      counted.push(key);
      return { success: counted.filter(other => other === key).length <= allowed };
    },
  };
}

export const envWith = (changes: Partial<Env>): Env => ({ ...env, ...changes });
