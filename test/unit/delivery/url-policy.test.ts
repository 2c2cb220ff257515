import { describe, expect, it } from 'vitest';
import { MAX_URL_LENGTH, urlProblem } from '../../../src/delivery/url-policy';

/** Spellings of places a destination must not lead to. */
const PRIVATE = [
  // loopback, and the ways to write it
  'http://localhost/',
  'http://LOCALHOST:8787/in/1',
  'http://localhost./',
  'http://app.localhost/',
  'http://app.localhost./',
  'http://%6c%6f%63alhost/',
  'http://ｌｏｃａｌｈｏｓｔ/',
  'http://127.0.0.1/',
  'http://127.0.0.1./',
  'http://127.0.0.1:80/',
  'http://127.255.255.254/',
  'http://127.1/',
  'http://127.0.1/',
  'http://2130706433/',
  'http://0x7f000001/',
  'http://0x7f.1/',
  'http://0X7F.0x0.0x0.0x1/',
  'http://0177.0.0.1/',
  'http://017700000001/',
  'http://0177.0x1/',
  'http://127.0.0.0x1/',
  'http://１２７.０.０.１/',
  'http://127。0。0。1/',
  'http://①②⑦.⓪.⓪.①/',
  'http://%31%32%37.0.0.1/',
  'http:127.0.0.1/',
  'http:\\\\127.0.0.1\\',
  'https:///127.0.0.1/',
  // this network, private, shared, link-local
  'http://0/',
  'http://0.0.0.0/',
  'http://0.1.2.3/',
  'http://10.0.0.1/',
  'http://10.255.255.255/',
  'http://167772161/',
  'http://012.1.2.3/',
  'http://100.64.0.1/',
  'http://100.127.255.255/',
  'http://172.16.0.1/',
  'http://172.31.255.255/',
  'http://192.168.0.1/',
  'http://192.168.65535/',
  'http://3232235521/',
  'http://169.254.1.1/',
  // reserved, documentation, benchmark, multicast, broadcast
  'http://192.0.0.1/',
  'http://192.0.2.1/',
  'http://192.88.99.1/',
  'http://198.18.0.1/',
  'http://198.19.255.255/',
  'http://198.51.100.7/',
  'http://203.0.113.7/',
  'http://224.0.0.1/',
  'http://239.255.255.255/',
  'http://240.0.0.1/',
  'http://255.255.255.255/',
  'http://4294967295/',
  // metadata services
  'http://169.254.169.254/latest/meta-data/',
  'http://0xa9fea9fe/',
  'http://0251.0376.0251.0376/',
  'http://2852039166/',
  'http://[::ffff:169.254.169.254]/',
  'http://[fd00:ec2::254]/',
  'http://100.100.100.200/',
  'http://168.63.129.16/',
  'http://192.0.0.192/',
  'http://metadata/',
  'http://metadata.google.internal/computeMetadata/v1/',
  'http://METADATA.GOOGLE.INTERNAL./',
  'http://metadata.goog/',
  'http://metadata.tencentyun.com/',
  'http://instance-data.ec2.internal/',
  // IPv6
  'http://[::1]/',
  'http://[0:0:0:0:0:0:0:1]/',
  'http://[0000:0000:0000:0000:0000:0000:0000:0001]:8080/',
  'http://[::]/',
  'http://[::ffff:127.0.0.1]/',
  'http://[::ffff:7f00:1]/',
  'http://[0:0:0:0:0:ffff:127.0.0.1]/',
  'http://[::ffff:10.0.0.1]/',
  'http://[::127.0.0.1]/',
  'http://[::a00:1]/',
  'http://[::ffff:0:127.0.0.1]/',
  'http://[64:ff9b::127.0.0.1]/',
  'http://[64:ff9b::a9fe:a9fe]/',
  'http://[64:ff9b:1::10.0.0.1]/',
  'http://[100::1]/',
  'http://[2001::1]/',
  'http://[2001:0:7f00:1::80ff:fffe]/',
  'http://[2001:2::1]/',
  'http://[2001:10::1]/',
  'http://[2001:1ff:ffff::1]/',
  'http://[2001:db8::1]/',
  'http://[2002:7f00:1::]/',
  'http://[2002:a9fe:a9fe::1]/',
  'http://[3fff::1]/',
  'http://[3fff:fff::1]/',
  'http://[4000::1]/',
  'http://[5f00::1]/',
  'http://[fc00::1]/',
  'http://[fdff:ffff::1]/',
  'http://[fe80::1]/',
  'http://[febf::1]/',
  'http://[fec0::1]/',
  'http://[ff02::1]/',
  'http://[FF0E::1]/',
  // names of no public host
  'http://intranet/',
  'http://gateway:8080/',
  'http://printer.local/',
  'http://printer.LOCAL./',
  'http://db.internal/',
  'http://host.docker.internal/',
  'http://localhost.localdomain/',
  'http://router.home.arpa/',
  'http://home.arpa/',
  'http://kubernetes.default.svc/',
  'http://kubernetes.default.svc.cluster.local/',
  'http://example.com./',
  'http://com/',
];

