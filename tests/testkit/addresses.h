/* addresses.h: mail addresses that are accepted, and those that are refused with the reason. */
#pragma once

#define L10     "abcdefghij"
#define L60     L10 L10 L10 L10 L10 L10
#define LABEL60 L60

static const char *const tk_good_addresses[] = {
    "a@b.example",           "first.last@example.org",
    "first+tag@example.org", "o'brien@example.org",
    "user%part@example.org", "x_y-z@sub.domain.example-host.org",
    "1@2.example",           "!#$&*/?=^`{|}~@example.org",
    "root@localhost",        "a@xn--mnchen-3ya.example",
    L60 "abcd@example.org", /* 64 */
};

/* International names, and as what they are sent. */
static const char *const tk_converted_addresses[][2] = {
    { "a@m\xc3\xbcnchen.example", "a@xn--mnchen-3ya.example" },
    { "a@mu\xcc\x88nchen.example", "a@xn--mnchen-3ya.example" }, /* not composed */
    { "a@M\xc3\x9cNCHEN.Example", "a@xn--mnchen-3ya.example" },
    { "Ann@stra\xc3\x9f"
      "e.example",
      "Ann@xn--strae-oqa.example" }, /* not "strasse" */
    { "a@\xe4\xbe\x8b\xe3\x81\x88.\xe3\x83\x86\xe3\x82\xb9\xe3\x83\x88",
      "a@xn--r8jz45g.xn--zckzah" },
    { "a@example\xe3\x80\x82\xe4\xb8\xad\xe5\x9b\xbd", "a@example.xn--fiqs8s" }, /* its full stop */
    { "a@\xef\xbd\x82.example", "a@b.example" },                                 /* full-width */
    { "m\xc3\xbcller@b.example", "m\xc3\xbcller@b.example" },                    /* SMTPUTF8 */
    { "mu\xcc\x88ller@M\xc3\xbcnchen.example", "m\xc3\xbcller@xn--mnchen-3ya.example" },
    { "\xe7\x94\xa8\xe6\x88\xb7@b.example", "\xe7\x94\xa8\xe6\x88\xb7@b.example" },
    { "\xd0\xb0\xd0\xb1@b.example", "\xd0\xb0\xd0\xb1@b.example" },           /* all Cyrillic */
    { "\xd0\xb0\xd0\xb1+spam@b.example", "\xd0\xb0\xd0\xb1+spam@b.example" }, /* words */
    { "a@d\xc3\xbczce.com.tr", "a@xn--dzce-0ra.com.tr" },
};

