"""The template and message compilers refuse what is wrong, with file:line, and every message id in C exists.

usage: test_tools.py SOURCE_ROOT TMPLC MSGC
"""
import os
import re
import subprocess
import sys
import tempfile

root, tmplc, msgc = sys.argv[1:4]
HEAD = 'msgid ""\nmsgstr "Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
EN = HEAD + 'msgctxt "a.b"\nmsgid "Hello"\nmsgstr ""\n\nmsgctxt "a.name"\nmsgid "Hello {name}"\nmsgstr ""\n\nmsgctxt "a.n"\nmsgid "{n} day"\nmsgid_plural "{n} days"\nmsgstr[0] ""\nmsgstr[1] ""\n'
STRUCTS = '{{struct row: title text, n int}}{{ctx: csrf text}}\n'

# template, what the error says (None: it compiles)
TEMPLATES = [
    ('{{page p: name text}}<p>{{name}}</p>', None),
    ('{{page p: name text}}\n<p>{{nmae}}</p>', ':3: error: no field or name "nmae"'),
    ('{{page p: rows list row}}{{each r in rows}}{{r.titel}}{{end}}', 'no field "titel"'),
    ('{{page p: rows list row}}{{rows}}', 'cannot be written'),
    ('{{page p: rows list rwo}}', 'no struct "rwo"'),
    ('{{page p: name string}}', 'unknown kind "string"'),
    ('{{page p: name text}}<a href="{{name}}">x</a>', 'wants a url'),
    ('{{page p: to url}}<a href="{{to}}">x</a>', None),
    ('{{page p: to url}}<a href="/x{{to}}">x</a>', 'glued'),
    ('{{page p: name text}}<a href="/x/{{name}}">x</a>', None),
    ('{{page p: name text}}<p class={{name}}>x</p>', 'text or in a quoted attribute'),
    ('{{page p: name text}}<p class=a>x</p>', 'needs quotes'),
    ('{{page p: name text}}<p style="a">x</p>', 'live in files'),
    ('{{page p: name text}}<p onclick="a">x</p>', 'live in files'),
    ('{{page p: name text}}<script>{{name}}</script>', 'no values inside <script>'),
    ('{{page p: body safe_html}}<p>{{body}}</p>', None),
    ('{{page p: body safe_html}}<p title="{{body}}">x</p>', 'cannot stand in an attribute'),
    ('{{page p: body text}}{{part q body}}', 'no part "q"'),
    ('{{define q: b safe_html}}<p>{{b}}</p>{{end}}\n{{page p: body text}}{{part q body}}', 'wants safe_html'),
    ('{{page p: a int}}{{if a}}<p>{{end}}x', None),
    ('{{page p: a int}}{{if a}}<p class="{{end}}x', 'another place'),
    ('{{page p: a int}}{{if a}}x', 'no end'),
    ('{{page p: a int}}x{{end}}', 'closes nothing'),
    ('{{page p: a int}}{{msg "a.c"}}', 'no message "a.c"'),
    ('{{page p: a int}}{{msg "a.name"}}', 'wants {name}'),
    ('{{page p: name text}}{{msg "a.name" name}}', None),
    ('{{page p: who text}}{{msg "a.name" who}}', 'has no {who}'),
    ('{{page p: who text}}{{msg "a.name" name=who}}', None),
    ('{{page p: n int}}<p title="{{msg "a.n" n}}">{{msg "a.n" n}}</p>', None),
    ('{{page p: ok bool}}{{if ok == 1}}x{{end}}', 'cannot compare'),
    ('{{page p: at time}}{{at soon}}', 'no form "soon"'),
    ('{{page p: at time}}{{at ago}}', None),
]
PO = [
    ('msgctxt "a.name"\nmsgid "Hello {name}"\nmsgstr "Hola {name}"\n', None),
    ('msgctxt "a.name"\nmsgid "Hello {name}"\nmsgstr "Hola {nombre}"\n', 'has {nombre}'),
    ('msgctxt "a.name"\nmsgid "Hello {name}"\nmsgstr "Hola"\n', 'lacks {name}'),
    ('msgctxt "a.z"\nmsgid "Hello"\nmsgstr "Hola"\n', 'is not in'),
    ('msgctxt "a.b"\nmsgid "Hello"\nmsgstr "Hola\n', 'does not end on its line'),
    ('msgctxt "a.b"\nmsgid "Hello"\nmsgstr "Hola"\n\nmsgctxt "a.b"\nmsgid "Hello"\nmsgstr "Hola"\n', 'here twice'),
    ('msgid "Hello"\nmsgstr "Hola"\n', 'without msgctxt'),
]
failed = []


def run(args, want, what):
    r = subprocess.run(args, capture_output=True, text=True)
    ok = r.returncode == 0 if want is None else r.returncode == 1 and want in r.stderr
    if not ok:
        failed.append(f'{what!r}: wanted {want!r}, got {r.returncode} {r.stderr.strip()}')


with tempfile.TemporaryDirectory() as d:
    path = lambda n: os.path.join(d, n)
    put = lambda n, s: open(path(n), 'w', encoding='utf-8').write(s)
    put('en.po', EN)
    for text, want in TEMPLATES:
        put('t.html', STRUCTS + text)
        run([tmplc, path('o.h'), path('o.c'), path('en.po'), path('t.html')], want, text)
    for text, want in PO:
        put('es.po', HEAD + text)
        run([msgc, path('o.h'), path('o.c'), path('en.po'), path('es.po')], want, text)

# Every message id that C names exists, and none of an err_fail is misspelt.
known = set(re.findall(r'^msgctxt "(.*)"', open(os.path.join(root, 'src/i18n/po/en.po'), encoding='utf-8').read(), re.M))
named = 0
for top in ('src', 'ui'):
    for folder, _, files in os.walk(os.path.join(root, top)):
        for f in files:
            if not f.endswith('.c'):
                continue
            text = open(os.path.join(folder, f), encoding='utf-8').read()
            for m in re.finditer(r'(?:err_fail|policy_clause|denied)\(([^;"]*?)"([^"]*)"', text):
                if 'msg_id' in m.group(1):
                    continue  # the caller's
                named += 1
                if m.group(2) not in known:
                    failed.append(f'{folder}/{f}: message "{m.group(2)}" is not in en.po')
print(f'{len(TEMPLATES) + len(PO)} cases, {named} message ids in C, {len(failed)} failures')
print('\n'.join(failed))
sys.exit(1 if failed else 0)
