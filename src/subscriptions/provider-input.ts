/**
 * What a webhook's input says about its provider: which one it is, what that one needs besides a secret, and a scheme of the
 * webhook's own.
 */

import type { FieldError } from '../input/field-errors';
import { meant } from '../input/nearest';
import { CUSTOM, type CustomDefinition, customProvider } from '../providers/custom';
import type { Provider } from '../providers/provider';
import { err, ok, type Result } from '../result';
import { compileScheme } from '../signature/compile';
import { secretProblem } from '../signature/secret-problem';
import { templatesSigningNothing } from '../signature/signs-nothing';
import { isTolerance } from '../signature/timestamp';
import type { InputRules } from './input-rules';
import { endsProblem } from './secret-input';

/** The provider of a webhook: one that is known here, or the one its own scheme makes. */
export function providerGiven(
  name: string,
  signature: CustomDefinition | null,
  rules: InputRules,
): Result<Provider, FieldError[]> {
  if (name === CUSTOM) {
    if (signature === null)
      return err([{ path: '/signature', message: 'is required for provider "custom"' }]);
    const own = customProvider(signature);
    if (own.ok) return own;
    return err(own.error.map(({ path, message }) => ({ path: `/signature${path}`, message })));
  }
  if (signature !== null) return err([{ path: '/signature', message: 'is only for provider "custom"' }]);
  const provider = rules.providerFor(name);
  if (provider !== undefined) return ok(provider);
  const known = [...rules.providerNames, CUSTOM];
  const list = known.map(known => `"${known}"`).join(', ');
  const message = `is not a provider known here; known are ${list}${meant(name, known)}`;
  return err([{ path: '/provider', message }]);
}

/** What the provider needs besides a secret, and the settings that mean the same everywhere. */
export function providerSettingsErrors(settings: Record<string, string>, provider: Provider): FieldError[] {
  const errors: FieldError[] = [];
  for (const { name, isRequired, isSecret, what } of provider.guide.settings) {
    const value = settings[name];
    if (isRequired && value === undefined) {
      errors.push({ path: `/settings/${name}`, message: `is required: ${what}` });
    }
    const problem = isSecret === true && value !== undefined ? endsProblem(value) : null;
    if (problem !== null) errors.push({ path: `/settings/${name}`, message: problem });
  }
  for (const { path, name } of settingsSigned(provider)) {
    if (settings[name] === undefined) {
      errors.push({ path, message: `has {cfg:${name}}, but settings has no such entry` });
    }
  }
  const { public_url: publicUrl, tolerance_seconds: tolerance } = settings;
  if (publicUrl !== undefined && !(/^https?:\/\//.test(publicUrl) && URL.canParse(publicUrl))) {
    errors.push({ path: '/settings/public_url', message: 'must be an http or https address' });
  }
  if (tolerance !== undefined && !isTolerance(tolerance)) {
    errors.push({
      path: '/settings/tolerance_seconds',
      message: 'must be whole seconds, 1 to 604800, as text',
    });
  }
  return errors;
}

/**
 * Where the secret is a public key, and not the webhook's id at the provider, the id has to be given as a setting: it is part
 * of the signed message.
 */
export function pinnedKeyErrors(
  secretKey: string,
  settings: Record<string, string>,
  { scheme, certificate }: Provider,
): FieldError[] {
  if (certificate === null || secretProblem(scheme, secretKey) !== null) return [];
  const { setting } = certificate;
  const message = 'is required with a public key: it is part of the signed message';
  return settings[setting] === undefined ? [{ path: `/settings/${setting}`, message }] : [];
}

/** The settings that the scheme's messages contain, and where it names them. The id beside a certificate is not among them. */
function settingsSigned({ scheme, certificate }: Provider): { path: string; name: string }[] {
  const compiled = compileScheme(scheme);
  if (!compiled.ok) return [];
  const found = compiled.value.templates.flatMap(({ parts }, i) =>
    parts.flatMap(part =>
      part.kind === 'reference' && part.reference.kind === 'cfg'
        ? [{ path: `/signature/msg/${i}`, name: part.reference.name }]
        : [],
    ),
  );
  return found.filter(({ name }) => name !== certificate?.setting);
}

/**
 * Messages that sign nothing of the request. A webhook of an earlier release may have such ones, and keeps them until they are
 * changed: it can still be switched off.
 */
function messageErrors(
  before: CustomDefinition | null,
  after: CustomDefinition | null,
  { scheme }: Provider,
): FieldError[] {
  const compiled = compileScheme(scheme);
  if (after === null || !compiled.ok) return [];
  const message = 'signs nothing of the request: one signature would be good for every body';
  return templatesSigningNothing(compiled.value)
    .filter(i => before?.msg[i] !== after.msg[i])
    .map(i => ({ path: `/signature/msg/${i}`, message }));
}

/** The stored secrets were checked against `alg` and `key` when they were given. They are sealed here, so these two stay. */
function keyErrors(before: CustomDefinition | null, after: CustomDefinition | null): FieldError[] {
  if (before === null || after === null) return [];
  const isSame =
    before.alg === after.alg &&
    before.key.enc === after.key.enc &&
    before.key.or === after.key.or &&
    before.key.strip === after.key.strip;
  const message = 'alg and key cannot be changed; create another webhook';
  return isSame ? [] : [{ path: '/signature', message }];
}

/** What of a scheme is refused though it works. @param before the scheme as it is stored; null: there is none yet */
export const schemeErrors = (
  before: CustomDefinition | null,
  after: CustomDefinition | null,
  provider: Provider,
): FieldError[] => [...messageErrors(before, after, provider), ...keyErrors(before, after)];