static const struct {
    const char *name, *address, *why;
} tk_bad_addresses[] = {
    { "empty", "", "*empty*" },
    { "CR", "a@b.example\rRCPT TO:<c@d.example>", "*0x0d*" },
    { "LF", "a@b.example\nRCPT TO:<c@d.example>", "*0x0a*" },
    { "CRLF", "a@b.example\r\nRCPT TO:<c@d.example>", "*0x0d*" },
    { "CRLF in the local part", "a\r\nDATA@b.example", "*0x0d*" },
    { "LF at the end", "a@b.example\n", "*0x0a*" },
    { "other controls", "a\x01@b.example", "*0x01*" },
    { "TAB", "a\t@b.example", "*0x09*" },
    { "DEL", "a\x7f@b.example", "*0x7f*" },
    { "space", "a b@c.example", "*0x20*" },
    { "leading space", " a@b.example", "*0x20*" },
    { "encoded-word newline", "=?utf-8?q?a=0d=0ab?=@c.example", "*encoded word*" },
    { "> and RCPT", "a@b.example>RCPT", "*0x3e*" },
    { "> and a parameter", "a@b.example> NOTIFY=NEVER", "*0x3e*" },
    { "angle brackets", "<a@b.example>", "*0x3c*" },
    { "leading -", "-oQ/tmp@b.example", "*\"-\"*" },
    { "local part of 65", L60 "abcde@example.org", "*1 to 64*" },
    { "local part of 255", L60 L60 L60 L60 "abcdefghijklmno@example.org", "*254*" },
    { "255 in all", "a@" L60 "." L60 "." L60 "." L60 "." L10, "*254*" },
    { "label of 64", "a@" L60 "abcd.org", "*1 to 63*" },
    { "IP literal", "a@[127.0.0.1]", "*literal*" },
    { "IPv6 literal", "a@[IPv6:::1]", "*literal*" },
    { "bare IP", "a@127.0.0.1", "*number*" },
    { "quoted local part", "\"a b\"@c.example", "*0x20*" },
    { "quoted local part without space", "\"ab\"@c.example", "*\"\"\"*" },
    { "quoted @", "\"a@b\"@c.example", "*exactly one*" },
    { "group", "team:a@b.example;", "*\":\"*" },
    { "empty group", "undisclosed:;", "*exactly one*" },
    { "list", "a@b.example,c@d.example", "*exactly one*" },
    { "list without a second @", "a,b@c.example", "*\",\"*" },
    { "semicolon", "a@b.example;c", "*\";\"*" },
    { "comment", "a(b)@c.example", "*\"(\"*" },
    { "route", "@hop.example:a@b.example", "*exactly one*" },
    { "backslash", "a\\b@c.example", "*\"\\\"*" },
    { "Unicode confusable (Cyrillic a among Latin)", "p\xd0\xb0ypal@b.example", "*look alike*" },
    { "Unicode confusable (Greek o among Latin)", "b\xce\xbfss@b.example", "*look alike*" },
    { "full-width letter before the @", "\xef\xbd\x81@b.example", "*write it as \"a\"*" },
    { "ligature before the @", "\xef\xac\x81@b.example", "*write it as \"fi\"*" },
    { "full-width < before the @", "a\xef\xbc\x9c@b.example", "*write it as \"a<\"*" },
    { "zero-width space before the @", "a\xe2\x80\x8b@b.example", "*U+200B*" },
    { "no-break space before the @", "a\xc2\xa0@b.example", "*U+00A0*" },
    { "control of 8 bits before the @", "a\xc2\x85@b.example", "*U+0085*" },
    { "line separator before the @", "a\xe2\x80\xa8@b.example", "*U+2028*" },
    { "local part of 66 bytes of UTF-8", L60 "\xc3\xbc\xc3\xbc\xc3\xbc@example.org", "*1 to 64*" },
    { "bare IP of four digits", "a@1.2.3.4", "*number*" },
    { "bare IP in hexadecimal", "a@0x7f000001", "*number*" },
    { "bare IP ending in hexadecimal", "a@127.0.0.0X1", "*number*" },
    { "bare IP in full-width digits", "a@\xef\xbc\x91.\xef\xbc\x92.\xef\xbc\x93.\xef\xbc\x94",
      "*number*" },
    { "domain of bytes that are no UTF-8", "a@m\xfcnchen.example", "*UTF-8*" },
    { "domain with a soft hyphen", "a@ba\xc2\xadnk.example", "*U+00AD*" },
    { "domain with a zero-width space", "a@ba\xe2\x80\x8bnk.example", "*U+200B*" },
    { "domain with a no-break space", "a@ba\xc2\xa0nk.example", "*U+00A0*" },
    { "domain with a character that stands for a slash", "a@\xe2\x84\x80.example", "*\"/\"*" },
    { "domain with a character that no name has", "a@\xe2\x98\x83\xef\xb8\xb0.example", "*" },
    { "Unicode label of 64 bytes when converted", "a@" L60 "\xc3\xbc.example", "*" },
    { "Unicode domain too long when converted",
      "a@\xc3\xbc" L10 L10 L10 L10 "." L60 "." L60 "." L60 "." L10 L10 L10, "*longer than 25*" },
    { "full-width @",
      "a\xef\xbc\xa0"
      "b.example",
      "*exactly one*" },
    { "right-to-left override", "a\xe2\x80\xae@b.example", "*U+202E*" },
    { "invalid UTF-8", "a\xff@b.example", "*not valid UTF-8*" },
    { "no @", "example.org", "*exactly one*" },
    { "two @", "a@b@c.example", "*exactly one*" },
    { "no local part", "@b.example", "*1 to 64*" },
    { "no domain", "a@", "nothing follows*" },
    { "leading dot", ".a@b.example", "*dot*" },
    { "trailing dot", "a.@b.example", "*dot*" },
    { "two dots", "a..b@c.example", "*dot*" },
    { "two dots in the domain", "a@b..example", "*1 to 63*" },
    { "dot at the end of the domain", "a@b.example.", "*1 to 63*" },
    { "underscore in the domain", "a@b_c.example", "*\"_\"*" },
    { "hyphen at the start of a label", "a@-b.example", "*hyphen*" },
    { "hyphen at the end of a label", "a@b-.example", "*hyphen*" },
    { "slash in the domain", "a@b/c.example", "*\"/\"*" },
    { "percent in the domain", "a@b%00c.example", "*\"%\"*" },
};
