// Proves what a backup has and has not, and that what is made of it can be read and never written.
// Toy stores are copied while they are written, restored from the copy, held to checkpoints that
// somebody kept, and damaged byte by byte.
#include "ledger/store/backup.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "ledger/chain/note.h"
#include "ledger/store/restore.h"
#include "ledger/store/store_core.h"
#include "ledger/verify/verify.h"
#include "tests/ledger/store/toy_domain.h"

namespace alpr::store {
namespace {

using std::filesystem::path;

class Backup : public testing::Test {
 protected:
  Backup() : secret_(make_recovery_secret()) {
    toy_.must_append(recovery_enrolled(secret_.public_key));
    note_ = toy_.must_append(toy::note("ann", 1));
    held_ = toy_.must_append_image("7HELD11", Bytes(700, 1));
    gone_ = toy_.must_append_image("8GONE22", Bytes(700, 2));
    const auto hold = toy_.sequencer->run([&](Transaction& transaction) -> Result<void> {
      const std::array events{held_.read};
      const std::array images{Transaction::ImageOf{held_.read, held_.place, held_.sha256}};
      if (const auto held = transaction.hold(events, images); !held) return held;
      chain::Draft draft = toy::hold_placed({held_.read});
      for (chain::Member& member : draft.members) {
        if (member.name == "review_by")
          member.value = std::to_string(toy::kStart.value + 80 * toy::kDay);
      }
      const auto appended = transaction.append(draft);
      if (!appended) return tl::unexpected(appended.error());
      return {};
    });
    EXPECT_TRUE(hold) << hold.error().detail;
  }
  path copy() const { return toy_.folder.path() / "copy"; }
  path archive() const { return toy_.folder.path() / "new" / "archive"; }
  BackupManifest must_back_up() {
    const auto made = write_backup(*toy_.store, copy());
    EXPECT_TRUE(made) << made.error().detail;
    return made.value_or(BackupManifest{});
  }
  RestorePlan plan() const { return {copy(), archive(), secret_, {}, std::nullopt, std::nullopt}; }
  Result<LostLog> restore(const RestorePlan& plan) {
    return restore_archive(plan, toy_.clock, toy::kinds(), toy::small_settings());
  }
  Result<std::unique_ptr<Store>> open(Purpose purpose) {
    StoreSettings settings = toy::small_settings();
    settings.purpose = purpose;
    return Store::open(default_places(archive()), toy_.clock, toy::kinds(), settings);
  }
  // A later state of the log than the copy's.
  std::string later_checkpoint() {
    toy_.clock->advance(kSecondUs);
    toy_.must_append(toy::notice("after the copy"));
    return toy_.store->newest_checkpoint().value();
  }

  toy::ToyStore toy_;
  const RecoverySecret secret_;
  Sequence note_;
  toy::ToyStore::Image held_, gone_;
};

TEST_F(Backup, I12_G_1_HasNoErasableKeyNoEpochSecretAndNoSigningKey) {
  Vault& vault = toy_.store->vault();
  must_back_up();
  const auto files = all_files(copy());
  std::set<std::string> names;
  for (const auto& [name, bytes] : files) names.insert(name);
  EXPECT_EQ(names, (std::set<std::string>{
                       "evidence/held/" + std::to_string(held_.read.value) + ".evd",
                       "ledger/data.mdb", "manifest.json", "permanent.keyring", "recovery.box"}));
  const auto bucket = vault.bucket_key(bucket_of(toy::kStart)).value();
  const auto month = vault.month_key(month_of(toy::kStart)).value();
  const auto seed = vault.log_seeds().value().at(0).seed;
  for (const SecretKey& key : {bucket, month, seed, vault.held_key(held_.read).value()}) {
    for (const auto& [name, bytes] : files)
      EXPECT_EQ(std::search(bytes.begin(), bytes.end(), key.bytes.begin(), key.bytes.end()),
                bytes.end())
          << name;
  }
}

TEST_F(Backup, NeedsARecoveryKeyAndAPlaceOfItsOwn) {
  must_back_up();
  const auto again = write_backup(*toy_.store, copy());
  EXPECT_EQ(toy::code(again), ErrorCode::kConflict);
  toy::ToyStore without;
  const auto refused = write_backup(*without.store, without.folder.path() / "copy");
  EXPECT_EQ(toy::code(refused), ErrorCode::kRefused);
  EXPECT_FALSE(std::filesystem::exists(without.folder.path() / "copy.partial"));
}

TEST_F(Backup, IsOneMomentOfALogThatGoesOn) {
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (int i = 0; i < 2000 && !stop; ++i) toy_.must_append(toy::note("writer", 7));
  });
  const BackupManifest manifest = must_back_up();
  stop = true;
  writer.join();
  const auto checked = check_backup(copy());
  ASSERT_TRUE(checked) << checked.error().detail;
  EXPECT_EQ(checked->size, manifest.size);
  const auto lost = restore(plan());
  ASSERT_TRUE(lost) << lost.error().detail;
  EXPECT_EQ(lost->size, manifest.size);
}

