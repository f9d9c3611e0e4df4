// Store: registers as a whole. Reading a snapshot, dropping and folding them again, and the dump
// that compares both.
#include <fmt/format.h>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/encoding.h"
#include "ledger/store/event_rows.h"
#include "ledger/store/projection.h"
#include "ledger/store/registers.h"
#include "ledger/store/store.h"
#include "ledger/store/store_core.h"

namespace alpr::store {

namespace {

// Where no snapshot could be had.
class FailedReader final : public chain::RegisterReader {
 public:
  explicit FailedReader(Error error) : error_(std::move(error)) {}
  Result<std::optional<std::string>> get(chain::Table, const chain::RowKey&) const override {
    return tl::unexpected(error_);
  }
  Result<void> scan(chain::Table, const chain::RowKey&,
                    const std::function<bool(std::string_view)>&) const override {
    return tl::unexpected(error_);
  }
  Result<void> scan_from(chain::Table, const chain::RowKey&,
                         const std::function<bool(std::string_view)>&) const override {
    return tl::unexpected(error_);
  }

 private:
  Error error_;
};

std::string printable(std::string_view value) {
  const bool plain = chain::valid_utf8(value) && value.find('\n') == std::string_view::npos;
  return plain ? std::string(value) : "hex:" + chain::hex(as_bytes(value));
}

Result<std::string> dump_rows(const Txn& txn, const Vault& vault) {
  std::string out;
  Result<void> outcome;
  const RowReader reader(txn, vault);
  const auto done = txn.scan(Db::kRegisters, {}, [&](const Row& row) {
    const auto scope = RowReader::parse(row.value);
    const auto alive = scope ? reader.alive(*scope) : tl::unexpected(scope.error());
    if (alive && !*alive) return true;
    const auto value = reader.open(row.key, row.value);
    if (!scope || !value || row.key.empty()) {
      outcome = fail(ErrorCode::kCorrupt, "a register row does not open");
      return false;
    }
    out += fmt::format("{} {}", row.key[0], chain::hex(row.key.subspan(1)));
    if (scope->tag != RowTag::kPermanent) out += fmt::format("@{}", scope->event.value);
    out += fmt::format(" {}\n", printable(*value));
    return true;
  });
  if (!done) return tl::unexpected(done.error());
  if (!outcome) return tl::unexpected(outcome.error());
  return out;
}

Result<std::string> dump_hex(const Txn& txn, Db db, std::string_view name) {
  std::string out;
  const auto done = txn.scan(db, {}, [&](const Row& row) {
    out += fmt::format("{} {} {}\n", name, chain::hex(row.key), chain::hex(row.value));
    return true;
  });
  if (!done) return tl::unexpected(done.error());
  return out;
}

}  // namespace

std::unique_ptr<chain::RegisterReader> Store::registers() const {
  auto txn = core_->env->begin_read();
  if (!txn) return std::make_unique<FailedReader>(txn.error());
  return std::make_unique<RegisterSnapshot>(std::move(*txn), *core_->vault);
}

Result<void> Store::rebuild_registers(const chain::Fold& fold) {
  auto txn = core_->env->begin_write();
  if (!txn) return tl::unexpected(txn.error());
  // The events are read as they stand now: the tables that say what is purged are being folded anew
  // meanwhile. No writer can come between the two transactions.
  const auto snapshot = core_->env->begin_read();
  if (!snapshot) return tl::unexpected(snapshot.error());
  for (const Db db : {Db::kRegisters, Db::kScoped, Db::kBuckets, Db::kHeld}) {
    if (const auto done = txn->clear(db); !done) return done;
  }
  RegisterRows rows(*txn, *core_->vault);
  OwnFold own(*txn);
  const auto size = log_size(*snapshot);
  if (!size) return tl::unexpected(size.error());
  for (std::uint64_t seq = 0; seq < *size; ++seq) {
    const auto view = read_event(*snapshot, *core_->vault, core_->kinds, {seq});
    if (!view) return tl::unexpected(view.error());
    if (const auto done = own.fold(*view); !done) return done;
    if (!fold) continue;
    if (const auto done = fold(*view, rows); !done) return done;
  }
  if (const auto done = own.flush(); !done) return done;
  if (const int rc = txn->commit(); rc != 0) {
    return tl::unexpected(lmdb_error(rc, "rebuilding the registers"));
  }
  return {};
}

Result<std::string> Store::dump_registers() const {
  const auto txn = core_->env->begin_read();
  if (!txn) return tl::unexpected(txn.error());
  auto rows = dump_rows(*txn, *core_->vault);
  if (!rows) return rows;
  const auto buckets = dump_hex(*txn, Db::kBuckets, "buckets");
  if (!buckets) return buckets;
  const auto held = dump_hex(*txn, Db::kHeld, "held");
  if (!held) return held;
  return *rows + *buckets + *held;
}

}  // namespace alpr::store
