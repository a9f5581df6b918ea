"""The query generator refuses what is wrong, with the file, the query and the reason.

usage: test_sqlgen.py SOURCE_ROOT SQLGEN
"""
import os
import subprocess
import sys
import tempfile

root, sqlgen = sys.argv[1:3]
SCHEMA = """CREATE TABLE class (
  district_id BIGINT NOT NULL,
  class_id BIGINT NOT NULL,
  title {text} NOT NULL,
  weight {double},
  PRIMARY KEY (district_id, class_id)
);
"""
ALL = '-- name: all_of_it :many\nSELECT class_id, title, weight FROM class WHERE district_id = :district_id\n'
D = ' FROM class WHERE district_id = :district_id'
CASES = [  # a block, and what is said of it; None: accepted
    (f'-- name: x :one\nSELECT title{D}', None),
    (f'-- name: x :one\nSELECT titel{D}', 'x: no such column: titel'),
    (f'-- name: x :one\nSELECT title{D} AND class_id = :clas_id', 'x: no single type is known for the parameter :clas_id'),
    (f'-- name: x :one\n-- types: :other int\nSELECT title{D} AND class_id = :other', None),
    ('-- name: x :one\nSELECT title FROM class WHERE class_id = :class_id', 'x: names no :district_id'),
    ('-- name: x :one\n-- all districts: a test\nSELECT title FROM class WHERE class_id = :class_id', None),
    (f'-- name: x :one\nSELECT title{D}\n-- postgresql:\nSELECT title FROM class', 'x: names no :district_id (postgresql)'),
    (f'-- name: x :one\nSELECT COUNT(*){D}', 'x: column 1, COUNT(*), needs a name'),
    (f'-- name: x :one\nSELECT COUNT(*) AS students{D}', 'x: no single type is known for the column students'),
    (f'-- name: x :one\n-- types: students int\nSELECT COUNT(*) AS students{D}', None),
    (f'-- name: x :one\n-- types: students number\nSELECT COUNT(*) AS students{D}', 'is not a name and a type'),
    (f'-- name: x :one\nSELECT title, title{D}', 'x: two columns are called title'),
    (f'-- name: x :one\n-- null: titl\nSELECT title{D}', 'x: an annotation names titl'),
    (f'-- name: x :one\n-- null: :weight\nSELECT title{D} AND weight = :weight', ':weight is no number of which 0 could bind NULL'),
    (f'-- name: x :one\n-- null: :weight flag\nSELECT title{D} AND weight = :weight', None),
    (f'-- name: x :one\n-- typs: a int\nSELECT title{D}', "x: '-- typs: a int' is no annotation"),
    (f'-- name: x\nSELECT title{D}', 'is none of :one, :many'),
    (f'-- name: x :exec\nSELECT title{D}', 'x: only reads'),
    (f'-- name: x :one\nDELETE{D}', 'x: gives no rows'),
    (f'-- name: all_of_it :one\nSELECT title{D}', 'all_of_it: is there twice'),
    (f'-- name: x :one\n-- row: r\nSELECT title{D}\n-- name: y :one\n-- row: r\nSELECT weight{D}', 'y: its columns are not those of x'),
    (f'-- name: x :one\n-- row: r\nSELECT title{D}\n-- name: y :many\n-- row: r\nSELECT title{D} AND weight > 1', None),
]
failed = []


def run(folder, queries, schema, want, what):
    with open(os.path.join(folder, '0001.sql'), 'w') as f:
        f.write(schema)
    with open(os.path.join(folder, 'q.sql'), 'w') as f:
        f.write(queries + '\n')
    for mode in ('headers', 'code'):
        r = subprocess.run([sqlgen, mode, folder, os.path.join(folder, 'q.sql'), os.path.join(root, 'src/store/sql/schema.sql'), '--', os.path.join(folder, '0001.sql')], capture_output=True, text=True)
        ok = r.returncode == 0 if want is None else r.returncode == 1 and want in r.stderr
        if not ok:
            failed.append(f'{what!r}: wanted {want!r}, got {r.returncode} {r.stderr.strip()}')


with tempfile.TemporaryDirectory() as d:
    for text, want in CASES:
        run(d, ALL + text, SCHEMA, want, text)
    more = SCHEMA.replace('  weight', '  spare {text},\n  weight')
    run(d, ALL, more, 'class.spare: no query reads or writes this column', 'an unused column')
    run(d, ALL + '-- unused column: class.spare it is for later', more, None, 'an unused column with its reason')
    run(d, ALL + '-- name: x :exec\nINSERT INTO class (district_id, class_id, title, spare) VALUES (:district_id, :class_id, :title, :spare)',
        more, None, 'a column that is only written')
print(f'{len(CASES) + 3} cases, {len(failed)} failures')
print('\n'.join(failed))
sys.exit(1 if failed else 0)