/** Wrong in form: refused whatever the setting. */
const MALFORMED = [
  '',
  'example.com/hooks',
  '//example.com/hooks',
  '/hooks',
  'ftp://example.com/',
  'file:///etc/passwd',
  'data:text/plain,hello',
  'javascript:alert(1)',
  'ws://example.com/',
  'blob:https://example.com/1',
  'http://',
  'https://?x=1',
  'http://[::1',
  'http://[fe80::1%25eth0]/',
  'http://1.2.3.4.5/',
  'http://256.256.256.256/',
  'http://exa mple.com/',
  ' https://example.com/',
  'https://example.com/\r\nX-Injected: 1',
  'https://exam\tple.com/',
  'https://user@example.com/',
  'https://user:secret@example.com/',
  'https://:secret@example.com/',
  'https://example.com@127.0.0.1/',
  'https://a@b@example.com/',
];

const PUBLIC = [
  'https://example.com',
  'https://app.example.com/hooks',
  'http://app.example.com:8080/hooks?source=gapless',
  'https://app.example.com/hooks#fragment',
  'HTTPS://APP.EXAMPLE.COM/',
  'https://bücher.example/',
  'https://xn--bcher-kva.example/',
  'https://a_b.example.com/',
  'https://localhost.example.com/',
  'https://internal.example.com/',
  'https://my.local.dev/',
  'https://notlocalhost.com/',
  'https://10.example.com/',
  'https://127.0.0.1.example.com/',
  'https://metadata.example.com/',
  'https://fe80.example.com/',
  'https://[2606:4700:4700::1111]/',
  'https://[2001:4860:4860::8888]/',
  'https://[2001:200::1]/',
  'https://[2a00:1450:4001:82a::200e]:8443/',
  'https://[3ffe::1]/',
  'https://1.1.1.1/',
  'https://8.8.8.8:8443/hooks',
  // one outside each refused network
  'http://1.0.0.0/',
  'http://9.255.255.255/',
  'http://11.0.0.0/',
  'http://100.63.255.255/',
  'http://100.128.0.0/',
  'http://126.255.255.255/',
  'http://128.0.0.1/',
  'http://168.63.129.15/',
  'http://168.63.129.17/',
  'http://169.253.255.255/',
  'http://169.255.0.0/',
  'http://172.15.255.255/',
  'http://172.32.0.0/',
  'http://191.255.255.255/',
  'http://192.0.1.0/',
  'http://192.0.3.0/',
  'http://192.88.98.255/',
  'http://192.167.255.255/',
  'http://192.169.0.0/',
  'http://198.17.255.255/',
  'http://198.20.0.0/',
  'http://198.51.99.255/',
  'http://203.0.114.0/',
  'http://223.255.255.255/',
];

describe('urlProblem', () => {
  it.each(PRIVATE)('refuses %s', url => {
    expect(urlProblem(url, false)).toMatch(/must be public/);
  });

  it.each(PRIVATE)('lets %s through in development', url => {
    expect(urlProblem(url, true)).toBeNull();
  });

  it.each(MALFORMED)('refuses %j in development too', url => {
    expect(urlProblem(url, false)).not.toBeNull();
    expect(urlProblem(url, true)).not.toBeNull();
  });

  it.each(PUBLIC)('allows %s', url => {
    expect(urlProblem(url, false)).toBeNull();
  });

  it('bounds the length', () => {
    const url = 'https://example.com/'.padEnd(MAX_URL_LENGTH, 'x');
    expect(urlProblem(url, false)).toBeNull();
    expect(urlProblem(`${url}x`, false)).toMatch(/2048/);
  });

  it('never repeats the URL, which may hold a token', () => {
    const secret = 'https://user:hunter2@localhost/?token=hunter2';
    expect(urlProblem(secret, false)).not.toContain('hunter2');
  });
});
