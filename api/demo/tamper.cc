#include "api/demo/tamper.h"

#include <lmdb.h>

#include <functional>
#include <string>
#include <vector>

#include "ledger/chain/encoding.h"

namespace alpr::api {

namespace {

// A writable LMDB transaction on the copy, without any of the store's own code.
class Tampering {
 public:
  explicit Tampering(const std::filesystem::path& store) {
    good_ = mdb_env_create(&env_) == 0 && mdb_env_set_maxdbs(env_, 16) == 0 &&
            mdb_env_set_mapsize(env_, std::size_t{1} << 40) == 0 &&
            mdb_env_open(env_, (store / "ledger").c_str(), 0, 0600) == 0 &&
            mdb_txn_begin(env_, nullptr, 0, &txn_) == 0;
  }
  ~Tampering() {
    if (txn_) mdb_txn_abort(txn_);
    mdb_env_close(env_);
  }
  Tampering(const Tampering&) = delete;
  Tampering& operator=(const Tampering&) = delete;

  bool open(const char* name) { return good_ && mdb_dbi_open(txn_, name, 0, &dbi_) == 0; }

  std::string get(std::uint64_t seq) {
    Bytes key;
    chain::put_be64(key, seq);
    MDB_val k{key.size(), key.data()};
    MDB_val v{};
    if (mdb_get(txn_, dbi_, &k, &v) != 0) return {};
    return {static_cast<const char*>(v.mv_data), v.mv_size};
  }
  void put(std::uint64_t seq, std::string value) {
    Bytes key;
    chain::put_be64(key, seq);
    MDB_val k{key.size(), key.data()};
    MDB_val v{value.size(), value.data()};
    good_ = good_ && mdb_put(txn_, dbi_, &k, &v, 0) == 0;
  }
  void erase(std::uint64_t seq) {
    Bytes key;
    chain::put_be64(key, seq);
    MDB_val k{key.size(), key.data()};
    mdb_del(txn_, dbi_, &k, nullptr);
  }
  std::uint64_t count() {
    MDB_stat stat{};
    mdb_stat(txn_, dbi_, &stat);
    return stat.ms_entries;
  }
  Result<void> commit() {
    if (!good_) return fail(ErrorCode::kIo, "the copy could not be tampered with");
    good_ = mdb_txn_commit(txn_) == 0;
    txn_ = nullptr;
    if (!good_) return fail(ErrorCode::kIo, "the copy could not be tampered with");
    return {};
  }

 private:
  MDB_env* env_ = nullptr;
  MDB_txn* txn_ = nullptr;
  MDB_dbi dbi_ = 0;
  bool good_ = false;
};

Result<void> cannot() { return fail(ErrorCode::kIo, "the copy could not be opened for tampering"); }

}  // namespace

Result<void> flip_header_bit(const std::filesystem::path& store, std::uint64_t seq) {
  Tampering tampering(store);
  if (!tampering.open("headers")) return cannot();
  std::string header = tampering.get(seq);
  if (header.size() != 96) return cannot();
  header[80] = static_cast<char>(header[80] ^ 1);
  tampering.put(seq, header);
  return tampering.commit();
}

Result<void> drop_event(const std::filesystem::path& store, std::uint64_t seq) {
  Tampering tampering(store);
  if (!tampering.open("headers")) return cannot();
  const std::uint64_t last = tampering.count() - 1;
  for (std::uint64_t at = seq; at < last; ++at) tampering.put(at, tampering.get(at + 1));
  tampering.erase(last);
  if (!tampering.open("payloads")) return cannot();
  for (std::uint64_t at = seq; at < last; ++at) {
    const std::string next = tampering.get(at + 1);
    if (next.empty()) {
      tampering.erase(at);
    } else {
      tampering.put(at, next);
    }
  }
  tampering.erase(last);
  return tampering.commit();
}

Result<void> rewrite_tombstone(const std::filesystem::path& store, std::uint64_t seq) {
  Tampering tampering(store);
  if (!tampering.open("payloads")) return cannot();
  std::string payload = tampering.get(seq);
  const std::size_t name = payload.find("count");
  if (name == std::string::npos || name + 9 >= payload.size()) return cannot();
  char& digit = payload[name + 9];  // after the name and the four bytes of the value's length
  digit = digit == '1' ? '2' : '1';
  tampering.put(seq, payload);
  return tampering.commit();
}

}  // namespace alpr::api