TEST_F(Backup, RestoredIsReadableButForWhatTheLostKeysOpened) {
  const std::uint64_t size = toy_.store->size();
  must_back_up();
  RestorePlan with_key = plan();
  with_key.key = toy_.store->log_vkey();
  const auto lost = restore(with_key);
  ASSERT_TRUE(lost) << lost.error().detail;
  EXPECT_EQ(lost->size, size);
  EXPECT_EQ(lost->known, size);
  EXPECT_TRUE(lost->anchored);
  const auto store = open(Purpose::kArchive);
  ASSERT_TRUE(store) << store.error().detail;
  EXPECT_EQ((*store)->event(note_)->json, toy_.store->event(note_)->json);
  EXPECT_NE((*store)->event(held_.read)->json.find("7HELD11"), std::string::npos);
  EXPECT_EQ((*store)->image(held_.read, bucket_of(toy::kStart), held_.place, held_.sha256),
            Bytes(700, 1));
  EXPECT_EQ(toy::code((*store)->event(gone_.read)), ErrorCode::kGone);
  EXPECT_EQ(
      toy::code((*store)->image(gone_.read, bucket_of(toy::kStart), gone_.place, gone_.sha256)),
      ErrorCode::kGone);
  EXPECT_TRUE((*store)->tlog_proof(note_));
  EXPECT_EQ((*store)->log_vkey(), toy_.store->log_vkey());
  toy_.clock->advance(40 * toy::kDay);
  EXPECT_TRUE((*store)->event(held_.read)) << "still on hold";
  EXPECT_TRUE((*store)->event(note_));
}

TEST_F(Backup, AnArchiveHoldsBeforeTheVerifierAtTheTimeOfItsCopy) {
  must_back_up();
  ASSERT_TRUE(restore(plan()));
  verify::Options options;
  options.key = toy_.store->log_vkey();
  const auto report = verify::verify_store(archive(), toy::kinds(), options);
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_TRUE(report->holds()) << verify::to_text(*report);
}

// Whatever was signed after the copy was taken, nothing restored can sign beside it.
TEST_F(Backup, CanNeverSignAsTheOldLog) {
  must_back_up();
  ASSERT_TRUE(restore(plan()));
  const auto opened = open(Purpose::kWrite);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kRefused);
  EXPECT_TRUE(open(Purpose::kArchive));
  // And the log that goes on is not opened as an archive by mistake.
  toy_.close();
  StoreSettings settings = toy::small_settings();
  settings.purpose = Purpose::kArchive;
  EXPECT_EQ(toy::code(Store::open(toy_.places(), toy_.clock, toy::kinds(), settings)),
            ErrorCode::kRefused);
}

