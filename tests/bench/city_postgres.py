#!/usr/bin/env python3
"""The month of tests/bench/city.cc in PostgreSQL 15, with the indexes that a sensible DBA makes.

Usage: city_postgres.py --folder DIR [--reads N] [--seconds S]. Prints one JSON object: time and size
of the load, and the 50th and 99th percentile in milliseconds of each search that city.cc measures on
the register. Plates, cameras and times are spread as there. The server is ours alone: its data in
DIR, a socket, no network, everything as installed but shared_buffers, which is a quarter of memory.
Exit code 3: PostgreSQL is not there (packages of group bench), or failed.
"""
import argparse
import json
import os
import pwd
import re
import shutil
import subprocess
import sys
import time

PROGRAMS = "/usr/lib/postgresql/15/bin/"
PLATES = 2_000_000
CAMERAS = 300
DAYS = 30

# 9AAA999 of a rank, as city.cc's plate(): the number in mixed base, its digits in the plate's places.
SCHEMA = """
CREATE EXTENSION pg_trgm;
CREATE FUNCTION plate_of(rank bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (1 + n / 17576000 % 9)::text
      || chr((65 + n / 676000 % 26)::int) || chr((65 + n / 26000 % 26)::int)
      || chr((65 + n / 1000 % 26)::int) || lpad((n % 1000)::text, 3, '0')
  FROM (SELECT rank * 97 % 175760000 AS n) AS one $$;
CREATE TABLE reads(seq bigint NOT NULL, plate text NOT NULL, captured timestamptz NOT NULL,
  camera smallint NOT NULL, lat_e7 int NOT NULL, lon_e7 int NOT NULL, color text);
"""
LOAD = """
INSERT INTO reads SELECT i, plate_of(floor(exp(random() * ln({plates})))::bigint),
  timestamptz '2026-01-01 00:00Z' + i * (interval '{days} days' / {reads}),
  camera, 377000000 + camera * 4000, -1223000000 + camera * 5000, 'white'
FROM (SELECT i, (random() * {cameras})::int AS camera FROM generate_series(1, {reads}) AS i) AS one;
"""
INDEXES = """
CREATE INDEX ON reads USING btree(plate, captured DESC);
CREATE INDEX ON reads USING gin(plate gin_trgm_ops);
CREATE INDEX ON reads USING brin(captured);
ANALYZE reads;
"""
NEWEST = "ORDER BY captured DESC LIMIT 500"
SEARCHES = {
    "exact": "\\set r random(1, 2000)\nSELECT * FROM reads WHERE plate = plate_of(:r) " + NEWEST + ";\n",
    "two unknown in front": "\\set r random(1, 2000)\nSELECT * FROM reads WHERE plate LIKE "
                            "'__' || substr(plate_of(:r), 3) " + NEWEST + ";\n",
    "two unknown behind": "\\set r random(1, 2000)\nSELECT * FROM reads WHERE plate LIKE "
                          "substr(plate_of(:r), 1, 5) || '__' " + NEWEST + ";\n",
    "area and hour": "\\set h random(0, 700)\n\\set c random(0, 280)\nSELECT * FROM reads WHERE captured >= "
                     "timestamptz '2026-01-01 00:00Z' + :h * interval '1 hour' AND captured < timestamptz "
                     "'2026-01-01 00:00Z' + (:h + 1) * interval '1 hour' AND lat_e7 BETWEEN 377000000 + :c * 4000 "
                     "AND 377000000 + (:c + 5) * 4000 AND lon_e7 BETWEEN -1223000000 + :c * 5000 AND "
                     "-1223000000 + (:c + 5) * 5000 " + NEWEST + ";\n",
}


def give_up(why):
    print("city_postgres: " + why, file=sys.stderr)
    sys.exit(3)


class Server:
    def __init__(self, folder):
        self.folder = os.path.join(folder, "postgres")
        os.makedirs(self.folder)
        self.as_user = []
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root; Debian's package brings a user for it
            shutil.chown(self.folder, pwd.getpwnam("postgres").pw_uid)
            self.as_user = ["runuser", "-u", "postgres", "--"]
        data = self.folder + "/data"
        self.run("initdb", "-D", data, "-A", "trust", "--no-instructions")
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 4 // 2**20
        self.run("pg_ctl", "-w", "-D", data, "-l", self.folder + "/log", "-o",
                 f"-k {self.folder} -c listen_addresses= -c shared_buffers={memory}MB "
                 "-c maintenance_work_mem=1GB -c max_wal_size=8GB", "start")

    def run(self, program, *arguments):
        done = subprocess.run(self.as_user + [PROGRAMS + program, *arguments], cwd=self.folder,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            give_up(f"{program}: {done.stdout}")
        return done.stdout

    def sql(self, text):
        return self.run("psql", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-d", "postgres", "-c", text)

    def search(self, name, script, seconds):
        path = f"{self.folder}/{name.replace(' ', '_')}.sql"
        with open(path, "w") as out:
            out.write(script)
        os.chmod(path, 0o644)
        for old in os.listdir(self.folder):
            if old.startswith("times."):
                os.remove(os.path.join(self.folder, old))
        self.run("pgbench", "-n", "-h", self.folder, "-c", "1", "-T", str(seconds), "-l", "--log-prefix", "times",
                 "-f", path, "postgres")
        times = []
        for log in os.listdir(self.folder):
            if log.startswith("times."):
                with open(os.path.join(self.folder, log)) as lines:
                    times += [int(line.split()[2]) / 1000 for line in lines]
        times.sort()
        return {"searches": len(times), "p50_ms": times[len(times) // 2], "p99_ms": times[int(0.99 * (len(times) - 1))]}

    def stop(self):
        self.run("pg_ctl", "-w", "-D", self.folder + "/data", "-m", "fast", "stop")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--folder", required=True)
    arguments.add_argument("--reads", type=int, default=45_000_000)
    arguments.add_argument("--seconds", type=int, default=10)
    options = arguments.parse_args()
    if not os.access(PROGRAMS + "pgbench", os.X_OK):
        give_up("PostgreSQL 15 is not installed (packages of group bench)")
    server = Server(options.folder)
    try:
        result = {"reads": options.reads}
        server.sql(SCHEMA)
        start = time.monotonic()
        server.sql(LOAD.format(plates=PLATES, days=DAYS, reads=options.reads, cameras=CAMERAS - 1))
        result["rows_loaded_s"] = round(time.monotonic() - start, 1)
        server.sql(INDEXES)
        result["loaded_with_indexes_s"] = round(time.monotonic() - start, 1)
        size = int(re.search(r"\d+", server.sql("SELECT pg_total_relation_size('reads')")).group())
        result["bytes_a_read"] = round(size / options.reads, 1)
        for name, script in SEARCHES.items():
            result[name] = server.search(name, script, options.seconds)
            print(f"city_postgres: {name} done", file=sys.stderr)
        print(json.dumps(result))
    finally:
        server.stop()


if __name__ == "__main__":
    main()
