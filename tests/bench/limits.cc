// What the machine itself can do: commits of bare LMDB with the bytes that one of our appends
// writes, syncs of a preallocated file, SHA-256 of a leaf, the AEAD over a payload, Ed25519.
#include <fcntl.h>
#include <fmt/format.h>
#include <lmdb.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <functional>
#include <thread>
#include <vector>

#include "tests/bench/figures.h"
#include "tests/bench/our_store.h"

namespace alpr::bench {
namespace {

void need(bool ok, const char* what) {
  if (!ok) give_up({ErrorCode::kIo, what});
}

// The rows that an append of ours writes: header, payload row, register row, its index entry.
constexpr std::size_t kRowBytes[] = {96, 5 + 24 + 32 + kPayloadBytes + 16,
                                     9 + 24 + kPayloadBytes + 16, 0};

struct BareLmdb {
  MDB_env* env = nullptr;
  std::array<MDB_dbi, 4> dbs{};
  std::uint64_t next = 0;

  explicit BareLmdb(const std::string& folder) {
    std::filesystem::create_directory(folder);
    need(mdb_env_create(&env) == 0, "no LMDB environment");
    mdb_env_set_maxdbs(env, 8);
    mdb_env_set_mapsize(env, 1ULL << 38);
    need(mdb_env_open(env, folder.c_str(), MDB_NOTLS, 0600) == 0, "LMDB does not open");
    MDB_txn* txn = nullptr;
    need(mdb_txn_begin(env, nullptr, 0, &txn) == 0, "no LMDB transaction");
    for (std::size_t i = 0; i < dbs.size(); ++i) {
      need(mdb_dbi_open(txn, fmt::format("{}", i).c_str(), MDB_CREATE, &dbs[i]) == 0,
           "no database");
    }
    need(mdb_txn_commit(txn) == 0, "LMDB does not commit");
  }

  std::uint64_t commit(std::uint64_t events) {
    static const std::vector<std::uint8_t> bytes(512, 7);
    MDB_txn* txn = nullptr;
    need(mdb_txn_begin(env, nullptr, 0, &txn) == 0, "no LMDB transaction");
    for (std::uint64_t i = 0; i < events; ++i, ++next) {
      std::uint64_t key = __builtin_bswap64(next);
      for (std::size_t db = 0; db < dbs.size(); ++db) {
        MDB_val k{sizeof key, &key};
        MDB_val v{kRowBytes[db], const_cast<std::uint8_t*>(bytes.data())};
        need(mdb_put(txn, dbs[db], &k, &v, MDB_APPEND) == 0, "LMDB does not put");
      }
    }
    need(mdb_txn_commit(txn) == 0, "LMDB does not commit");
    return events;
  }
};

void measure_disk(Figures& figures, const Options& options) {
  static BareLmdb lmdb(options.folder + "/lmdb");
  for (const std::uint64_t events : {1, 1000}) {
    figures.measure(fmt::format("lmdb commit {}", events),
                    [&] { return repeat(options.seconds, [&] { return lmdb.commit(events); }); });
  }
  static const int file = [&] {
    const std::string path = options.folder + "/preallocated";
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    need(fd >= 0, "no file");
    const std::vector<char> zeros(1 << 20);
    for (int i = 0; i < 64; ++i) {
      need(::pwrite(fd, zeros.data(), zeros.size(), static_cast<off_t>(i) << 20) > 0, "no room");
    }
    need(::fdatasync(fd) == 0, "no sync");
    return fd;
  }();
  figures.measure("fdatasync 4 KiB preallocated", [&] {
    return repeat(options.seconds, [&]() -> std::uint64_t {
      static const std::array<char, 4096> block{1};
      static off_t at = 0;
      need(::pwrite(file, block.data(), block.size(), at) > 0 && ::fdatasync(file) == 0, "no sync");
      at = (at + 4096) % (64 << 20);
      return 1;
    });
  });
}

// A thousand at a time, so that asking the clock costs nothing.
std::uint64_t thousand(double seconds, const std::function<void()>& once) {
  return repeat(seconds, [&]() -> std::uint64_t {
    for (int i = 0; i < 1000; ++i) once();
    return 1000;
  });
}

std::uint64_t hash_leaves(double seconds, std::size_t size) {
  EVP_MD* const method = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  std::array<std::uint8_t, 16384> bytes{};
  const std::uint64_t count = thousand(seconds, [&] {
    need(EVP_DigestInit_ex2(context, method, nullptr) == 1 &&
             EVP_DigestUpdate(context, bytes.data(), size) == 1 &&
             EVP_DigestFinal_ex(context, bytes.data(), nullptr) == 1,
         "no SHA-256");
  });
  EVP_MD_CTX_free(context);
  EVP_MD_free(method);
  return count;
}

void measure_crypto(Figures& figures, double seconds) {
  figures.measure("sha256 97 B", [&] { return hash_leaves(seconds, 97); });
  figures.measure("sha256 16 KiB", [&] { return hash_leaves(seconds, 16384); });
  figures.measure("sha256 97 B, 2 threads", [&] {
    std::uint64_t other = 0;
    std::thread second([&] { other = hash_leaves(seconds, 97); });
    const std::uint64_t mine = hash_leaves(seconds, 97);
    second.join();
    return mine + other;
  });
  std::array<std::uint8_t, 512> clear{}, box{};
  std::array<std::uint8_t, 32> key{1};
  const std::array<std::uint8_t, 24> nonce{2};
  figures.measure("xchacha20-poly1305 332 B", [&] {
    return thousand(seconds, [&] {
      need(crypto_aead_xchacha20poly1305_ietf_encrypt(box.data(), nullptr, clear.data(), 332,
                                                      clear.data(), 96, nullptr, nonce.data(),
                                                      key.data()) == 0,
           "no AEAD");
    });
  });
  std::array<std::uint8_t, crypto_sign_PUBLICKEYBYTES> public_key{};
  std::array<std::uint8_t, crypto_sign_SECRETKEYBYTES> secret_key{};
  std::array<std::uint8_t, crypto_sign_BYTES> signature{};
  crypto_sign_keypair(public_key.data(), secret_key.data());
  figures.measure("ed25519 sign", [&] {
    return thousand(seconds, [&] {
      crypto_sign_detached(signature.data(), nullptr, clear.data(), 120, secret_key.data());
    });
  });
  figures.measure("ed25519 verify", [&] {
    return thousand(seconds, [&] {
      need(crypto_sign_verify_detached(signature.data(), clear.data(), 120, public_key.data()) == 0,
           "a signature does not verify");
    });
  });
}

}  // namespace

void measure_limits(Figures& figures, const Options& options) {
  need(sodium_init() >= 0, "libsodium does not start");
  measure_disk(figures, options);
  measure_crypto(figures, options.seconds / 4);
}

}  // namespace alpr::bench