TEST_F(Backup, ACosignedCheckpointBeyondTheCopyTellsTheGap) {
  const std::uint64_t size = toy_.store->size();
  must_back_up();
  for (int i = 0; i < 6; ++i) later_checkpoint();
  const auto note = chain::parse_note(later_checkpoint()).value();
  const auto witness = chain::SigningKey::from_seed(Digest{5});
  chain::Note cosigned = note;
  cosigned.signatures.push_back(
      chain::cosign_note(note.text, "witness.example/w", witness, 1'767'225'700));
  RestorePlan with_checkpoint = plan();
  with_checkpoint.checkpoint = chain::format_note(cosigned);
  const auto lost = restore(with_checkpoint);
  ASSERT_TRUE(lost) << lost.error().detail;
  EXPECT_EQ(lost->size, size);
  EXPECT_EQ(lost->known, size + 7);
  const chain::Json predecessor = predecessor_of(*lost);
  EXPECT_EQ(*predecessor.member("gap_from")->integer(), static_cast<std::int64_t>(size));
  EXPECT_EQ(*predecessor.member("gap_to")->integer(), static_cast<std::int64_t>(size + 7));
  EXPECT_EQ(*predecessor.member("checkpoint")->string(), chain::format_note(cosigned));
  // It stands in the first event of the log that goes on.
  const auto draft = genesis_draft(toy_.store->log_vkey(), true, predecessor);
  EXPECT_EQ(draft.members.back().name, "predecessor");
  EXPECT_EQ(toy::code(open(Purpose::kWrite)), ErrorCode::kRefused);
}

TEST_F(Backup, ACheckpointOfAnotherHistoryOrLogIsRefused) {
  const std::string of_copy = toy_.store->newest_checkpoint().value();
  must_back_up();
  const auto with = [&](const std::string& checkpoint) {
    RestorePlan changed = plan();
    changed.checkpoint = checkpoint;
    return restore(changed);
  };
  auto note = chain::parse_note(of_copy).value();
  auto point = chain::parse_checkpoint_text(note.text).value();
  const auto key = toy_.store->vault().log_seeds().value().at(0).signing_key();
  point.root[0] ^= 1;
  const std::string forked = chain::checkpoint_text(point);
  EXPECT_EQ(
      toy::code(with(chain::format_note({forked, {chain::sign_note(forked, point.origin, key)}}))),
      ErrorCode::kRollback);
  const auto stranger = chain::SigningKey::from_seed(Digest{6});
  EXPECT_EQ(toy::code(with(chain::format_note(
                {note.text, {chain::sign_note(note.text, point.origin, stranger)}}))),
            ErrorCode::kBadSignature);
  EXPECT_EQ(toy::code(with("no note")), ErrorCode::kMalformed);
  EXPECT_FALSE(std::filesystem::exists(archive()));
  EXPECT_TRUE(with(of_copy));
}

TEST_F(Backup, AnotherSecretOpensNothing) {
  must_back_up();
  RestorePlan other = plan();
  other.secret = make_recovery_secret();
  EXPECT_EQ(toy::code(restore(other)), ErrorCode::kUnauthenticated);
  EXPECT_FALSE(std::filesystem::exists(archive()));
  RestorePlan other_key = plan();
  other_key.key = chain::VerifierKey{toy_.store->origin(), chain::KeyType::kEd25519,
                                     chain::SigningKey::from_seed(Digest{6}).public_key()};
  EXPECT_EQ(toy::code(restore(other_key)), ErrorCode::kBadSignature);
}

TEST_F(Backup, AnyChangedFileIsFoundOut) {
  must_back_up();
  for (const auto& [name, bytes] : all_files(copy())) {
    for (const std::size_t at : {std::size_t{0}, bytes.size() / 2, bytes.size() - 1}) {
      flip_byte(copy() / name, at);
      EXPECT_FALSE(restore(plan())) << name << " byte " << at;
      flip_byte(copy() / name, at);
    }
    std::filesystem::rename(copy() / name, copy() / "away");
    EXPECT_FALSE(restore(plan())) << name << " missing";
    std::filesystem::rename(copy() / "away", copy() / name);
  }
  EXPECT_FALSE(std::filesystem::exists(archive()));
  EXPECT_TRUE(restore(plan()));
}

TEST(RecoveryKey, TheSecretIsOneLineThatTellsAWrongCharacter) {
  chain::init_crypto();
  const RecoverySecret secret = make_recovery_secret();
  const std::string line = write_recovery_secret(secret);
  const auto parsed = parse_recovery_secret(line + "\n");
  ASSERT_TRUE(parsed) << parsed.error().detail;
  EXPECT_EQ(parsed->secret.bytes, secret.secret.bytes);
  EXPECT_EQ(parsed->public_key, secret.public_key);
  // Every other letter in every place, so that no bit that X25519 ignores is left out.
  for (std::size_t at = 0; at < line.size(); ++at) {
    for (const char letter :
         std::string("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz01+/=")) {
      std::string wrong = line;
      if (wrong[at] == letter) continue;
      wrong[at] = letter;
      EXPECT_FALSE(parse_recovery_secret(wrong)) << at << " " << letter;
    }
  }
  EXPECT_FALSE(parse_recovery_secret(line.substr(0, line.size() - 4)));
}

TEST(RecoveryKey, KeysOfSmallOrderAndOtherEncodingsAreRefused) {
  chain::init_crypto();
  PublicKey zero{}, one{1}, p_minus_one, p, top;
  p_minus_one.fill(0xff);
  p_minus_one[0] = 0xec;
  p_minus_one[31] = 0x7f;
  p = p_minus_one;
  p[0] = 0xed;
  top = make_recovery_secret().public_key;
  EXPECT_TRUE(checked_recovery_key(top));
  top[31] |= 0x80;
  for (const PublicKey& bad : {zero, one, p_minus_one, p, top})
    EXPECT_EQ(toy::code(checked_recovery_key(bad)), ErrorCode::kMalformed);
  EXPECT_EQ(toy::code(checked_recovery_key(Bytes(31))), ErrorCode::kMalformed);
  toy::ToyStore toy_store;
  EXPECT_FALSE(toy_store.append(recovery_enrolled(zero)));
}

}  // namespace
}  // namespace alpr::store
