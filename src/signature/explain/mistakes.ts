/** The mistakes that make signatures fail, in words for whoever looks for theirs. No text has a secret or a value of a body. */

export type MistakeKind =
  | 'body_rewritten'
  | 'line_feed'
  | 'byte_order_mark'
  | 'character_set'
  | 'form_and_json'
  | 'body_base64'
  | 'body_lost'
  | 'secret_blanks'
  | 'secret_prefix'
  | 'secret_encoding'
  | 'api_token'
  | 'other_secret'
  | 'signature_encoding'
  | 'signature_prefix'
  | 'signature_algorithm'
  | 'time_unit'
  | 'too_old'
  | 'too_new'
  | 'address'
  | 'header_renamed'
  | 'header_lost'
  | 'other_provider';

/** `what` went wrong, and what mends it: a sentence or two each. */
export type Mistake = { kind: MistakeKind; what: string; mend: string };

const RAW =
  'Pass the bytes on as they came: nothing between the provider and here may parse the body and write it again.';

/** @param spelling how the signed body was written, in words */
export const bodyRewritten = (spelling: string): Mistake => ({
  kind: 'body_rewritten',
  what: `The body was parsed and written again. What was signed is the same JSON, ${spelling}.`,
  mend: RAW,
});

/** @param signed how the signed body ends or breaks its lines, in words */
export const lineFeed = (signed: string): Mistake => ({
  kind: 'line_feed',
  what: `Line feeds were changed. What was signed is the body ${signed}.`,
  mend: 'Editors, `echo` and templates add one; `--data` of curl removes them. Use `printf` and `--data-binary`, or the bytes as they came.',
});

export const byteOrderMark = (signed: 'with' | 'without'): Mistake => ({
  kind: 'byte_order_mark',
  what: `A byte order mark (EF BB BF) was ${signed === 'with' ? 'removed from' : 'put before'} the body. What was signed is the body ${signed} one.`,
  mend: 'Read and write the body as bytes, not as text.',
});

export const characterSet = (signed: string): Mistake => ({
  kind: 'character_set',
  what: `The body was decoded and encoded in another character set. What was signed is ${signed}.`,
  mend: 'Read the body as bytes, and do not convert it.',
});

/** @param signed what was signed, in words */
export const formAndJson = (signed: string): Mistake => ({
  kind: 'form_and_json',
  what: `A form was taken for JSON, or read and written again. What was signed is ${signed}.`,
  mend: RAW,
});

export const bodyBase64 = (signed: string): Mistake => ({
  kind: 'body_base64',
  what: `The body is base64 where it should not be, or the other way round. What was signed is ${signed}.`,
  mend: 'API gateways hand over bodies in base64 and say so (`isBase64Encoded`): decode them before you verify.',
});

export const BODY_LOST: Mistake = {
  kind: 'body_lost',
  what: 'What was signed is an empty body; this one is not empty.',
  mend: 'Whoever signed had already read the body. Sign the bytes before a framework takes them, or after it gives them back.',
};

export const SECRET_BLANKS: Mistake = {
  kind: 'secret_blanks',
  what: 'The secret has something around it: blanks, a line feed or quotes. Without them it fits.',
  mend: 'Set it again without them. `echo` adds a line feed, `printf %s` does not; quotes of a `.env` file are part of the value in some programs.',
};

/** @param fits in words that follow "It fits" */
export const secretPrefix = (prefix: string, fits: string): Mistake => ({
  kind: 'secret_prefix',
  what: `${prefix} was kept or lost. It fits ${fits}.`,
  mend: `Copy the secret as the provider shows it, and let one program alone decide whether ${prefix} is part of it.`,
});

/** @param fits how the text of the secret is to be read, in words */
export const secretEncoding = (fits: string): Mistake => ({
  kind: 'secret_encoding',
  what: `The secret is decoded where it should not be, or the other way round. It fits as ${fits}.`,
  mend: 'See what the provider says about the key: the text itself, or bytes in hex or base64.',
});

/** @param looksLike whose token it seems to be, in words */
export const apiToken = (looksLike: string): Mistake => ({
  kind: 'api_token',
  what: `The secret looks like ${looksLike}. That is for calling an API; signatures are made with another secret.`,
  mend: 'Take the secret of the webhook, where the provider shows its settings.',
});

export const otherSecret = (looksLike: string): Mistake => ({
  kind: 'other_secret',
  what: `The secret looks like ${looksLike}, which this provider does not give out.`,
  mend: 'Take the secret from the settings of this webhook at this provider.',
});

/** @param written how the signature is written, and how it should be, in words */
export const signatureEncoding = (written: string, expected: string): Mistake => ({
  kind: 'signature_encoding',
  what: `The signature is right but written in ${written}, where the provider writes ${expected}.`,
  mend: `Write the signature in ${expected}.`,
});

export const signaturePrefix = (prefix: string): Mistake => ({
  kind: 'signature_prefix',
  what: `The signature is right, but "${prefix}" is missing in front of it.`,
  mend: 'Send the header as the provider does.',
});

export const signatureAlgorithm = (used: string, expected: string): Mistake => ({
  kind: 'signature_algorithm',
  what: `The signature was made with ${used}, where the provider uses ${expected}.`,
  mend: `Use ${expected}.`,
});

export const timeUnit = (written: string, expected: string): Mistake => ({
  kind: 'time_unit',
  what: `The signature is right, but its time is in ${written}, where the provider sends ${expected}.`,
  mend: `Send, and sign, the time in ${expected}.`,
});

/** @param age in words: "12 minutes" */
export const tooOld = (age: string, allowed: string): Mistake => ({
  kind: 'too_old',
  what: `The signature is right, but it was made ${age} ago; ${allowed} are allowed.`,
  mend: 'Something kept the request, or sent it again: send new ones. Or a clock is wrong.',
});

export const tooNew = (age: string, allowed: string): Mistake => ({
  kind: 'too_new',
  what: `The signature is right, but its time is ${age} ahead; ${allowed} are allowed.`,
  mend: 'A clock is wrong, or a local time was taken for UTC.',
});

/** @param signed the address that was signed, without its query */
export const addressChanged = (signed: string): Mistake => ({
  kind: 'address',
  what: `The address was changed on the way. What was signed is ${signed}.`,
  mend: 'Set `settings.public_url` of the webhook to the address that the provider has, character by character; proxies must keep host and path.',
});

export const headerRenamed = (header: string, found: string): Mistake => ({
  kind: 'header_renamed',
  what: `The header ${header} came as ${found}.`,
  mend: 'Proxies and CGI rewrite names of headers: pass them on unchanged.',
});

export const headerLost = (headers: string): Mistake => ({
  kind: 'header_lost',
  what: `The request has no ${headers}.`,
  mend: 'Does it come from the provider, with a secret set there? Then something on the way removes headers.',
});

export const otherProvider = (title: string, isProven: boolean): Mistake => ({
  kind: 'other_provider',
  what: isProven
    ? `It is signed as ${title} signs, and with this secret.`
    : `It has the headers of ${title}, not of this provider.`,
  mend: `Make the webhook one of ${title}, or send this provider's events here.`,
});
