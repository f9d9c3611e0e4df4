// PostgreSQL 15 as a hash chain kept by a trigger, driven by its own pgbench: 16 clients with one
// insert a transaction, and one client with 1000. The server is ours alone: a temporary data
// folder, a socket in it, no network, its settings the defaults (fsync and synchronous_commit on).
#include <fmt/format.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "tests/bench/figures.h"
#include "tests/bench/our_store.h"

namespace alpr::bench {
namespace {

constexpr const char* kPrograms = "/usr/lib/postgresql/15/bin/";  // where Debian puts them

constexpr const char* kSchema = R"(
CREATE TABLE events(seq bigint PRIMARY KEY, payload bytea NOT NULL, hash bytea NOT NULL);
CREATE FUNCTION chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE last_seq bigint; last_hash bytea;
BEGIN
  PERFORM pg_advisory_xact_lock(1);
  SELECT seq, hash INTO last_seq, last_hash FROM events ORDER BY seq DESC LIMIT 1;
  NEW.seq := coalesce(last_seq + 1, 0);
  NEW.hash := sha256(coalesce(last_hash, '') || NEW.payload);
  RETURN NEW;
END $$;
CREATE TRIGGER chain BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION chain();
)";

struct Answer {
  bool ok = false;
  std::string text;
};

class Postgres {
 public:
  explicit Postgres(const std::string& beside) {
    // PostgreSQL refuses to run as root; Debian's package brings a user for it.
    folder_ = std::filesystem::path(beside).parent_path() / "plateledger_postgres_XXXXXX";
    if (::mkdtemp(folder_.data()) == nullptr) give_up({ErrorCode::kIo, "no folder for PostgreSQL"});
    if (::geteuid() == 0) {
      const struct passwd* user = ::getpwnam("postgres");
      if (user == nullptr || ::chown(folder_.c_str(), user->pw_uid, user->pw_gid) != 0) {
        give_up({ErrorCode::kIo, "PostgreSQL does not run as root, and has no user"});
      }
      as_user_ = "runuser -u postgres -- ";
    }
    write("schema.sql", kSchema);
    const std::string text = payload(1);
    write("one.sql", fmt::format("INSERT INTO events(payload) VALUES('{}');\n", text));
    write("batch.sql", fmt::format("INSERT INTO events(payload) SELECT '{}'::bytea FROM "
                                   "generate_series(1, 1000);\n",
                                   text));
    need("initdb", fmt::format("-D {0}/data -A trust --no-instructions", folder_));
    start();
    need("psql", fmt::format("-q -h {0} -d postgres -f {0}/schema.sql", folder_));
    stop();
  }
  ~Postgres() { std::filesystem::remove_all(folder_); }
  Postgres(const Postgres&) = delete;
  Postgres& operator=(const Postgres&) = delete;

  void start() {
    need("pg_ctl", fmt::format("-w -D {0}/data -l {0}/log -o \"-k {0} -c listen_addresses=\" start",
                               folder_));
  }
  void stop() { need("pg_ctl", fmt::format("-w -D {0}/data -m fast stop", folder_)); }

  // Transactions per second.
  double bench(const char* script, int clients, double seconds) {
    const std::string out =
        need("pgbench", fmt::format("-n -h {0} -c {1} -j {1} -T {2} -f {0}/{3} postgres", folder_,
                                    clients, static_cast<int>(seconds + 0.999), script));
    const std::size_t at = out.find("tps = ");
    if (at == std::string::npos) give_up({ErrorCode::kIo, "pgbench says no tps: " + out});
    return std::strtod(out.c_str() + at + 6, nullptr);
  }

 private:
  void write(const char* name, const std::string& text) {
    std::ofstream(folder_ + "/" + name) << text;
    std::filesystem::permissions(folder_ + "/" + name, std::filesystem::perms(0644));
  }

  std::string need(const char* program, const std::string& arguments) {
    const std::string command =
        fmt::format("cd {} && {}{}{} {} 2>&1", folder_, as_user_, kPrograms, program, arguments);
    FILE* const pipe = ::popen(command.c_str(), "r");
    std::string out;
    char part[4096];
    // pg_ctl start leaves the server with our pipe only where no log is named; one is.
    while (pipe != nullptr && std::fgets(part, sizeof part, pipe) != nullptr) out += part;
    if (pipe == nullptr || ::pclose(pipe) != 0) {
      give_up({ErrorCode::kIo, fmt::format("{} failed: {}", program, out)});
    }
    return out;
  }

  std::string folder_;
  std::string as_user_;
};

}  // namespace

void measure_postgres(Figures& figures, const Options& options) {
  if (::access((std::string(kPrograms) + "pgbench").c_str(), X_OK) != 0) {
    static bool said = false;
    if (!said) figures.skip("postgres", "PostgreSQL 15 is not installed (packages of group bench)");
    said = true;
    return;
  }
  static std::unique_ptr<Postgres> postgres = std::make_unique<Postgres>(options.folder);
  static int round = 0;
  postgres->start();
  for (const auto& [name, script, clients, each] :
       {std::tuple{"append postgres 1", "one.sql", 1, 1},
        std::tuple{"append postgres 16 clients", "one.sql", 16, 1},
        std::tuple{"append postgres 1000", "batch.sql", 1, 1000}}) {
    const double rate = postgres->bench(script, clients, options.seconds) * each;
    figures.add(name, static_cast<std::uint64_t>(rate * options.seconds), options.seconds);
  }
  postgres->stop();
  if (++round == options.rounds) postgres.reset();
}

}  // namespace alpr::bench
