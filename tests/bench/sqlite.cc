// SQLite as a hash chain: WAL, synchronous=FULL, each row's hash over the one before and the
// payload, one transaction per batch. No seal, tree, signature or register: what it does, ours does
// as well.
#include <fmt/format.h>
#include <sqlite3.h>

#include "ledger/chain/hash.h"
#include "tests/bench/figures.h"
#include "tests/bench/our_store.h"

namespace alpr::bench {
namespace {

struct Sqlite {
  sqlite3* db = nullptr;
  sqlite3_stmt* insert = nullptr;
  Digest last{};
  std::uint64_t next = 0;

  void need(int rc) const {
    if (rc == SQLITE_OK || rc == SQLITE_DONE) return;
    give_up({ErrorCode::kIo, fmt::format("SQLite: {}", sqlite3_errmsg(db))});
  }
  void run(const char* sql) const { need(sqlite3_exec(db, sql, nullptr, nullptr, nullptr)); }

  explicit Sqlite(const std::string& file) {
    need(sqlite3_open(file.c_str(), &db));
    run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        "CREATE TABLE events(seq INTEGER PRIMARY KEY, payload BLOB NOT NULL, hash BLOB NOT NULL)");
    need(sqlite3_prepare_v2(db, "INSERT INTO events VALUES(?,?,?)", -1, &insert, nullptr));
  }

  std::uint64_t commit(std::uint64_t events) {
    run("BEGIN IMMEDIATE");
    for (std::uint64_t i = 0; i < events; ++i, ++next) {
      const std::string text = payload(next);
      last = chain::sha256({BytesView(last), as_bytes(text)});
      sqlite3_bind_int64(insert, 1, static_cast<sqlite3_int64>(next));
      sqlite3_bind_blob(insert, 2, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
      sqlite3_bind_blob(insert, 3, last.data(), static_cast<int>(last.size()), SQLITE_STATIC);
      need(sqlite3_step(insert));
      sqlite3_reset(insert);
    }
    run("COMMIT");
    return events;
  }
};

}  // namespace

void measure_sqlite(Figures& figures, const Options& options) {
  static Sqlite sqlite(options.folder + "/chain.sqlite");
  for (const std::uint64_t per_commit : {1, 64, 1000}) {
    figures.measure(fmt::format("append sqlite {}", per_commit), [&] {
      return repeat(options.seconds, [&] { return sqlite.commit(per_commit); });
    });
  }
}

}  // namespace alpr::bench
