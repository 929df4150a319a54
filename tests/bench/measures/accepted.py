"""measures/accepted.py: what a POST costs."""
import json
import pathlib

from rig import body, free_ports, gateway_env, Rig, token


def accepted(options):
    """POST → 201 beside the store's own inserts, alternately, so that both see the same weather."""
    rig = Rig(options.bin, "accept")
    (port,) = free_ports(1)
    rig.start("gateway", port, **gateway_env())
    path = pathlib.Path(rig.temp.name) / "body.json"
    path.write_text(json.dumps(body(1000, "csv")))
    bearer = token(rig)
    ours = []

    def post(threads, seconds):
        return json.loads(rig.run("bench_http", str(port), "/api/v2/reports/jobs", bearer, str(path), str(threads), str(seconds)))

    def insert(collection):
        return json.loads(rig.run("bench_mongo", rig.base["JW_MONGODB_URI"], rig.base["JW_MONGODB_DATABASE"], collection,
                                  str(options.threads), str(options.seconds / 2)))

    post(1, 0.5)
    for index in rig.db.jobs.list_indexes():
        if index["name"] != "_id_":
            rig.db.bench_indexed.create_index(list(index["key"].items()))
    bare, indexed = [], []
    for _ in range(3):
        bare.append(insert("bench_bare"))
        indexed.append(insert("bench_indexed"))
        ours.append(post(options.threads, options.seconds / 2))
    rig.close()

    def best(runs):
        return max(runs, key=lambda r: r["per_s"])

    lines = []
    for name, runs in (("with the jobs' indexes", indexed), ("without any index", bare)):
        limit, mine = best(runs), best(ours)
        lines += [
            f"| POST → 201, per second, {options.threads} connections | {mine['per_s']:,.0f} | the store's own inserts of the "
            f"same document {name}, libmongoc, `j:true`: {limit['per_s']:,.0f} | {mine['per_s'] / limit['per_s']:.2f} |",
            f"| POST → 201, p50 / p99 | {mine['p50_ms']:.1f} / {mine['p99_ms']:.1f} ms | {limit['p50_ms']:.1f} / "
            f"{limit['p99_ms']:.1f} ms | {mine['p99_ms'] / limit['p99_ms']:.2f} |",
        ]
    return lines
