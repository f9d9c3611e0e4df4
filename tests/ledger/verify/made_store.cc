// The part of the store maker that touches the disk: tiles, LMDB, folders.
#include <lmdb.h>
#include <unistd.h>

#include <atomic>
#include <stdexcept>

#include "ledger/chain/encoding.h"
#include "ledger/chain/merkle.h"
#include "ledger/chain/tiles.h"
#include "tests/ledger/verify/store_maker.h"

namespace alpr::verify::testing {
namespace {

constexpr std::size_t kMapSize = std::size_t{64} << 20;

void must(int rc) {
  if (rc != 0) throw std::runtime_error(mdb_strerror(rc));
}

class WriteEnvironment {
 public:
  explicit WriteEnvironment(const std::filesystem::path& folder) {
    must(mdb_env_create(&env_));
    must(mdb_env_set_maxdbs(env_, 16));
    must(mdb_env_set_mapsize(env_, kMapSize));
    must(mdb_env_open(env_, folder.c_str(), MDB_NOSYNC | MDB_NOLOCK, 0644));
    must(mdb_txn_begin(env_, nullptr, 0, &txn_));
  }
  ~WriteEnvironment() {
    if (txn_ != nullptr) mdb_txn_abort(txn_);
    mdb_env_close(env_);
  }
  WriteEnvironment(const WriteEnvironment&) = delete;
  WriteEnvironment& operator=(const WriteEnvironment&) = delete;

  MDB_dbi open(const std::string& database) {
    MDB_dbi dbi = 0;
    must(mdb_dbi_open(txn_, database.c_str(), MDB_CREATE, &dbi));
    return dbi;
  }
  void put(MDB_dbi dbi, Bytes key, Bytes value) {
    MDB_val k{key.size(), key.data()};
    MDB_val v{value.size(), value.data()};
    must(mdb_put(txn_, dbi, &k, &v, 0));
  }
  void erase(MDB_dbi dbi, Bytes key) {
    MDB_val k{key.size(), key.data()};
    must(mdb_del(txn_, dbi, &k, nullptr));
  }
  void commit() {
    MDB_txn* txn = txn_;
    txn_ = nullptr;
    must(mdb_txn_commit(txn));
  }

 private:
  MDB_env* env_ = nullptr;
  MDB_txn* txn_ = nullptr;
};

}  // namespace

// Straight from the definition (C2SP tlog-tiles): hash i of tile (L, N) is the root of 256^L
// leaves.
void StoreMaker::build_tiles() {
  rows("tiles").clear();
  std::vector<Digest> level = leaves_;
  for (std::uint8_t number = 0; !level.empty(); ++number) {
    std::vector<Digest> above;
    for (std::size_t begin = 0; begin < level.size(); begin += chain::kTileWidth) {
      const std::size_t end = std::min<std::size_t>(begin + chain::kTileWidth, level.size());
      const std::vector<Digest> hashes(level.begin() + static_cast<std::ptrdiff_t>(begin),
                                       level.begin() + static_cast<std::ptrdiff_t>(end));
      const bool full = hashes.size() == chain::kTileWidth;
      if (full) above.push_back(chain::root_of(hashes));
      if (!full && number == 0) continue;
      Bytes key = {number};
      chain::put_be64(key, begin / chain::kTileWidth);
      Bytes& tile = rows("tiles")[key];
      for (const Digest& hash : hashes) tile.insert(tile.end(), hash.begin(), hash.end());
    }
    level = above;
  }
}

void StoreMaker::write(const std::filesystem::path& store) {
  build_tiles();
  const std::filesystem::path folder = store / "ledger";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  WriteEnvironment environment(folder);
  for (const auto& [name, table] : databases_) {
    const MDB_dbi dbi = environment.open(name);
    for (const auto& [key, value] : table) environment.put(dbi, key, value);
  }
  environment.commit();
}

TestFolder::TestFolder() {
  static std::atomic<int> count = 0;
  path_ = std::filesystem::temp_directory_path() /
          ("plateledger-verify-" + std::to_string(getpid()) + "-" + std::to_string(count++));
  std::filesystem::create_directories(path_);
}

TestFolder::~TestFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void edit_row(const std::filesystem::path& store, const std::string& database, const Bytes& key,
              const std::optional<Bytes>& value) {
  WriteEnvironment environment(store / "ledger");
  const MDB_dbi dbi = environment.open(database);
  if (value) {
    environment.put(dbi, key, *value);
  } else {
    environment.erase(dbi, key);
  }
  environment.commit();
}

}  // namespace alpr::verify::testing
